import {
  byteLengthOf,
  InputError,
  isStatic,
  type Model,
  type Node,
  sizeOf,
  type Tensor,
  type Value,
} from '../model/index.js';
import { hasTrait, operatorOf } from '../operators/index.js';

const MEBIBYTE = 2 ** 20;
const LARGEST_TENSOR = 64 * MEBIBYTE;
const LARGEST_MODEL = 256 * MEBIBYTE;

/** Their results are the bytes that the file holds already. */
const isView = (node: Node): boolean => node.is('Constant', 'Identity') || hasTrait(node, 'reshapes');

/**
 * How much folding may make of a model. Constants can describe terabytes in a few bytes (`Expand`, `Tile`, a chain of
 * `Concat(x, x)`), so all is asked before anything is computed:
 * - one result: 64 MiB, and at most twice the bytes of the file that go for it (four times, where eight bits become a
 *   float), and 1 MiB;
 * - one that only nodes read which fold into 1 MiB or less (the squares of which a variance is the mean): 64 MiB, and at
 *   most twice what it is made of and 1 MiB; none of it comes into the file;
 * - all of a model, over all rounds: 256 MiB.
 * Products and convolutions of more than 10^9 multiply-adds decline by themselves.
 */
export class FoldingBudget {
  #left = LARGEST_MODEL;
  /** Bytes of the file for which a folded constant stands. Without this a chain that doubles would pay with its own growth. */
  readonly #paid = new WeakMap<Tensor, number>();

  /** Whether the results of a node, whose operands are constant, may be computed. */
  allows(node: Node): boolean {
    if (isView(node)) return true;
    const bytes = bytesOfResults(node);
    return bytes !== undefined && bytes <= this.#left && bytes <= this.#largest(node);
  }

  /** Books a constant operand of a node that becomes larger. @returns false, booking nothing, where it may not */
  claims(node: Node, bytes: number): boolean {
    if (bytes > this.#left || bytes > this.#largest(node)) return false;
    this.#left -= bytes;
    return true;
  }

  /** Books results that were computed. @returns false where they are larger than allowed after all, and must be dropped */
  spend(node: Node, results: readonly Tensor[]): boolean {
    const freed = this.#freedBy(node);
    const bytes = isView(node) ? 0 : results.reduce((sum, tensor) => sum + tensor.byteLength, 0);
    if (!this.claims(node, bytes)) return false;
    for (const tensor of results) this.#paid.set(tensor, Math.min(freed, tensor.byteLength));
    return true;
  }

  #largest(node: Node): number {
    const growth = node.is('DequantizeLinear') ? 4 : 2;
    const paid = foldsAway(node) ? bytesOfOperands(node) : this.#freedBy(node);
    return Math.min(LARGEST_TENSOR, growth * paid + MEBIBYTE);
  }

  /** Bytes of the file that nobody reads any more once the node is gone. */
  #freedBy(node: Node): number {
    let bytes = 0;
    for (const value of new Set(node.inputs)) {
      if (value?.constant && value.onlyReader === node)
        bytes += this.#paid.get(value.constant) ?? value.constant.byteLength;
    }
    return bytes;
  }
}

/** So many values are looked at; a variance takes four. */
const LARGEST_REGION = 64;

/** Whether all that is made of the results, by constants alone, comes to 1 MiB or less. */
function foldsAway(node: Node): boolean {
  const made = madeOf(node);
  const goes = (value: Value | undefined): boolean =>
    !value ||
    isSmall(value) ||
    (!value.isOutput &&
      readersOf(value).every(
        (reader) => reader.outputs.every((result) => !result || made.has(result)) && reader.outputs.every(goes),
      ));
  return made.size <= LARGEST_REGION && node.outputs.every(goes);
}

/** The results of a node, and what is computed of them and of constants alone. */
function madeOf(node: Node): ReadonlySet<Value> {
  const made = new Set(node.outputs.filter((value) => value !== undefined));
  for (const value of made) {
    if (made.size > LARGEST_REGION) break;
    for (const reader of readersOf(value)) {
      const isKnown = reader.inputs.every((operand) => !operand || operand.constant || made.has(operand));
      if (!isKnown || !operatorOf(reader)?.compute) continue;
      for (const result of reader.outputs) if (result) made.add(result);
    }
  }
  return made;
}

function readersOf(value: Value): Node[] {
  return [...new Set(value.uses.map(({ node }) => node))];
}

function isSmall({ producer }: Value): boolean {
  const bytes = producer && bytesOfResults(producer);
  return bytes !== undefined && bytes <= MEBIBYTE;
}

function bytesOfOperands(node: Node): number {
  return [...new Set(node.inputs)].reduce((bytes, value) => bytes + (value?.constant?.byteLength ?? 0), 0);
}

const budgets = new WeakMap<Model, FoldingBudget>();

/** The budget of a model: one for all passes and rounds, so that a second run does not get a new one. */
export function foldingBudgetOf(model: Model): FoldingBudget {
  const budget = budgets.get(model) ?? new FoldingBudget();
  budgets.set(model, budget);
  return budget;
}

/** Bytes of all results. Where a size depends on the data (`NonZero`), at most what every element can give. */
function bytesOfResults(node: Node): number | undefined {
  let bytes = 0;
  for (const value of node.outputs) {
    if (!value) continue;
    if (!value.dtype || value.dtype === 'string') return undefined;
    const size = sizeOfResult(node, value);
    if (size === undefined) return undefined;
    bytes += byteLengthOf(value.dtype, size);
  }
  return bytes;
}

function sizeOfResult(node: Node, value: Value): number | undefined {
  if (isStatic(value.shape)) return countable(value.shape);
  const input = node.constant(0);
  if (input && node.is('NonZero')) return input.size * input.shape.length;
  return input && node.is('Compress', 'Unique') ? input.size : undefined;
}

/** undefined where there are more elements than numbers can count. */
function countable(shape: readonly number[]): number | undefined {
  try {
    return sizeOf(shape);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
