import type { JudgementResult, Verdict } from '../check/index.js';
import type { WrittenFile } from '../files/index.js';
import type { LowerOptions, Precision } from '../formats/format.js';
import { NotEquivalentError } from '../model/index.js';
import {
  type ArtefactReport,
  type CheckReport,
  type JudgementReport,
  type ProofReport,
  reportError,
} from '../report/index.js';
import type { Draft } from '../run/draft.js';
import type { OpenSource } from '../source/open-source.js';

/** What there is to say of an artefact. */
export interface ArtefactFacts {
  readonly target: string;
  /** The final place, as the user would write it. */
  readonly path: string;
  readonly precision: Precision;
  readonly files: readonly WrittenFile[];
  readonly notes: readonly string[];
  readonly verdict: Verdict | undefined;
  readonly proof: ProofReport | undefined;
  readonly isPlaced: boolean;
}

/** What a report says of an artefact; `bytes` are those of all its files together. */
export function reportArtefact({ files, verdict, proof, isPlaced, ...facts }: ArtefactFacts): ArtefactReport {
  return {
    target: facts.target,
    path: facts.path,
    precision: facts.precision,
    written: isPlaced,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
    notes: facts.notes,
    check: verdict ? reportCheck(verdict) : null,
    proof: proof ?? null,
    parted: null,
  };
}

function reportCheck({ engine, error, judgements, rounding, notes }: Verdict): CheckReport {
  const failed = error instanceof NotEquivalentError ? 'different' : 'not compared';
  return {
    verdict: error ? failed : 'equivalent',
    engine: engine ?? null,
    judgements: judgements.map(reportJudgement),
    rounding: rounding
      ? { operations: rounding.operations, constants: rounding.constants, difference: rounding.difference }
      : null,
    notes,
    error: error ? reportError(error) : null,
  };
}

/** Counts of moved rows are for the sentences that name them. */
function reportJudgement({ outputs, ...judgement }: JudgementResult): JudgementReport {
  return { ...judgement, outputs: outputs.map(({ movedRows: _, ...figures }) => figures) };
}

/** Says that an artefact is larger than its source, and why. */
export function growthNotes(
  files: readonly WrittenFile[],
  { precision }: Pick<LowerOptions, 'precision'>,
  { bytes, external }: OpenSource,
  { before, after }: Pick<Draft, 'before' | 'after'>,
): string[] {
  const size = files.reduce((sum, file) => sum + file.bytes, 0);
  const sourceSize = external.files.reduce((sum, file) => sum + file.bytes, bytes.length);
  if (size <= sourceSize) return [];
  const grown = (after?.weightBytes ?? 0) - (before?.weightBytes ?? 0);
  const isSameForm = precision === undefined;
  const otherwise = isSameForm
    ? 'it says by which version it was written and in which layout, which takes more room than was saved'
    : 'its format or precision takes more room for the same network';
  const why = grown > 0 ? `constants that were computed in the graph are stored now, ${grown} bytes more` : otherwise;
  return [`larger than its source (${size} bytes, ${sourceSize} before): ${why}`];
}
