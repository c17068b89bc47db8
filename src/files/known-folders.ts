import os from 'node:os';
import path from 'node:path';

/**
 * The user's home folder; undefined where no variable names it and the system does not know the user (in containers), and
 * where the variable is empty or relative: that would be another in every working folder.
 */
export function homeFolder(): string | undefined {
  const home = orUndefined(os.homedir);
  return home !== undefined && path.isAbsolute(home) ? home : undefined;
}

/** The working folder; undefined where somebody has removed it. */
export function workingFolder(): string | undefined {
  return orUndefined(process.cwd);
}

function orUndefined(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
