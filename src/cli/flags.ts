import { type Command, Option } from 'commander';
import type { OutputOptions } from '../commands/output-options.js';
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

/** How a command prints, and what of an error. */
export interface OutputFlags extends OutputOptions {
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
