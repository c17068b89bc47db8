import { isSample } from '../../data/open-samples.js';
import {
  type ArtefactInMemory,
  expectNoInputIn,
  expectNotInside,
  expectWritable,
  nameOf,
  pathsAmong,
} from '../../files/index.js';
import { MobileoneError, OutputError, UsageError } from '../../model/index.js';
import type { Report } from '../../report/index.js';
import { abortable } from '../../run/abort.js';
import { now } from '../../run/clock.js';
import { Draft } from '../../run/draft.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import { stationsOf } from '../../run/stations.js';
import { expectOwnPlaces, reportPlaces } from '../../run/write-reports.js';
import { verifyArtefacts } from '../../verification/verify-artefacts.js';
import { rememberReport } from '../reports-of-errors.js';
import { type ResolvedVerify, resolveVerify, type VerifyOptions } from './options.js';
import { shardOf } from './shard-options.js';

/**
 * Compares artefacts of any tool with a reference: are these the same function, and on what was that tried?
 * @param reference path of an ONNX or LiteRT file, a TensorFlow.js folder or a Core ML package, or the bytes of one
 * @param candidates what is compared with it, likewise
 * @throws UsageError before any work where the options are wrong; else the error of the first candidate that failed, after
 * all were tried: see `reportOf`; and the reason of a signal that was aborted
 * @example const report = await verify('model.onnx', ['model.tfjs', 'model.mlpackage']);
 */
export async function verify(
  reference: ArtefactGiven,
  candidates: ArtefactGiven | readonly ArtefactGiven[],
  options: VerifyOptions = {},
): Promise<Report> {
  const { report, error } = await verifyAll(reference, isList(candidates) ? candidates : [candidates], options);
  if (!error) return report;
  throw rememberReport(error, report);
}

/** A model of any format: the path of its file or folder, or their bytes. */
export type ArtefactGiven = string | ArtefactInMemory;

function isList(candidates: ArtefactGiven | readonly ArtefactGiven[]): candidates is readonly ArtefactGiven[] {
  return Array.isArray(candidates);
}

/**
 * The same with the first error beside the report instead of thrown.
 * @throws UsageError, and the reason of a signal that was aborted
 */
export function verifyAll(
  reference: ArtefactGiven,
  candidates: readonly ArtefactGiven[],
  given: VerifyOptions,
): Promise<RunOutcome> {
  const options = resolveVerify(given);
  return abortable(options, () => verifyWith(reference, candidates, options));
}

async function verifyWith(
  reference: ArtefactGiven,
  candidates: readonly ArtefactGiven[],
  options: ResolvedVerify,
): Promise<RunOutcome> {
  const started = now();
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
  expectNothingReadIsWritten(places, pathsAmong([reference, ...candidates]), options);
  const shard = shardOf(options, process.env);
  const draft = new Draft(nameOf(reference));
  const stations = stationsOf(nameOf(reference), options);
  let outcome: Awaited<ReturnType<typeof verifyArtefacts>>;
  try {
    for (const file of places) expectWritable(file);
    outcome = await verifyArtefacts(reference, candidates, { options, draft, stations, shard, places });
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    draft.fail(error);
  }
  // What was called off is no end of a run, of which a report could tell.
  options.signal?.throwIfAborted();
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
  const data = pathsAmong([inputs, labels, truth]);
  const read = [...artefacts, ...data];
  expectOwnPlaces(places, read);
  for (const place of places) expectNotInside(place, isSample(place) ? read : artefacts);
  if (save === undefined) return;
  expectNotInside(save, read);
  expectNoInputIn(save, read);
}
