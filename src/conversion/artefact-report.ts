import type { Verdict } from '../check/index.js';
import type { WrittenFile } from '../files/index.js';
import type { Precision } from '../formats/format.js';
import { type ArtefactReport, type CheckReport, reportError } from '../report/index.js';

/** What there is to say of an artefact. */
export interface ArtefactFacts {
  readonly target: string;
  /** The final place, as the user would write it. */
  readonly path: string;
  readonly precision: Precision;
  readonly files: readonly WrittenFile[];
  readonly notes: readonly string[];
  readonly verdict: Verdict | undefined;
  readonly isPlaced: boolean;
}

export function reportArtefact({ files, verdict, isPlaced, ...facts }: ArtefactFacts): ArtefactReport {
  return {
    target: facts.target,
    path: facts.path,
    precision: facts.precision,
    written: isPlaced,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
    notes: facts.notes,
    check: verdict ? reportCheck(verdict) : null,
  };
}

function reportCheck({ engine, error, judgements, notes }: Verdict): CheckReport {
  const failed = error?.exitCode === 5 ? 'different' : 'not compared';
  return {
    verdict: error ? failed : 'equivalent',
    engine: engine ?? null,
    judgements,
    notes,
    error: error ? reportError(error) : null,
  };
}
