import { type CommandWords, type OptionWords, PROGRAM_OPTIONS } from './words.js';

/** A script for fish, to be sourced, or put among its completions as `mobileone.fish`. */
export function fishScript(commands: readonly CommandWords[]): string {
  const first = '-n __fish_use_subcommand';
  return `# fish completion for mobileone
function __mobileone_list -d 'words behind those of a list that is being typed'
    set -l typed (commandline -ct | string replace -r '^--[^=]*=' '' | string replace -r '[^,]*$' '')
    printf "$typed%s\\n" $argv
end
complete -c mobileone -e
complete -c mobileone -f
${[...PROGRAM_OPTIONS.map((option) => line(first, option)), ...commands.map(({ name, summary }) => `complete -c mobileone ${first} -a ${name} -d ${quoted(summary)}`), ...commands.flatMap(linesOf)].join('\n')}
`;
}

function linesOf({ name, options, words, takesFiles }: CommandWords): string[] {
  const where = `-n '__fish_seen_subcommand_from ${name}'`;
  const lines = options.map((option) => line(where, option));
  if (words.length > 0) {
    // Once one of them stands there, there is none to come.
    const open = `-n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words.join(' ')}'`;
    lines.push(`complete -c mobileone ${open} -a '${words.join(' ')}'`);
  }
  if (takesFiles) lines.push(`complete -c mobileone ${where} -F`);
  return lines;
}

function line(where: string, { names, help, value }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return ['complete -c mobileone', where, ...flags, ...(value ? [takenBy(value)] : []), `-d ${quoted(help)}`].join(' ');
}

function takenBy({ words, isList, isFile }: NonNullable<OptionWords['value']>): string {
  if (isFile) return '-r -F';
  if (words.length === 0) return '-x';
  return isList ? `-x -a '(__mobileone_list ${words.join(' ')})'` : `-x -a '${words.join(' ')}'`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
