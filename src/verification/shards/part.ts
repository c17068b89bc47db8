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

/**
 * What a shard leaves for the merge.
 * @param groups as text, in the order of samples
 */
export function makePart(
  { index, of }: Shard,
  samples: number,
  facts: Facts,
  terms: PartTerms,
  groups: readonly string[],
): PartReport {
  const texts = { terms: toText(terms), groups };
  return { shard: index, of, samples, facts, ...texts, sha256: hashOf(texts) };
}

/** Whether what a part holds is what was written. */
export function isWhole(part: PartReport): boolean {
  return part.sha256 === hashOf(part);
}

/** What the samples of a part were judged by. */
export function termsIn({ terms }: PartReport): PartTerms {
  return fromText(terms) as PartTerms;
}

/** The groups of all parts in the order of samples, each read when it is asked for: parts take turns. */
export function* groupsIn(parts: readonly PartReport[]): Generator<GroupResult> {
  const turns = Math.max(0, ...parts.map(({ groups }) => groups.length));
  for (let turn = 0; turn < turns; turn++) {
    for (const { groups } of parts) {
      const text = groups[turn];
      if (text !== undefined) yield fromText(text) as GroupResult;
    }
  }
}

function hashOf({ terms, groups }: Pick<PartReport, 'terms' | 'groups'>): string {
  const encoder = new TextEncoder();
  return sha256([terms, ...groups].map((text) => encoder.encode(`${text}\n`)));
}
