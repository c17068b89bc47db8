import type { Shard } from '../commands/verify/shard-options.js';
import type { Samples } from '../data/samples.js';
import { type PartReport, reportError } from '../report/index.js';
import type { Terms } from './conclude.js';
import type { Contender, Opponent } from './contender.js';
import type { Findings } from './findings.js';
import { groupsOfSamples } from './groups.js';
import { type Recording, recordSamples } from './record-samples.js';
import { errorFrom } from './shards/error-as-data.js';
import { factsOf } from './shards/facts.js';
import { GroupJournal } from './shards/group-journal.js';
import { type GroupResult, makePart } from './shards/part.js';
import { toText } from './shards/plain-text.js';
import type { Verification } from './verify-artefacts.js';

/** What is tried on a user's samples, and how it is judged. */
export interface DataRun {
  readonly contenders: readonly Contender[];
  readonly running: readonly Opponent[];
  readonly recording: Recording;
  readonly terms: Terms;
  readonly samples: Samples;
}

/** What is left when all samples are done. */
export interface OnDataOutcome {
  /** For the merge, where only a part was tried; null: all were. */
  readonly part: PartReport | null;
  /** No longer needed once the report is written. */
  readonly journal: GroupJournal | undefined;
}

/**
 * Tries a user's samples, or one part of them: whole groups, so that each sample is tried among the same others wherever
 * that is. What is finished is kept beside the report.
 * @param findings what samples show is added here, where all are tried
 * @throws InputError where a run is to be taken up that is another
 */
export async function onData(
  { contenders, running, recording, terms, samples }: DataRun,
  { options, stations, shard }: Verification,
  findings: Findings,
): Promise<OnDataOutcome> {
  const files = running.map(({ candidate }) => candidate.artefact.files);
  const facts = factsOf([recording.reference.artefact.files, ...files], samples, terms, options);
  const journal =
    options.report === undefined
      ? undefined
      : GroupJournal.open(options.report, withShard(facts, shard), options.resume);
  const part: string[] = [];
  const finished = new Set<number>();
  let done = 0;
  const take = (result: GroupResult) => {
    const { records } = result;
    for (const { index } of records.slice(0, 1)) finished.add(index);
    done += records.length;
    if (shard) part.push(toText(result));
    else for (const record of records) findings.add(record);
  };
  for (const result of journal?.done() ?? []) {
    for (const [place, failure] of result.failures) recording.failures.set(place, errorFrom(failure));
    take(result);
  }
  const isOurs = (_: unknown, group: number) => !shard || group % shard.of === shard.index - 1;
  const ours = groupsOfSamples(samples).filter(isOurs);
  const total = ours.reduce((sum, { size }) => sum + size, 0);
  const rest = ours.filter(({ start }) => !finished.has(start));
  for await (const records of rest.length > 0 ? recordSamples(recording, rest) : []) {
    const failures = Array.from(recording.failures, ([place, error]) => [place, reportError(error)] as const);
    const result = { records, failures };
    journal?.add(result);
    take(result);
    stations.advance('compare', { done, total });
  }
  if (!shard) return { part: null, journal };
  const places = running.map((contender) => ({
    candidate: contenders.indexOf(contender),
    caveat: contender.candidate.artefact.target.caveat ?? null,
  }));
  const partTerms = { ...terms, suspect: terms.suspect() ?? null, places };
  return { part: makePart(shard, done, facts, partTerms, part), journal };
}

function withShard<Facts extends object>(facts: Facts, shard: Shard | undefined): Facts {
  return shard ? { ...facts, shard: `${shard.index}/${shard.of}` } : facts;
}
