import { existsSync } from 'node:fs';
import type { CommandDefinition } from '../commands/command.js';
import { CONFIG_FILE } from '../commands/output-options.js';

/** Options that a file gave for one command. */
export interface ConfiguredOptions {
  /** As the user would name it. */
  readonly file: string;
  /** By the names of the API; flags go before them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that count only where the user names the file. */
  readonly leftOut: readonly string[];
}

/**
 * What the file that the user named says for a command, or the one in the working folder; undefined where there is none.
 * @throws UsageError, InputError
 */
export async function configuredOptions(
  command: CommandDefinition,
  named: string | undefined,
): Promise<ConfiguredOptions | undefined> {
  if (named === undefined && !existsSync(CONFIG_FILE)) return undefined;
  const { readConfig } = await import('./config-file.js');
  return readConfig(command, { file: named ?? CONFIG_FILE, isNamed: named !== undefined });
}
