import type { ReportOptions } from '../commands/report-options.js';
import { expectNoInput, placeKey, writeWhole } from '../files/index.js';
import { MobileoneError, UsageError } from '../model/index.js';
import { outcomeOfRun, type Report, reportJson } from '../report/index.js';
import type { RunOutcome } from './run-report.js';

/** Where the report goes; undefined: that form is not wanted. */
export interface ReportFiles extends ReportOptions {
  /** As JSON. */
  readonly report?: string | undefined;
}

/** A report as text; thumbnails are pictures of samples by their names, as `data:` addresses. */
type Form = (report: Report, thumbnails: ReadonlyMap<string, string>) => string | Promise<string>;

/** The forms of a report, what makes them loaded when one is wanted. JSON is the last: it can tell that another failed. */
const FORMS: readonly (readonly [keyof ReportFiles, Form])[] = [
  ['html', async (report, thumbnails) => (await import('../report/page/page.js')).reportPage(report, thumbnails)],
  ['junit', async (report) => (await import('../report/junit.js')).junitXml(report)],
  ['report', reportJson],
];

/** The files that are written, as the user named them. */
export function reportPlaces(files: ReportFiles): string[] {
  return FORMS.flatMap(([form]) => files[form] ?? []);
}

/**
 * Refuses reports that would be written over a file that is read, or over each other.
 * @throws UsageError
 */
export function expectOwnPlaces(reports: readonly string[], inputs: readonly string[]): void {
  const taken = new Set<string>();
  for (const report of reports) {
    expectNoInput(report, inputs);
    const place = placeKey(report);
    if (taken.has(place)) throw new UsageError({ what: 'two reports have the same place', where: { file: report } });
    taken.add(place);
  }
}

/** Writes a report in every form that is wanted. Where that fails and all else is well, the run has failed by it. */
export async function writeReports(
  outcome: RunOutcome,
  files: ReportFiles,
  thumbnails: ReadonlyMap<string, string>,
): Promise<RunOutcome> {
  let { report, error } = outcome;
  for (const [form, make] of FORMS) {
    const file = files[form];
    if (file === undefined) continue;
    try {
      await writeWhole(file, new TextEncoder().encode(await make(report, thumbnails)));
    } catch (failure) {
      if (!(failure instanceof MobileoneError)) throw failure;
      // What failed before is what the user has to hear of.
      error ??= failure;
      report = { ...report, exitCode: error.exitCode, verdict: outcomeOfRun(error.exitCode, report.models) };
    }
  }
  return { report, error };
}
