import type { Declaration } from '../../option-kinds.js';
import type { CommandDefinition } from '../command.js';
import { CONFIG, flagsOf } from '../output-options.js';

/** What can stand on a command line, as far as a shell has to know it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** What its first argument may be; empty where it is a file. */
  readonly words: readonly string[];
  /** Whether it takes files. */
  readonly takesFiles: boolean;
}

/** An option by all its names. */
export interface OptionWords {
  /** `-o` and `--out-dir`. */
  readonly names: readonly string[];
  readonly help: string;
  /** undefined: it takes no value. */
  readonly value: ValueWords | undefined;
}

/** What an option takes. */
interface ValueWords {
  readonly name: string;
  /** What it may be; empty where that is not one of a few words. */
  readonly words: readonly string[];
  /** Whether several of them may stand there, separated by commas. */
  readonly isList: boolean;
  readonly isFile: boolean;
}

const HELP: OptionWords = { names: ['-h', '--help'], help: 'display help for command', value: undefined };

/** Options that stand before any command. */
export const PROGRAM_OPTIONS: readonly OptionWords[] = [
  HELP,
  { names: ['-V', '--version'], help: 'output the version number', value: undefined },
];

/** Every command with what it takes, `help` among them. */
export function wordsOf(commands: readonly CommandDefinition[]): CommandWords[] {
  const help = { name: 'help', summary: 'display help for command', options: [], takesFiles: false };
  return [...commands.map(commandWords), { ...help, words: commands.map(({ name }) => name) }];
}

function commandWords(definition: CommandDefinition): CommandWords {
  const declared = Object.values({ ...definition.options(), ...(definition.isConfigurable ? { CONFIG } : {}) });
  const options = [...declared, ...Object.values(flagsOf(definition))].filter(({ flag }) => flag !== '');
  const [first, ...others] = definition.arguments;
  return {
    name: definition.name,
    summary: definition.summary,
    options: [...options.map(optionWords), HELP],
    words: first?.words ?? [],
    takesFiles: [...(first && !first.words ? [first] : []), ...others].length > 0,
  };
}

function optionWords({ flag, help, kind }: Declaration): OptionWords {
  const names = flag.match(/(?<!\S)--?[a-z][a-z0-9-]*/gi) ?? [];
  const [, name] = /<(.*)>/.exec(flag) ?? [];
  if (name === undefined) return { names, help, value: undefined };
  const words = kind.words?.() ?? [];
  return { names, help, value: { name, words, isList: kind.isList ?? false, isFile: kind.isPath ?? false } };
}
