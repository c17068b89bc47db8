import { Comparison, faultIn, type Sums } from '../check/index.js';
import type { Outputs } from '../check/source-run.js';
import { Tensor, type Value } from '../model/index.js';
import type { Trial } from '../trials/index.js';
import { type Fed, LoadedPiece } from './bisect/run-piece.js';
import type { Engines } from './engines.js';
import { type Reference, sourceNameOf } from './reference.js';
import { referenceNetwork } from './reference-network.js';
import type { CandidateSelections } from './selections.js';

/**
 * What lies behind the selections of a candidate. Near ties change places by rounding alone, and what follows is then another, right
 * or wrong. So the reference is given the candidate's own values: among these it selects alike, and what it makes of them has to
 * be what the candidate makes of them. What boxes were selected is held against the rule itself.
 */
export class Behind {
  readonly #selections: CandidateSelections;
  readonly #reference: Reference;
  /** undefined where nothing is left to be made. */
  readonly #piece: LoadedPiece | undefined;

  private constructor(selections: CandidateSelections, reference: Reference, piece: LoadedPiece | undefined) {
    this.#selections = selections;
    this.#reference = reference;
    this.#piece = piece;
  }

  /** @throws EngineFailure */
  static async load(selections: CandidateSelections, reference: Reference, engines: Engines): Promise<Behind> {
    const { outputs, between, chosen } = selections;
    const fed = fedOf(selections);
    const compared = chosen.flatMap(({ node }) =>
      node.inputs.flatMap((value) => (value && !value.constant && !fed.includes(value) ? value : [])),
    );
    const asKnown = (value: Value) => ({
      name: value.name,
      sourceName: sourceNameOf(reference.artefact, value.name),
      permutation: undefined,
    });
    const wanted = [...new Set([...outputs, ...between, ...compared])];
    if (wanted.length === 0) return new Behind(selections, reference, undefined);
    const piece = await LoadedPiece.load(
      await referenceNetwork(reference, engines),
      fed.flatMap((value): Fed[] =>
        value.dtype && value.rank !== undefined ? [{ ...asKnown(value), dtype: value.dtype, rank: value.rank }] : [],
      ),
      wanted.map(asKnown),
    );
    return new Behind(selections, reference, piece);
  }

  /**
   * How outputs of the reference, and what is looked at inside, differ in that way; in their order, null for those that this
   * says nothing of.
   * @param outputs of the reference as it is
   * @param answers of the candidate
   * @returns undefined where the reference cannot be given these values
   * @throws EngineFailure
   */
  async compare(trial: Trial, outputs: Outputs, answers: Outputs): Promise<(Sums | null)[] | undefined> {
    const own = (value: Value) => {
      const tensor = answers.get(this.#nameOf(value));
      return tensor && isTriples(value) ? withoutFree(tensor) : tensor;
    };
    const given = new Map<string, Tensor>();
    for (const value of fedOf(this.#selections)) {
      const tensor = own(value);
      if (tensor) given.set(this.#nameOf(value), tensor);
    }
    const made = this.#piece ? await this.#piece.runIfTaken(trial, given) : new Map<string, Tensor>();
    if (!made) return undefined;
    const expected = (value: Value) => made.get(this.#nameOf(value));
    const { before, between, results, chosen } = this.#selections;
    const compared = new Map<string, Sums>();
    const compare = (value: Value, one: Tensor | undefined, faults: readonly string[] = []) => {
      const [name, other] = [this.#nameOf(value), own(value)];
      if (one && other) compared.set(name, sumsOf(one, other, faults, trial.label));
    };
    for (const value of before) compare(value, outputs.get(this.#nameOf(value)));
    for (const value of between) compare(value, expected(value));
    const faults = chosen.map((each) => {
      const fault = faultIn(each, (value) => value.constant ?? given.get(this.#nameOf(value)) ?? expected(value));
      return { behind: each.behind, fault };
    });
    const faultsBehind = (output: Value) =>
      faults.flatMap(({ behind, fault }) => (fault && behind.has(output) ? fault : []));
    for (const output of this.#selections.outputs) compare(output, expected(output), faultsBehind(output));
    for (const result of results) if (result.isOutput) compare(result, own(result), faultsBehind(result));
    return this.#reference.outputs.map(({ name }) => compared.get(name) ?? null);
  }

  async release(): Promise<void> {
    await this.#piece?.release();
  }

  #nameOf({ name }: Value): string {
    return sourceNameOf(this.#reference.artefact, name);
  }
}

const fedOf = ({ before, between, results }: CandidateSelections): Value[] => [...before, ...between, ...results];

function sumsOf(one: Tensor, other: Tensor, faults: readonly string[], label: string): Sums {
  const comparison = new Comparison();
  for (const fault of faults) comparison.fault(fault, label);
  comparison.add(one, other, label);
  return comparison.sums;
}

const isTriples = ({ producer }: Value): boolean => producer?.is('NonMaxSuppression') ?? false;

/** Triples [n, 3] without those of -1, which stand for no box in what has a fixed number of rows. */
function withoutFree(triples: Tensor): Tensor {
  const [, width = 3] = triples.shape;
  const all = Array.from(triples.toFloat64());
  const kept = all.filter((_, index) => (all[index - (index % width)] ?? -1) >= 0);
  return Tensor.from('int64', [kept.length / width, width], kept);
}
