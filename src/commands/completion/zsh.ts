import { type CommandWords, type OptionWords, PROGRAM_OPTIONS } from './words.js';

/** A script for zsh, to be sourced, or put on its \`fpath\` as \`_mobileone\`. */
export function zshScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, summary }) => `        ${quoted(`${name}:${summary}`)}`);
  return `#compdef mobileone
# zsh completion for mobileone
_mobileone() {
  local curcontext=$curcontext state state_descr line
  local -A opt_args
  local -a commands
  _arguments -C \\
${PROGRAM_OPTIONS.map((option) => `    ${specOf(option)} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      commands=(
${names.join('\n')}
      )
      _describe -t commands command commands
      ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _mobileone ]]; then
  _mobileone "$@"
else
  compdef _mobileone mobileone
fi
`;
}

function commandCase({ name, options, words, takesFiles }: CommandWords): string {
  const specs = options.map(specOf);
  if (words.length > 0) specs.push(`'1: :(${words.join(' ')})'`);
  if (takesFiles) specs.push(`'*:file:_files'`);
  return `        ${name})
          _arguments -s \\
${specs.map((spec) => `            ${spec}`).join(' \\\n')}
          ;;`;
}

/** An option as `_arguments` takes it; with a value, it may stand there again. */
function specOf({ names, help, value }: OptionWords): string {
  const shown = value ? names.map((name) => `${name}${name.startsWith('--') ? '=' : '+'}`) : names;
  const told = `[${help.replace(/[[\]\\:]/g, '\\$&')}]${value ? `:${value.name.replace(/[\\:]/g, '\\$&')}:${actionOf(value)}` : ''}`;
  const start = value ? '*' : `(${names.join(' ')})`;
  if (shown.length === 1) return quoted(`${start}${shown[0]}${told}`);
  return `${quoted(start)}{${shown.join(',')}}${quoted(told)}`;
}

function actionOf({ name, words, isList, isFile }: NonNullable<OptionWords['value']>): string {
  if (isFile) return '_files';
  if (words.length === 0) return ' ';
  return isList ? `_values -s , ${name} ${words.join(' ')}` : `(${words.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
