import fs from 'node:fs';
import type { Told } from '../commands/command.js';
import { writeError } from './streams.js';

/** GitHub drops a summary of more than 1024 KiB whole, and so what other commands of the same step wrote. */
const MOST_BYTES = 900_000;

/**
 * Appends to the summary of the job where GitHub Actions runs this. That is a courtesy which nobody asked for, so it cannot
 * fail a run.
 */
export async function appendJobSummary(told: Told): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file || !told.jobSummary) return;
  try {
    const taken = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    fs.appendFileSync(file, await told.jobSummary(MOST_BYTES - taken));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    await writeError(`mobileone: the job summary cannot be written: the system says ${code}\n`);
  }
}
