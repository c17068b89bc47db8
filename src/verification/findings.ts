import { Comparison, noiseOf, type Sums } from '../check/index.js';
import { DataFigures } from '../data/figures.js';
import type { JudgementReport } from '../report/index.js';
import type { SampleRecord } from './record.js';

/** What records showed so far, added up one after the other in their order: none of them is kept. */
export class Findings {
  readonly #candidates: number;
  readonly #outputs: number;
  readonly #draws = new Map<number, DrawFindings>();
  /** Figures on a user's data, by place of the candidate. */
  readonly onData: readonly DataFigures[];

  constructor({
    candidates,
    outputs,
  }: { readonly candidates: readonly unknown[]; readonly outputs: readonly unknown[] }) {
    this.#candidates = candidates.length;
    this.#outputs = outputs.length;
    this.onData = candidates.map(() => new DataFigures());
  }

  add(record: SampleRecord): void {
    const { draw, index, label, truth, sha256 } = record;
    const known = this.#draws.get(draw) ?? new DrawFindings(this.#candidates, this.#outputs);
    this.#draws.set(draw, known);
    known.add(record);
    for (const [place, candidate] of record.candidates.entries()) {
      if (candidate) this.onData[place]?.add({ index, label, truth, sha256, ...candidate });
    }
  }

  /** In their order. */
  get draws(): DrawFindings[] {
    return [...this.#draws].sort(([a], [b]) => a - b).map(([, draw]) => draw);
  }
}

/** What the samples of one draw showed. */
export class DrawFindings {
  readonly candidates: readonly CandidateFindings[];
  readonly #outputs: number;
  /** The reference against itself, each way over all samples on which it was tried. */
  readonly #self: Comparison[][] = [];
  readonly #response: (number | null)[];

  constructor(candidates: number, outputs: number) {
    this.candidates = Array.from({ length: candidates }, () => new CandidateFindings(outputs));
    this.#outputs = outputs;
    this.#response = Array.from({ length: outputs }, () => null);
  }

  add(record: SampleRecord): void {
    for (const [place, candidate] of this.candidates.entries()) candidate.add(record, place);
    for (const [way, sums] of record.self.entries()) {
      this.#self[way] ??= comparisons(this.#outputs);
      absorb(this.#self[way], sums);
    }
    for (const [output, response] of record.response?.entries() ?? []) {
      const known = this.#response[output] ?? null;
      this.#response[output] = known === null || response === null ? (response ?? known) : Math.max(known, response);
    }
  }

  /** The larger of the errors of the reference against itself. */
  noise(output: number, resolution: number): number | null {
    const found = this.#self.flatMap((ways) => ways[output] ?? []);
    return noiseOf(found, resolution);
  }

  response(output: number): number | null {
    return this.#response[output] ?? null;
  }
}

/** What the samples of one draw showed of one candidate. */
export class CandidateFindings {
  /** Samples on which it was tried. */
  trials = 0;
  readonly outputs: readonly Comparison[];
  /** The same where the reference was given what the candidate selects among; none of what that says nothing of. */
  readonly own = new Map<number, Comparison>();
  /** Whether it could be given that each time. */
  isGiven = true;
  readonly #bySizes = new Map<string, { trials: number; inputs: SampleRecord['inputs'] }>();

  constructor(outputs: number) {
    this.outputs = comparisons(outputs);
  }

  add({ candidates, inputs }: SampleRecord, place: number): void {
    const record = candidates[place];
    if (!record) return;
    this.trials++;
    absorb(this.outputs, record.outputs);
    for (const [output, sums] of record.own?.entries() ?? []) {
      if (!sums) continue;
      const known = this.own.get(output) ?? new Comparison();
      this.own.set(output, known);
      known.absorb(sums);
    }
    this.isGiven &&= record.own !== null;
    const key = inputs.map(({ shape }) => shape.join()).join(';');
    const known = this.#bySizes.get(key);
    if (known) known.trials++;
    else this.#bySizes.set(key, { trials: 1, inputs });
  }

  get tried(): JudgementReport['tried'] {
    return [...this.#bySizes.values()];
  }
}

function comparisons(outputs: number): Comparison[] {
  return Array.from({ length: outputs }, () => new Comparison());
}

function absorb(found: readonly Comparison[], later: readonly Sums[]): void {
  for (const [output, sums] of later.entries()) found[output]?.absorb(sums);
}
