import { VERSION } from '../version.js';
import { writeOut } from './streams.js';

/** Asking for the version needs none of the rest, and is what scripts do most. */
async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    await writeOut(`${VERSION}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./command-line.js');
  return runCommandLine(argv);
}

try {
  // Not `process.exit`: what is still on its way through a pipe would be lost.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { fail } = await import('./command-line.js');
  process.exitCode = await fail(error, false);
}
