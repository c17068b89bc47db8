import type { Shard } from '../../commands/verify/shard-options.js';
import { sha256 } from '../../files/index.js';
import type { ErrorReport, PartReport } from '../../report/index.js';
import type { Terms } from '../conclude.js';
import type { SampleRecord } from '../record.js';
import type { Facts } from './facts.js';
import { fromText, toText } from './plain-text.js';

/** What a group of samples showed, and which candidates had failed by then. */
export interface GroupResult {
  readonly records: readonly SampleRecord[];
  /** By place of the candidate in the records. */
  readonly failures: readonly (readonly [place: number, error: ErrorReport])[];
}

/** All that the samples of every part are judged by. */
export interface PartTerms extends Omit<Terms, 'suspect'> {
  readonly suspect: string | null;
  /** For each candidate of the records: which of the report's it is, and what is said with its verdict. */
  readonly places: readonly { readonly candidate: number; readonly caveat: string | null }[];
}

/** What a shard leaves for the merge. */
export function makePart(
  { index, of }: Shard,
  facts: Facts,
  terms: PartTerms,
  groups: readonly GroupResult[],
): PartReport {
  const texts = { terms: toText(terms), groups: groups.map(toText) };
  const samples = groups.reduce((sum, { records }) => sum + records.length, 0);
  return { shard: index, of, samples, facts, ...texts, sha256: hashOf(texts) };
}

/** Whether what a part holds is what was written. */
export function isWhole(part: PartReport): boolean {
  return part.sha256 === hashOf(part);
}

/** What a part was made of. */
export function openPart({ terms, groups }: PartReport): { readonly terms: PartTerms; readonly groups: GroupResult[] } {
  return { terms: fromText(terms) as PartTerms, groups: groups.map((text) => fromText(text) as GroupResult) };
}

function hashOf({ terms, groups }: Pick<PartReport, 'terms' | 'groups'>): string {
  const encoder = new TextEncoder();
  return sha256([terms, ...groups].map((text) => encoder.encode(`${text}\n`)));
}
