import { type Bar, Comparison, figuresOf, judgeOutput, noiseOf, remarksOn, type Sums } from '../check/index.js';
import type { FiguresReport, JudgementReport } from '../report/index.js';
import type { SampleRecord } from './record.js';
import type { OutputFacts } from './reference.js';

/** What records are reduced by: the same for every part of a verification. */
export interface Reduction {
  readonly outputs: readonly OutputFacts[];
  /** Names the constant that makes the reference answer NaN or infinity, where one is known. */
  readonly suspect: () => string | undefined;
}

/** A candidate over all samples, and what a reader should know, a sentence each. */
export interface Judged {
  readonly judgement: JudgementReport;
  readonly notes: readonly string[];
}

/**
 * Judges one candidate by the records of all samples, in their order. Where the reference does not reproduce itself on the
 * first draws, later ones decide.
 * @param place of the candidate in the records
 * @returns undefined where it was tried on no sample
 */
export function reduce(
  records: readonly SampleRecord[],
  place: number,
  { outputs, suspect }: Reduction,
  bar: Bar,
  precision: string,
): Judged | undefined {
  const draws = [...new Set(records.map(({ draw }) => draw))].sort((a, b) => a - b);
  const [first = [], ...others] = draws.map((draw) => records.filter((record) => record.draw === draw));
  const tried = first.filter(({ candidates }) => candidates[place]);
  if (tried.length === 0) return undefined;
  const notes = new Set<string>();
  const judge = (some: readonly SampleRecord[], output: number) =>
    judgeOne(some, place, output, outputs, bar, suspect, notes);
  const judged = outputs.map(({ name }, output) => {
    let result = judge(first, output);
    for (const other of others) {
      if (!result.isUndecided) break;
      notes.add(`${name}: the reference does not reproduce itself on the first draws; others decide`);
      result = judge(other, output);
    }
    return result;
  });
  const judgement: JudgementReport = {
    purpose: 'artefact',
    precision,
    tolerance: bar.tolerance,
    measure: bar.measure ?? 'error',
    trials: tried.length,
    tried: triedSizes(tried),
    outputs: judged,
  };
  return { judgement, notes: [...notes] };
}

function judgeOne(
  records: readonly SampleRecord[],
  place: number,
  output: number,
  facts: readonly OutputFacts[],
  bar: Bar,
  suspect: () => string | undefined,
  notes: Set<string>,
): FiguresReport {
  const { name = '', resolution = 0, range } = facts[output] ?? {};
  const compared = sumUp(records.flatMap(({ candidates }) => candidates[place]?.outputs[output] ?? []));
  const noise = noiseIn(records, output, resolution);
  const figures = figuresOf(name, compared, noise, { largest: () => responseIn(records, output) });
  const verdict = judgeOutput(figures, compared, bar, { resolution, range, suspect });
  for (const remark of remarksOn(figures, bar.tolerance)) notes.add(remark);
  return { ...figures, ...verdict };
}

function sumUp(all: readonly Sums[]): Comparison {
  const comparison = new Comparison();
  for (const sums of all) comparison.absorb(sums);
  return comparison;
}

/** The larger of the errors of the reference against itself, each way over all samples on which it was tried. */
function noiseIn(records: readonly SampleRecord[], output: number, resolution: number): number | null {
  const measured = records.flatMap(({ self }) => (self.length > 0 ? [self] : []));
  const ways = Math.max(0, ...measured.map((self) => self.length));
  const found = Array.from({ length: ways }, (_, way) => sumUp(measured.flatMap((self) => self[way]?.[output] ?? [])));
  return noiseOf(found, resolution);
}

function responseIn(records: readonly SampleRecord[], output: number): number | null {
  const found = records.flatMap(({ response }) => response?.[output] ?? []);
  return found.length > 0 ? Math.max(...found) : null;
}

function triedSizes(records: readonly SampleRecord[]): JudgementReport['tried'] {
  const bySizes = new Map<string, { trials: number; inputs: SampleRecord['inputs'] }>();
  for (const { inputs } of records) {
    const key = inputs.map(({ shape }) => shape.join()).join(';');
    const known = bySizes.get(key);
    if (known) known.trials++;
    else bySizes.set(key, { trials: 1, inputs });
  }
  return [...bySizes.values()];
}
