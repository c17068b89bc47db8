import { isSample } from '../../data/open-samples.js';
import { expectNoInputIn, expectNotInside, expectWritable } from '../../files/index.js';
import { MobileoneError, OutputError, UsageError } from '../../model/index.js';
import type { Report } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { Draft } from '../../run/draft.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import { Stations } from '../../run/stations.js';
import { expectOwnPlaces, reportPlaces } from '../../run/write-reports.js';
import { verifyArtefacts } from '../../verification/verify-artefacts.js';
import { rememberReport } from '../reports-of-errors.js';
import { resolveVerify, type VerifyOptions } from './options.js';
import { shardOf } from './shard-options.js';

/**
 * Compares artefacts of any tool with a reference: are these the same function, and on what was that tried?
 * @param reference path of an ONNX or LiteRT file, a TensorFlow.js folder or a Core ML package
 * @param candidates paths of what is compared with it
 * @throws UsageError before any work where the options are wrong; else the error of the first candidate that failed, after
 * all were tried: see `reportOf`
 * @example const report = await verify('model.onnx', ['model.tfjs', 'model.mlpackage']);
 */
export async function verify(
  reference: string,
  candidates: string | readonly string[],
  options: VerifyOptions = {},
): Promise<Report> {
  const all = typeof candidates === 'string' ? [candidates] : candidates;
  const { report, error } = await verifyAll(reference, all, options);
  if (!error) return report;
  throw rememberReport(error, report);
}

/** The same with the first error beside the report instead of thrown. @throws UsageError */
export async function verifyAll(
  reference: string,
  candidates: readonly string[],
  given: VerifyOptions,
): Promise<RunOutcome> {
  const started = now();
  const options = resolveVerify(given);
  if (candidates.length === 0) {
    throw new UsageError({ what: 'no candidate was named', todo: 'name a reference, and what to compare with it' });
  }
  if (candidates.length > 1 && (options.save ?? options.nodeData) !== undefined) {
    throw new UsageError({
      what: '--save and --node-data are of one candidate',
      todo: 'name one candidate, and the others in runs of their own',
    });
  }
  const places = [...reportPlaces(options), ...(options.nodeData === undefined ? [] : [options.nodeData])];
  expectNothingReadIsWritten(places, [reference, ...candidates], options);
  const shard = shardOf(options, process.env);
  const draft = new Draft(reference);
  const stations = new Stations((station, samples) => options.onProgress?.({ model: reference, station, samples }));
  let outcome: Awaited<ReturnType<typeof verifyArtefacts>>;
  try {
    for (const file of places) expectWritable(file);
    outcome = await verifyArtefacts(reference, candidates, { options, draft, stations, shard, places });
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    draft.fail(error);
  }
  const report = { ...draft.finish(stations), stations: {} };
  const part = outcome?.part ?? null;
  const closed = await closeRun('verify', started, [{ report, error: draft.error }], options, {
    host: stations,
    part,
    thumbnails: draft.thumbnails,
  });
  if (!(closed.error instanceof OutputError)) outcome?.journal?.remove();
  return closed;
}

/** A folder of samples takes reports beside them. @throws UsageError */
function expectNothingReadIsWritten(
  places: readonly string[],
  artefacts: readonly string[],
  { inputs, labels, truth, save }: VerifyOptions,
): void {
  const data = [inputs, labels, truth].filter((path) => path !== undefined);
  const read = [...artefacts, ...data];
  expectOwnPlaces(places, read);
  for (const place of places) expectNotInside(place, isSample(place) ? read : artefacts);
  if (save === undefined) return;
  expectNotInside(save, read);
  expectNoInputIn(save, read);
}
