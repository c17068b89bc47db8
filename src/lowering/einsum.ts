import { type Dimension, isStatic, type Shape, sizeOf } from '../model/index.js';
import type { EinsumParameters } from '../operators/rows/einsum.js';
import { decline } from './decline.js';

/** A factor whose axes stand in three groups: the sizes of each, which may be none or several. */
export interface Factor<Ref, Size> {
  readonly ref: Ref;
  readonly sizes: readonly [readonly Size[], readonly Size[], readonly Size[]];
}

/** What an Einsum of one or two operands is made of in a target. */
export interface EinsumSteps<Ref, Size> {
  operand(index: number): Ref;
  shape(index: number): readonly Size[];
  /** The sum over `axes`, which the result no longer has. */
  readonly sum: (x: Ref, axes: readonly number[]) => Ref;
  /** Axis k of the result is axis `permutation[k]` of x. */
  transpose(x: Ref, permutation: readonly number[]): Ref;
  /**
   * The product of `left`, [batch, rows, inner], and `right`, [batch, inner, columns] or turned [batch, columns, inner].
   * @param isTurned whether the right factor lies turned already
   * @returns [...batch, ...rows, ...columns], each axis by itself
   */
  product(left: Factor<Ref, Size>, right: (turned: boolean) => Factor<Ref, Size>, isTurned: boolean): Ref;
}

/** An operand and what its axes are called. */
interface Term<Ref> {
  readonly ref: Ref;
  readonly letters: readonly string[];
}

/**
 * One or two operands, each letter once in each: sums over what only one of them has, then a product of batches. Letters of
 * both operands are batches where the result has them, else what is summed over.
 * @throws Declined
 */
export function lowerEinsum<Ref, Size extends Dimension>(
  { equation, letters }: EinsumParameters,
  steps: EinsumSteps<Ref, Size>,
): Ref {
  if (!letters) return decline(`the equation ${equation}`);
  const { terms, result } = letters;
  if (terms.length > 2) decline(`of ${terms.length} operands`);
  if (new Set(result).size < result.length) decline('with a letter twice in the result');
  const sizes = new Map<string, Size>();
  terms.forEach((term, index) => {
    collectSizes(term, steps.shape(index), sizes);
  });
  const [a, b] = terms.map((term, index): Term<Ref> => ({ ref: steps.operand(index), letters: term }));
  if (!a) return decline('of no operands');
  const arranged = ({ ref, letters: from }: Term<Ref>, order: readonly string[]) =>
    steps.transpose(
      ref,
      order.map((letter) => from.indexOf(letter)),
    );
  if (!b) return arranged(summed(steps, a, result), result);
  const left = summed(steps, a, [...result, ...b.letters]);
  const right = summed(steps, b, [...result, ...a.letters]);
  const shared = left.letters.filter((letter) => right.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const inner = shared.filter((letter) => !result.includes(letter));
  const rows = left.letters.filter((letter) => !shared.includes(letter));
  const columns = right.letters.filter((letter) => !shared.includes(letter));
  const sizesOf = (group: readonly string[]) => group.flatMap((letter) => sizes.get(letter) ?? []);
  const laid = (term: Term<Ref>, ...groups: [readonly string[], readonly string[], readonly string[]]) => {
    const [first, second, third] = groups;
    return { ref: arranged(term, groups.flat()), sizes: [sizesOf(first), sizesOf(second), sizesOf(third)] } as const;
  };
  const isTurned = [...batch, ...columns, ...inner].every((letter, axis) => right.letters[axis] === letter);
  const ref = steps.product(
    laid(left, batch, rows, inner),
    (turned) => (turned ? laid(right, batch, columns, inner) : laid(right, batch, inner, columns)),
    isTurned,
  );
  return arranged({ ref, letters: [...batch, ...rows, ...columns] }, result);
}

/** @throws Declined where a letter does not name one axis of one size */
function collectSizes<Size>(letters: readonly string[], shape: readonly Size[], sizes: Map<string, Size>): void {
  if (new Set(letters).size < letters.length) decline('with a letter twice in one operand');
  for (const [axis, size] of shape.entries()) {
    const letter = letters[axis] ?? '';
    const known = sizes.get(letter) ?? size;
    if (known !== size) decline(`with sizes ${known} and ${size} for ${letter}`);
    sizes.set(letter, size);
  }
}

/** Sums over the letters that nothing else has. */
function summed<Ref>(
  { sum }: Pick<EinsumSteps<Ref, unknown>, 'sum'>,
  { ref, letters }: Term<Ref>,
  kept: readonly string[],
): Term<Ref> {
  const axes = letters.flatMap((letter, axis) => (kept.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { ref, letters };
  return { ref: sum(ref, axes), letters: letters.filter((letter) => kept.includes(letter)) };
}

/** The size of axes that lie as one. @throws Declined */
export function joined(shape: Shape): Dimension {
  if (isStatic(shape)) return sizeOf(shape);
  const long = shape.filter((size) => size !== 1);
  const [only] = long;
  return long.length === 1 && only !== undefined ? only : decline('sizes that are not known; fix them with --shape');
}
