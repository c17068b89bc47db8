import type { ClassRow } from '../check/class-row.js';
import type { Sums } from '../check/index.js';
import { Sha256 } from '../files/index.js';
import type { DataFiguresReport, PreprocessingReport, ShareReport, WorstSampleReport } from './report.js';
import { shareOf } from './wilson.js';

/** What one sample of a user's data showed of one candidate. */
export interface SampleFigures {
  /** Its place in the order of samples. */
  readonly index: number;
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
}

const BEST = 5;
const WORST = 10;
const encoder = new TextEncoder();

/**
 * Figures of one candidate on a user's data, from what each sample showed, in the order of samples. Of a sample only
 * numbers are kept: there may be any number of them.
 */
export class DataFigures {
  #samples = 0;
  /** Of each output. */
  readonly #choices: Choices[] = [];
  readonly #hash = new Sha256();
  /** The furthest off first. */
  #worst: readonly WorstSample[] = [];

  add({ index, label, truth, sha256, outputs, classes }: SampleFigures): void {
    this.#samples++;
    this.#hash.add(encoder.encode(`${sha256} ${label}\n`));
    for (const [output, rows] of classes.entries()) {
      this.#choices[output] ??= new Choices();
      this.#choices[output].add(rows, truth, outputs[output]?.maxSource ?? 0);
    }
    const error = errorOf(outputs);
    if (error > 0) this.#keepWorst({ index, label, error, rows: classes.map(([row]) => row) });
  }

  /** The samples that are furthest off, with their places in the order. */
  get worst(): readonly Pick<WorstSample, 'index' | 'label'>[] {
    return this.#worst;
  }

  /** Of all samples so far. */
  report({ labels, noise, preprocessing }: DataFacts): DataFiguresReport {
    const output = this.#choices.findIndex(({ rows }) => rows > 0);
    const choices = this.#choices[output] ?? new Choices();
    const decided = choices.decided(noise[output] ?? 0);
    return {
      samples: this.#samples,
      decided: decided.rows,
      top1: choices.hitRate('artefact', 'first'),
      top5: choices.hitRate('artefact', 'best'),
      reference: { top1: choices.hitRate('source', 'first'), top5: choices.hitRate('source', 'best') },
      agreement: shareOf(choices.agreeing, choices.rows),
      decidedAgreement: shareOf(decided.agreeing, decided.rows),
      ...choices.means(),
      worst: this.#worst.map((sample) => reportWorst(sample, output, labels)),
      preprocessing,
      sha256: this.#hash.hex(),
    };
  }

  /** The earlier first of equal ones. */
  #keepWorst(sample: WorstSample): void {
    const after = this.#worst.findIndex(({ error }) => error < sample.error);
    const place = after < 0 ? this.#worst.length : after;
    this.#worst = this.#worst.toSpliced(place, 0, sample).slice(0, WORST);
  }
}

/** What both sides choose in the rows of one output. */
class Choices {
  readonly #hits = { source: { first: 0, best: 0 }, artefact: { first: 0, best: 0 } };
  /** How far the source's best leads in rows where both choose the same class, and in the others. */
  readonly #leads = { same: [] as number[], other: [] as number[] };
  #withoutTruth = 0;
  #confidenceShift = 0;
  #divergence = 0;
  #largest = 0;

  add(rows: readonly ClassRow[], truth: number | null, largest: number): void {
    this.#largest = Math.max(this.#largest, largest);
    for (const { source, artefact, lead, confidence, divergence } of rows) {
      this.#leads[source[0] === artefact[0] ? 'same' : 'other'].push(lead);
      this.#confidenceShift += confidence[1] - confidence[0];
      this.#divergence += divergence;
      if (truth === null) this.#withoutTruth++;
      else {
        this.#count('source', source.indexOf(truth));
        this.#count('artefact', artefact.indexOf(truth));
      }
    }
  }

  get rows(): number {
    return this.#leads.same.length + this.#leads.other.length;
  }

  get agreeing(): number {
    return this.#leads.same.length;
  }

  /** Rows on which the reference has decided itself: see `top1` of `OutputFigures`. */
  decided(noise: number): { readonly rows: number; readonly agreeing: number } {
    const { same, other } = this.#leads;
    const isDecided = (lead: number) => lead >= 2 * noise * this.#largest;
    const agreeing = same.filter(isDecided).length;
    return { rows: agreeing + other.filter(isDecided).length, agreeing };
  }

  /** How often the true class is among the best that one side chooses; null where the truth of a row is not known. */
  hitRate(side: 'source' | 'artefact', among: 'first' | 'best'): ShareReport | null {
    return this.#withoutTruth > 0 ? null : shareOf(this.#hits[side][among], this.rows);
  }

  means(): Pick<DataFiguresReport, 'confidenceShift' | 'kl'> {
    const { rows } = this;
    if (rows === 0) return { confidenceShift: null, kl: null };
    return { confidenceShift: this.#confidenceShift / rows, kl: this.#divergence / rows };
  }

  #count(side: 'source' | 'artefact', rank: number): void {
    if (rank === 0) this.#hits[side].first++;
    if (rank >= 0 && rank < BEST) this.#hits[side].best++;
  }
}

/** A sample that is off, with the first row of classes of each output. */
interface WorstSample {
  readonly index: number;
  readonly label: string;
  readonly error: number;
  readonly rows: readonly (ClassRow | undefined)[];
}

function reportWorst(
  { label, error, rows }: WorstSample,
  output: number,
  labels: readonly string[] | undefined,
): WorstSampleReport {
  const nameOf = (index: number | undefined) => (index === undefined ? null : (labels?.[index] ?? String(index)));
  const row = rows[output];
  return {
    sample: label,
    error: Number.isFinite(error) ? error : null,
    reference: nameOf(row?.source[0]),
    candidate: nameOf(row?.artefact[0]),
  };
}

/** The largest of its outputs' errors; infinite where one differs in a way that has no figure. */
function errorOf(outputs: readonly Sums[]): number {
  const errors = outputs.map(({ problems, maxDifference, maxSource }) => {
    if (problems.length > 0) return Number.POSITIVE_INFINITY;
    return maxDifference === 0 ? 0 : maxDifference / maxSource;
  });
  return Math.max(0, ...errors);
}
