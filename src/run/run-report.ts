import { type MobileoneError, UsageError } from '../model/index.js';
import { type HostReport, type ModelReport, outcomeOfRun, type PartReport, type Report } from '../report/index.js';
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

/** What only a verification has. */
interface Apart {
  /** Times of the machine; null where parts of several were merged. */
  readonly host: Stations | null;
  readonly part: PartReport | null;
  /** Small pictures of samples by their names, as `data:` addresses. */
  readonly thumbnails?: ReadonlyMap<string, string>;
}

/**
 * Makes the report of a run, and writes it in every form that the user asked for. Where that fails and all else is well,
 * the run has failed by it.
 * @param started when the run began, by the clock of `now`, in milliseconds
 * @param files where the report goes, in which form
 * @param apart given where times are to stand apart, so that two runs of the same differ in nothing else
 */
export async function closeRun(
  command: Report['command'],
  started: number,
  outcomes: readonly { readonly report: ModelReport; readonly error: MobileoneError | undefined }[],
  files: ReportFiles,
  apart?: Apart,
): Promise<RunOutcome> {
  const error = outcomes.find((outcome) => outcome.error)?.error;
  const exitCode = error?.exitCode ?? 0;
  const models = outcomes.map((outcome) => outcome.report);
  const report: Report = {
    tool: { name: 'mobileone', version: VERSION },
    command,
    exitCode,
    verdict: outcomeOfRun(exitCode, models),
    milliseconds: apart ? null : spentSince(started),
    models,
    host: apart?.host ? hostReport(started, apart.host) : null,
    part: apart?.part ?? null,
  };
  // Wrong usage has none.
  return error instanceof UsageError
    ? { report, error }
    : writeReports({ report, error }, files, apart?.thumbnails ?? new Map());
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
