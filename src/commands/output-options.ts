import { type Declaration, flag, path } from '../option-kinds.js';
import type { CommandDefinition } from './command.js';

/** How a command prints; none of it changes what the command does. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** Flags of a command that has a summary. */
export const OUTPUT = {
  json: { kind: flag, flag: '--json', help: 'the report to standard output, nothing else there' },
  quiet: { kind: flag, flag: '-q, --quiet', help: 'no summary' },
  verbose: { kind: flag, flag: '-v, --verbose', help: 'every block, every reason, and where the time went' },
  color: { kind: flag, flag: '--no-color', help: 'no colours (NO_COLOR too)' },
} satisfies Record<keyof OutputOptions, Declaration>;

const DEBUG: Declaration = { kind: flag, flag: '--debug', help: 'the stack of an error' };

/** What is read by itself where a command runs. */
export const CONFIG_FILE = 'mobileone.config.json';

/** Of a command for which a file may hold options. */
export const CONFIG: Declaration = {
  kind: path,
  flag: '--config <file>',
  help: `options (${CONFIG_FILE}, where there is one)`,
};

/** The flags that a command has beside the options that it declares. */
export function flagsOf({ isScript }: Pick<CommandDefinition, 'isScript'>): Readonly<Record<string, Declaration>> {
  return isScript ? { debug: DEBUG } : { ...OUTPUT, debug: DEBUG };
}
