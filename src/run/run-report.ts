import { writeWhole } from '../files/index.js';
import { MobileoneError, UsageError } from '../model/index.js';
import { type ModelReport, type Report, reportJson } from '../report/index.js';
import { VERSION } from '../version.js';
import { now } from './clock.js';

/** What a whole run came to. */
export interface RunOutcome {
  readonly report: Report;
  /** Of the first model that failed, or of the report. */
  readonly error: MobileoneError | undefined;
}

/**
 * Makes the report of a run, and writes it where the user asked for it. Where that fails and all else is well, the run has
 * failed by it.
 * @param started when the run began, by the clock of `now`, in milliseconds
 * @param file where the report goes; undefined: nowhere
 */
export async function closeRun(
  command: Report['command'],
  started: number,
  outcomes: readonly { readonly report: ModelReport; readonly error: MobileoneError | undefined }[],
  file: string | undefined,
): Promise<RunOutcome> {
  const error = outcomes.find((outcome) => outcome.error)?.error;
  const report: Report = {
    tool: { name: 'mobileone', version: VERSION },
    command,
    exitCode: error?.exitCode ?? 0,
    milliseconds: Math.round((now() - started) * 10) / 10,
    models: outcomes.map((outcome) => outcome.report),
  };
  // Wrong usage has none.
  if (file === undefined || error instanceof UsageError) return { report, error };
  try {
    await writeWhole(file, new TextEncoder().encode(reportJson(report)));
    return { report, error };
  } catch (failure) {
    if (!(failure instanceof MobileoneError)) throw failure;
    // What failed before is what the user has to hear of.
    return error ? { report, error } : { report: { ...report, exitCode: failure.exitCode }, error: failure };
  }
}
