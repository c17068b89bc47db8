import { Tensor, type Value } from '../model/index.js';
import type { Trial } from '../trials/trial.js';
import type { CandidateSelections } from './candidate-selections.js';
import { faultIn } from './chosen-by-rule.js';
import { Comparison, type Sums } from './comparison.js';
import type { Network } from './pieces/network.js';
import { type Fed, LoadedPiece } from './pieces/run-piece.js';
import type { Outputs } from './source-run.js';

/** What a candidate selects, and the source that makes the same of its numbers. */
export interface BehindParts {
  readonly selections: CandidateSelections;
  /** The source, in pieces. */
  readonly network: Network;
  /** What both call a value of the source. */
  readonly nameOf: (value: Value) => string;
}

/**
 * What lies behind the selections of a candidate. Near ties change places by rounding alone, and what follows is then another, right
 * or wrong. So the source is given the candidate's own values: among these it selects alike, and what it makes of them has to
 * be what the candidate makes of them. What boxes were selected is held against the rule itself.
 */
export class Behind {
  readonly #parts: BehindParts;
  /** undefined where nothing is left to be made. */
  readonly #piece: LoadedPiece | undefined;

  private constructor(parts: BehindParts, piece: LoadedPiece | undefined) {
    this.#parts = parts;
    this.#piece = piece;
  }

  /** @throws EngineFailure */
  static async load(parts: BehindParts): Promise<Behind> {
    const { selections, network, nameOf } = parts;
    const { outputs, between, chosen } = selections;
    const fed = fedOf(selections);
    const compared = chosen.flatMap(({ node }) =>
      node.inputs.flatMap((value) => (value && !value.constant && !fed.includes(value) ? value : [])),
    );
    const asKnown = (value: Value) => ({ name: value.name, sourceName: nameOf(value), permutation: undefined });
    const wanted = [...new Set([...outputs, ...between, ...compared])];
    if (wanted.length === 0) return new Behind(parts, undefined);
    const piece = await LoadedPiece.load(
      network,
      fed.flatMap((value): Fed[] =>
        value.dtype && value.rank !== undefined ? [{ ...asKnown(value), dtype: value.dtype, rank: value.rank }] : [],
      ),
      wanted.map(asKnown),
    );
    return new Behind(parts, piece);
  }

  /**
   * How outputs of the source, and what is looked at inside, differ in that way, by name; none of those that this says
   * nothing of.
   * @param outputs of the source as it is
   * @param answers of the candidate
   * @returns undefined where the source cannot be given these values
   * @throws EngineFailure
   */
  async compare(trial: Trial, outputs: Outputs, answers: Outputs): Promise<ReadonlyMap<string, Sums> | undefined> {
    const { selections, nameOf } = this.#parts;
    const own = (value: Value) => {
      const tensor = answers.get(nameOf(value));
      return tensor && isTriples(value) ? withoutFree(tensor) : tensor;
    };
    const given = new Map<string, Tensor>();
    for (const value of fedOf(selections)) {
      const tensor = own(value);
      if (tensor) given.set(nameOf(value), tensor);
    }
    const made = this.#piece ? await this.#piece.runIfTaken(trial, given) : new Map<string, Tensor>();
    if (!made) return undefined;
    const expected = (value: Value) => made.get(nameOf(value));
    const { before, between, results, chosen } = selections;
    const compared = new Map<string, Sums>();
    const compare = (value: Value, one: Tensor | undefined, faults: readonly string[] = []) => {
      const [name, other] = [nameOf(value), own(value)];
      if (!one || !other) throw new Error(`${name} was not looked at`);
      compared.set(name, sumsOf(one, other, faults, trial.label));
    };
    for (const value of before) compare(value, outputs.get(nameOf(value)));
    for (const value of between) compare(value, expected(value));
    const faults = chosen.map((each) => {
      const fault = faultIn(each, (value) => value.constant ?? given.get(nameOf(value)) ?? expected(value));
      return { behind: each.behind, fault };
    });
    const faultsBehind = (output: Value) =>
      faults.flatMap(({ behind, fault }) => (fault && behind.has(output) ? fault : []));
    for (const output of selections.outputs) compare(output, expected(output), faultsBehind(output));
    for (const result of results) if (result.isOutput) compare(result, own(result), faultsBehind(result));
    return compared;
  }

  async release(): Promise<void> {
    await this.#piece?.release();
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
