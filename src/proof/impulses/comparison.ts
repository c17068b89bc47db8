import { sizeOf, stridesOf, type Value } from '../../model/index.js';
import { Coefficients, type Difference } from './coefficients.js';
import type { Constants } from './constants.js';
import { Evaluation } from './evaluation.js';
import { type AxisPlan, choices, imageCount, images, type Pair, type Plan, planFor } from './impulses.js';
import type { Region } from './region.js';
import { NotAffine } from './row.js';
import { summandsOf } from './summands.js';

/** What a comparison of two regions found. */
export interface Comparison {
  /** Where they differ; undefined: they are equal. */
  readonly difference: string | undefined;
  /** Largest difference of a coefficient, as a share of its own magnitude. */
  readonly largest: number;
  /** Largest difference of a result for operands in [-1, 1]. */
  readonly bound: number;
  /** The spatial sizes from which on it holds; null: it holds for the sizes of the file alone. */
  readonly smallestSize: readonly number[] | null;
}

/** More coefficients than this are not worth the wait. */
const MOST_COEFFICIENTS = 2 ** 31;

/** The constants of both graphs. */
export interface BothConstants {
  readonly source: Constants;
  readonly written: Constants;
}

/**
 * Whether two regions are the same affine map: every coefficient and every bias of the written one is that of the source,
 * but for one rounding to float32.
 * @param origins of a written node, the labels of the source's that it stands for, as far as they are known
 * @throws NotAffine where a region is none, or is too large
 */
export function compareRegions(
  pair: Pair,
  constants: BothConstants,
  origins: ReadonlyMap<string, readonly string[]> = new Map(),
): Comparison {
  const plan = planFor(pair, constants);
  const summands = summandsOf(pair, origins);
  let [largest, bound] = [0, 0];
  let difference: string | undefined;
  for (const sizes of choices(plan.axes.map((axis) => axis.sizes))) {
    const compare = (part: Pair) => new SizedComparison(part, plan, sizes, constants).compare();
    const isCut = summands && compare(summands.behind).difference === undefined;
    const found = (isCut ? summands.pairs : [pair]).map(compare);
    largest = Math.max(largest, ...found.map((part) => part.largest));
    bound = Math.max(
      bound,
      found.reduce((sum, part) => sum + part.bound, 0),
    );
    difference = found.find((part) => part.difference)?.difference;
    if (difference) break;
  }
  return { difference, largest, bound, smallestSize: smallestOf(plan) };
}

/** Of all axes behind batch and channels. */
function smallestOf({ axes }: Plan): number[] | null {
  const spatial = axes.slice(2).flatMap(({ smallest }) => smallest ?? []);
  return spatial.length > 0 && spatial.length === axes.length - 2 ? spatial : null;
}

/** Both regions for operands of one choice of sizes. */
class SizedComparison {
  readonly #pair: Pair;
  readonly #axes: readonly AxisPlan[] | undefined;
  readonly #shapes: readonly (readonly number[])[];
  readonly #source: Evaluation;
  readonly #written: Evaluation;
  /** Sums of absolute values, where the written numbers are sums that may cancel. */
  readonly #magnitudes: Evaluation;
  /** The same of constant parts. A border that is written over is rounded, and adds up with what is inside: then the source's terms count. */
  readonly #magnitudesOfRest: Evaluation;
  readonly #coefficients: Coefficients;

  constructor(pair: Pair, plan: Plan, sizes: readonly number[], constants: BothConstants) {
    const { source, written } = pair;
    this.#pair = pair;
    this.#axes = plan.isShared ? plan.axes : undefined;
    this.#shapes = source.operands.map((value, i) => (plan.isShared ? sizes : ownSizes(value, written.operands[i])));
    this.#source = new Evaluation(source, this.#shapesOf(source.operands), constants.source);
    this.#written = new Evaluation(written, this.#shapesOf(written.operands), constants.written);
    const magnitudesOf = (region: Region, known: Constants) =>
      new Evaluation(region, this.#shapesOf(region.operands), known, true);
    this.#magnitudes = written.nodes.length > 1 ? magnitudesOf(written, constants.written) : this.#written;
    this.#magnitudesOfRest = plan.isPlaced ? magnitudesOf(source, constants.source) : this.#magnitudes;
    this.#coefficients = new Coefficients(this.#source.shape, plan.positions);
  }

  #shapesOf(operands: readonly Value[]): Map<Value, readonly number[]> {
    return new Map(operands.map((value, i) => [value, this.#shapes[i] ?? []]));
  }

  compare(): Omit<Comparison, 'smallestSize'> {
    const [a, b] = [this.#source.shape, this.#written.shape];
    if (`${a}` !== `${b}`) {
      return { difference: `its result is [${b}], in the source [${a}]`, largest: 0, bound: 0 };
    }
    const count = this.#shapes.reduce((sum, shape) => sum + imageCount(shape, this.#axes), 0) * sizeOf(a);
    if (count > MOST_COEFFICIENTS) throw new NotAffine(`it has ${count} coefficients, too many to compute`);
    this.#shapes.forEach((_, operand) => {
      this.#compareOperand(operand);
    });
    this.#coefficients.takeRest(this.#source.rest, this.#written.rest, this.#magnitudesOfRest.rest);
    const { largest, bound, difference } = this.#coefficients;
    return { difference: difference && this.#describe(difference), largest, bound };
  }

  #compareOperand(operand: number): void {
    const shape = this.#shapes[operand] ?? [];
    const size = sizeOf(shape);
    const batch = Math.min(this.#source.batch, this.#written.batch, this.#magnitudes.batch);
    const impulses = new Float64Array(batch * size);
    const taken: Int32Array[] = [];
    const flush = () => {
      impulses.fill(0);
      taken.forEach((places, image) => {
        for (const place of places) impulses[image * size + place] = 1;
      });
      this.#compareImages(operand, impulses, taken);
      taken.length = 0;
    };
    for (const places of images(shape, this.#axes)) {
      taken.push(places);
      if (taken.length === batch) flush();
    }
    if (taken.length > 0) flush();
  }

  #compareImages(operand: number, impulses: Float64Array, taken: readonly Int32Array[]): void {
    const count = taken.length;
    const [from, to] = [this.#pair.source.operands[operand], this.#pair.written.operands[operand]];
    if (!from || !to) return;
    const source = this.#source.answer(from, impulses, count);
    const written = this.#written.answer(to, impulses, count);
    const magnitudes = this.#magnitudes === this.#written ? written : this.#magnitudes.answer(to, impulses, count);
    this.#coefficients.take(source, written, magnitudes, count, (image) => {
      const places = taken[image];
      return places && { operand, places };
    });
  }

  /** Of the places that were tried at once, the difference is that of the one which both sides answer to alone. */
  #describe({ source, written, result, cause }: Difference): string {
    const at = placeName(result, this.#source.shape);
    const numbers = `${written}, in the source ${source}`;
    if (!cause) return `the constant part of its result at [${at}] is ${numbers}`;
    const from = this.#pair.source.operands[cause.operand];
    const shape = this.#shapes[cause.operand] ?? [];
    const impulse = new Float64Array(sizeOf(shape));
    const place = cause.places.find((each) => {
      impulse.fill(0);
      impulse[each] = 1;
      return from !== undefined && this.#source.answer(from, impulse, 1)[result] === source;
    });
    return `its result at [${at}] takes of ${from?.name} at [${placeName(place ?? 0, shape)}] ${numbers}`;
  }
}

function ownSizes(source: Value, written: Value | undefined): number[] {
  return (source.shape ?? []).map((size, axis) => {
    const own = typeof size === 'number' ? size : written?.shape?.[axis];
    if (typeof own !== 'number') throw new NotAffine(`the size of axis ${axis} of ${source.name} is not known`);
    return own;
  });
}

function placeName(place: number, shape: readonly number[]): string {
  return stridesOf(shape)
    .map((stride, axis) => Math.floor(place / stride) % (shape[axis] ?? 1))
    .join(',');
}
