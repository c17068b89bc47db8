import { VERSION } from '../version.js';
import { writeOut } from './streams.js';

/**
 * Runs one command line; sets the exit code when it is done. Not `process.exit`: what is still on its way through a pipe
 * would be lost.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    const { fail } = await import('./command-line.js');
    process.exitCode = await fail(error, false);
  }
}

/** Asking for the version needs none of the rest. */
async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    await writeOut(`${VERSION}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./command-line.js');
  return runCommandLine(argv);
}
