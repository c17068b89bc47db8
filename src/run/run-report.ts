import { type MobileoneError, UsageError } from '../model/index.js';
import { type HostReport, type ModelReport, outcomeOfRun, type Report } from '../report/index.js';
import { VERSION } from '../version.js';
import { now } from './clock.js';
import type { Stations } from './stations.js';
import { type ReportFiles, writeReports } from './write-reports.js';

/** What a whole run came to. */
export interface RunOutcome {
  readonly report: Report;
  /** Of the first model that failed, or of the report. */
  readonly error: MobileoneError | undefined;
}

/**
 * Makes the report of a run, and writes it in every form that the user asked for. Where that fails and all else is well,
 * the run has failed by it.
 * @param started when the run began, by the clock of `now`, in milliseconds
 * @param files where the report goes, in which form
 * @param host given where times are to stand apart, so that two runs of the same differ in nothing else
 * @param thumbnails small pictures of samples by their names, as `data:` addresses
 */
export async function closeRun(
  command: Report['command'],
  started: number,
  outcomes: readonly { readonly report: ModelReport; readonly error: MobileoneError | undefined }[],
  files: ReportFiles,
  host?: Stations,
  thumbnails: ReadonlyMap<string, string> = new Map(),
): Promise<RunOutcome> {
  const error = outcomes.find((outcome) => outcome.error)?.error;
  const exitCode = error?.exitCode ?? 0;
  const models = outcomes.map((outcome) => outcome.report);
  const report: Report = {
    tool: { name: 'mobileone', version: VERSION },
    command,
    exitCode,
    verdict: outcomeOfRun(exitCode, models),
    milliseconds: host ? null : spentSince(started),
    models,
    host: host ? hostReport(started, host) : null,
  };
  // Wrong usage has none.
  return error instanceof UsageError ? { report, error } : writeReports({ report, error }, files, thumbnails);
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
