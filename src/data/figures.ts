import type { ClassRow } from '../check/class-row.js';
import type { Sums } from '../check/index.js';
import type { DataFiguresReport, PreprocessingReport, ShareReport, WorstSampleReport } from './report.js';
import { shareOf } from './wilson.js';

/** What one sample of a user's data showed of one candidate. */
export interface SampleFigures {
  readonly label: string;
  /** Its class, where that is known. */
  readonly truth: number | null;
  readonly sha256: string | null;
  /** Of each output. */
  readonly outputs: readonly Sums[];
  /** Rows of classes of each output; empty where it has none. */
  readonly classes: readonly (readonly ClassRow[])[];
}

/** What is known of all samples together. */
export interface DataFacts {
  readonly labels: readonly string[] | undefined;
  /** `noise` of each output, as its figures have it. */
  readonly noise: readonly (number | null)[];
  readonly preprocessing: PreprocessingReport | null;
  /** Lower-case hexadecimal. */
  readonly hash: (text: string) => string;
}

const BEST = 5;
const WORST = 10;

/** Figures of one candidate on a user's data; a pure function of what each sample showed, in the order of samples. */
export function dataFigures(samples: readonly SampleFigures[], facts: DataFacts): DataFiguresReport {
  const output = Math.min(...samples.map(({ classes }) => firstWithRows(classes)));
  const rows = samples.flatMap(({ classes, truth }) => (classes[output] ?? []).map((row) => ({ ...row, truth })));
  const decided = rows.filter(({ lead }) => lead >= undecidedBelow(samples, output, facts));
  const hits = (side: 'source' | 'artefact', best: number) => hitRate(rows, side, best);
  return {
    samples: samples.length,
    decided: decided.length,
    top1: hits('artefact', 1),
    top5: hits('artefact', BEST),
    reference: { top1: hits('source', 1), top5: hits('source', BEST) },
    agreement: agreementOf(rows),
    decidedAgreement: agreementOf(decided),
    confidenceShift: mean(rows.map(({ confidence: [source, artefact] }) => artefact - source)),
    kl: mean(rows.map(({ divergence }) => divergence)),
    worst: worstOf(samples, output, facts.labels),
    preprocessing: facts.preprocessing,
    sha256: facts.hash(samples.map(({ label, sha256 }) => `${sha256} ${label}\n`).join('')),
  };
}

/** The first output that has classes. */
function firstWithRows(classes: SampleFigures['classes']): number {
  const found = classes.findIndex((rows) => rows.length > 0);
  return found < 0 ? classes.length : found;
}

interface JudgedRow extends ClassRow {
  readonly truth: number | null;
}

/** A lead up to which the reference has not decided itself: see `top1` of `OutputFigures`. */
function undecidedBelow(samples: readonly SampleFigures[], output: number, { noise }: DataFacts): number {
  const largest = samples.reduce((most, { outputs }) => Math.max(most, outputs[output]?.maxSource ?? 0), 0);
  return 2 * (noise[output] ?? 0) * largest;
}

/** How often the true class is among the best that one side chooses; null where the truth of a row is not known. */
function hitRate(rows: readonly JudgedRow[], side: 'source' | 'artefact', best: number): ShareReport | null {
  if (rows.some(({ truth }) => truth === null)) return null;
  const hits = rows.filter((row) => row[side].slice(0, best).includes(row.truth ?? -1));
  return shareOf(hits.length, rows.length);
}

function agreementOf(rows: readonly ClassRow[]): ShareReport | null {
  return shareOf(rows.filter(({ source, artefact }) => source[0] === artefact[0]).length, rows.length);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Samples by how far the output is off that is furthest, the earlier first of equal ones; those that are equal are left out. */
function worstOf(
  samples: readonly SampleFigures[],
  output: number,
  labels: readonly string[] | undefined,
): WorstSampleReport[] {
  const nameOf = (index: number | undefined) => (index === undefined ? null : (labels?.[index] ?? String(index)));
  return samples
    .map((sample) => ({ sample, error: errorOf(sample) }))
    .filter(({ error }) => error > 0)
    .sort((a, b) => b.error - a.error)
    .slice(0, WORST)
    .map(({ sample: { label, classes }, error }) => {
      const row = classes[output]?.[0];
      return {
        sample: label,
        error: Number.isFinite(error) ? error : null,
        reference: nameOf(row?.source[0]),
        candidate: nameOf(row?.artefact[0]),
      };
    });
}

/** The largest of its outputs' errors; infinite where one differs in a way that has no figure. */
function errorOf({ outputs }: SampleFigures): number {
  const errors = outputs.map(({ problems, maxDifference, maxSource }) => {
    if (problems.length > 0) return Number.POSITIVE_INFINITY;
    return maxDifference === 0 ? 0 : maxDifference / maxSource;
  });
  return Math.max(0, ...errors);
}
