import { type Command, Option } from 'commander';
import type { Declaration } from '../option-kinds.js';

/** Adds the flag of every declared option; values are read as the option's kind says, and judged by the API. */
export function addFlags(command: Command, declarations: Readonly<Record<string, Declaration>>): Command {
  for (const { flag, help, kind } of Object.values(declarations)) {
    if (flag === '') continue;
    const option = new Option(flag, help);
    if (flag.includes('<')) option.argParser((text: string, before: unknown) => kind.fromText(text, before));
    command.addOption(option);
  }
  return command;
}

/** Flags of a command that has a summary. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('--json', 'the report to standard output, nothing else there')
    .option('-q, --quiet', 'no summary')
    .option('-v, --verbose', 'every block, every reason, and where the time went')
    .option('--no-color', 'no colours (NO_COLOR too)');
}

/** How a command prints; none of it changes what the command does. */
export interface OutputFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly debug: boolean;
}

/** The flags that stand on the command line; commander has defaults of its own for those that begin with `--no-`. */
export function givenFlags(command: Command): Record<string, unknown> {
  const entries = Object.entries(command.opts<Record<string, unknown>>());
  return Object.fromEntries(entries.filter(([key]) => command.getOptionValueSource(key) === 'cli'));
}

/** Takes apart what commander read: the options of the API, how to print, and where more options are. */
export function splitFlags(
  flags: Readonly<Record<string, unknown>>,
  declarations: Readonly<Record<string, Declaration>>,
): {
  readonly options: Record<string, unknown>;
  readonly output: OutputFlags;
  /** The configuration file that was named. */
  readonly config: string | undefined;
} {
  const options = Object.fromEntries(Object.entries(flags).filter(([key]) => Object.hasOwn(declarations, key)));
  const { json, quiet, verbose, color, debug, config } = flags;
  return {
    options,
    output: {
      json: json === true,
      quiet: quiet === true,
      verbose: verbose === true,
      color: color !== false,
      debug: debug === true,
    },
    config: typeof config === 'string' ? config : undefined,
  };
}
