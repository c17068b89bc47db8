import { type CommandWords, type OptionWords, PROGRAM_OPTIONS } from './words.js';

/** A script for bash from 3.2 on, which a Mac has. It starts no program and expands nothing that was typed. */
export function bashScript(commands: readonly CommandWords[]): string {
  const first = [...commands.map(({ name }) => name), ...PROGRAM_OPTIONS.flatMap(({ names }) => names)];
  return `# bash completion for mobileone
_mobileone() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words= list= typed= each=
  COMPREPLY=()
  # An equals sign is a word of its own to readline.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if ((COMP_CWORD == 1)); then
    words='${first.join(' ')}'
  else
    case "\${COMP_WORDS[1]} $before" in
${commands.flatMap(({ name, options }) => options.flatMap((option) => valueCase(name, option))).join('\n')}
      *)
        if [[ $word == -* ]]; then
          case \${COMP_WORDS[1]} in
${commands.map(optionCase).join('\n')}
          esac
        elif [[ $before == "\${COMP_WORDS[1]}" ]]; then
          case $before in
${commands.flatMap(wordsCase).join('\n')}
          esac
        fi
        ;;
    esac
  fi
  if [[ -n $list ]]; then
    [[ $word == *,* ]] && typed=\${word%,*},
    words=$list
    word=\${word##*,}
  fi
  if [[ -n $words ]]; then
    while IFS= read -r each; do COMPREPLY+=("$typed$each"); done < <(compgen -W "$words" -- "$word")
    # Else readline would offer files; bash before 4 has no way to say so.
    type compopt &> /dev/null && compopt +o default +o bashdefault
  fi
}
complete -o default -o bashdefault -F _mobileone mobileone
`;
}

/** What may follow an option. */
function valueCase(command: string, { names, value }: OptionWords): string[] {
  if (!value) return [];
  const pattern = names.map((name) => `'${command} ${name}'`).join(' | ');
  const { words, isList } = value;
  const said = words.length === 0 ? '' : ` ${isList ? 'list' : 'words'}='${words.join(' ')}'`;
  return [`      ${pattern})${said} ;;`];
}

function optionCase({ name, options }: CommandWords): string {
  return `            ${name}) words='${options.flatMap(({ names }) => names).join(' ')}' ;;`;
}

function wordsCase({ name, words }: CommandWords): string[] {
  return words.length > 0 ? [`            ${name}) words='${words.join(' ')}' ;;`] : [];
}
