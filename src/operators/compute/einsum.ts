import { isFloat, sizeOf, stridesOf, type Tensor } from '../../model/index.js';
import { MOST_MULTIPLY_ADDS, rounded } from './matrix-product.js';
import { numbersOf } from './numbers.js';
import { advance } from './odometer.js';

/** Letters for the axes of each operand and of the result. */
export interface Letters {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** Sums of products over the letters that the result lacks, in float64; undefined for other types, and where it is too large. */
export function einsumOf(tensors: readonly Tensor[], { terms, result }: Letters): Tensor | undefined {
  const [first] = tensors;
  if (!first || !isFloat(first.dtype) || tensors.some(({ dtype }) => dtype !== first.dtype)) return undefined;
  const sizes = sizesOfLetters(tensors, terms);
  const letters = [...result, ...[...sizes.keys()].filter((letter) => !result.includes(letter))];
  const extents = letters.map((letter) => sizes.get(letter) ?? 1);
  const shape = extents.slice(0, result.length);
  if (sizeOf(extents) > MOST_MULTIPLY_ADDS / tensors.length) return undefined;
  const operands = tensors.flatMap((tensor, i) => {
    const numbers = numbersOf(tensor);
    return numbers ? [{ numbers, strides: stridesOfLetters(tensor.shape, terms[i] ?? [], letters) }] : [];
  });
  if (operands.length < tensors.length) return undefined;
  const sums = new Float64Array(sizeOf(shape));
  const summed = sizeOf(extents.slice(result.length));
  const index = new Array<number>(letters.length).fill(0);
  for (let at = 0; at < sums.length; at++) {
    let sum = 0;
    for (let k = 0; k < summed; k++) {
      let product = 1;
      for (const { numbers, strides } of operands) {
        let place = 0;
        for (let axis = 0; axis < index.length; axis++) place += (index[axis] ?? 0) * (strides[axis] ?? 0);
        product *= numbers[place] ?? 0;
      }
      sum += product;
      advance(index, extents);
    }
    sums[at] = sum;
  }
  return rounded(first, shape, sums);
}

/** An axis of size 1 stretches to what the letter is elsewhere. */
function sizesOfLetters(tensors: readonly Tensor[], terms: Letters['terms']): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [i, letters] of terms.entries()) {
    for (const [axis, letter] of letters.entries()) {
      const size = tensors[i]?.shape[axis] ?? 1;
      if ((sizes.get(letter) ?? 1) === 1) sizes.set(letter, size);
    }
  }
  return sizes;
}

/** How far a step of each letter is in an operand: a letter that stands twice walks the diagonal. */
function stridesOfLetters(shape: readonly number[], term: readonly string[], letters: readonly string[]): number[] {
  const own = stridesOf(shape);
  return letters.map((letter) =>
    term.reduce((sum, name, axis) => sum + (name === letter && shape[axis] !== 1 ? (own[axis] ?? 0) : 0), 0),
  );
}
