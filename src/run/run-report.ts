import { writeWhole } from '../files/index.js';
import { MobileoneError, UsageError } from '../model/index.js';
import { type HostReport, type ModelReport, type Report, reportJson } from '../report/index.js';
import { VERSION } from '../version.js';
import { now } from './clock.js';
import type { Stations } from './stations.js';

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
 * @param host given where times are to stand apart, so that two runs of the same differ in nothing else
 */
export async function closeRun(
  command: Report['command'],
  started: number,
  outcomes: readonly { readonly report: ModelReport; readonly error: MobileoneError | undefined }[],
  file: string | undefined,
  host?: Stations,
): Promise<RunOutcome> {
  const error = outcomes.find((outcome) => outcome.error)?.error;
  const report: Report = {
    tool: { name: 'mobileone', version: VERSION },
    command,
    exitCode: error?.exitCode ?? 0,
    milliseconds: host ? null : spentSince(started),
    models: outcomes.map((outcome) => outcome.report),
    host: host ? hostReport(started, host) : null,
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

function hostReport(started: number, stations: Stations): HostReport {
  const { platform, arch, version } = process;
  return {
    milliseconds: spentSince(started),
    stations: stations.report,
    platform,
    architecture: arch,
    node: version,
  };
}

/** Milliseconds, to a tenth. */
function spentSince(started: number): number {
  return Math.round((now() - started) * 10) / 10;
}
