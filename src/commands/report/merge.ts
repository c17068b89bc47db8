import { expectWritable } from '../../files/index.js';
import { MobileoneError, UsageError } from '../../model/index.js';
import type { Report } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { Draft } from '../../run/draft.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import { Stations } from '../../run/stations.js';
import { expectOwnPlaces, reportPlaces } from '../../run/write-reports.js';
import { isPart, mergeParts } from '../../verification/shards/merge.js';
import { rememberReport } from '../reports-of-errors.js';
import { type MergeOptions, resolveMerge } from './options.js';

/**
 * Joins the parts of a verification that `shard` cut into the report that one machine would have written.
 * @param parts files that `verify` wrote with `shard` and `report`, or folders of them
 * @throws UsageError before any work where the options are wrong; InputError where a part is missing, damaged or of another
 * run; else the error of the first candidate that failed: see `reportOf`
 * @example const report = await mergeReports('parts', { report: 'report.json' });
 */
export async function mergeReports(parts: string | readonly string[], options: MergeOptions = {}): Promise<Report> {
  const { report, error } = await mergeAll(typeof parts === 'string' ? [parts] : parts, options);
  if (!error) return report;
  throw rememberReport(error, report);
}

/** The same with the first error beside the report instead of thrown. @throws UsageError */
export async function mergeAll(parts: readonly string[], given: MergeOptions): Promise<RunOutcome> {
  const started = now();
  const options = resolveMerge(given);
  const [first] = parts;
  if (first === undefined) throw new UsageError({ what: 'no part was named', todo: 'name files, or a folder of them' });
  const places = reportPlaces(options);
  expectOwnPlaces(places, parts);
  const lost = places.find(isPart);
  if (lost !== undefined) {
    throw new UsageError({ what: 'a part would be lost', where: { file: lost }, todo: 'choose another place' });
  }
  const apart = { host: null, part: null };
  try {
    for (const place of places) expectWritable(place);
    const { model, error } = mergeParts(parts);
    return closeRun('verify', started, [{ report: model, error }], options, apart);
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    const draft = new Draft(first);
    draft.fail(error);
    return closeRun('verify', started, [{ report: draft.finish(new Stations(() => {})), error }], options, apart);
  }
}
