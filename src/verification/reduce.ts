import { type Bar, Comparison, figuresOf, judgeOutput, noiseOf, remarksOn, type Sums } from '../check/index.js';
import type { FiguresReport, JudgementReport } from '../report/index.js';
import { judgeSelections } from './judge-selections.js';
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
  /** An output that follows from a selection, differs, and could not be judged with the reference's selection. */
  readonly cannotBeFed: string | undefined;
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
  const judge = (some: readonly SampleRecord[], output: number, isFed = false) =>
    judgeOne(some, { place, output, facts: outputs[output], isFed, bar, suspect, notes });
  const judged = outputs.flatMap(({ name, role }, output) => {
    if (role === 'read') return [];
    let result = judge(first, output);
    for (const other of others) {
      if (!result.isUndecided) break;
      notes.add(`${name}: the reference does not reproduce itself on the first draws; others decide`);
      result = judge(other, output);
    }
    return result;
  });
  const selections = judgeSelections(judged, outputs, tried, place, (output) => judge(first, output, true));
  const judgement: JudgementReport = {
    purpose: 'artefact',
    precision,
    tolerance: bar.tolerance,
    measure: bar.measure ?? 'error',
    trials: tried.length,
    tried: triedSizes(tried),
    outputs: selections.outputs,
  };
  return { judgement, notes: [...notes], cannotBeFed: selections.cannotBeFed };
}

/** What one output of one candidate is judged by. */
interface Question {
  readonly place: number;
  readonly output: number;
  readonly facts: OutputFacts | undefined;
  /** Whether the candidate was given what the reference selected. */
  readonly isFed: boolean;
  readonly bar: Bar;
  readonly suspect: () => string | undefined;
  readonly notes: Set<string>;
}

function judgeOne(
  records: readonly SampleRecord[],
  { place, output, facts, isFed, bar, suspect, notes }: Question,
): FiguresReport {
  const { name = '', resolution = 0, range, role } = facts ?? {};
  const compared = sumUp(
    records.flatMap(({ candidates }) => {
      const record = candidates[place];
      return (isFed ? record?.fed : record?.outputs)?.[output] ?? [];
    }),
  );
  const noise = noiseIn(records, output, resolution);
  const figures = figuresOf(name, compared, noise, { largest: () => responseIn(records, output) });
  // What the reference selects otherwise from run to run is no noise that excuses what lies behind.
  const isJumping = role === 'behind' || role === 'selected';
  const judged = isJumping ? { ...figures, noise: null } : figures;
  const verdict = judgeOutput(judged, compared, bar, { resolution, range, suspect });
  if (!isJumping) for (const remark of remarksOn(figures, bar.tolerance)) notes.add(remark);
  return { ...judged, ...verdict };
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
