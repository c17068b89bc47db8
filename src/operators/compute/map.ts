import { isFloat, type Tensor } from '../../model/index.js';
import { bigIntegersOf, bigZeros, isSingle, numbersOf, tensorOf, zeros } from './numbers.js';

/**
 * A function of one number, element by element. For float32 it is computed in float64 and rounded once.
 * @param bigFunction the same for 64-bit integers; absent: those decline
 */
export function mapNumbers(
  input: Tensor | undefined,
  numberFunction: (x: number) => number,
  bigFunction?: (x: bigint) => bigint,
): Tensor | undefined {
  if (!input) return undefined;
  const { dtype, shape, size } = input;
  const [numbers, result] = [numbersOf(input), zeros(dtype, size)];
  if (numbers && result) {
    for (let i = 0; i < size; i++) result[i] = numberFunction(numbers[i] ?? 0);
    return tensorOf(dtype, shape, result);
  }
  const [bigs, bigResult] = [bigIntegersOf(input), bigZeros(dtype, size)];
  if (!bigs || !bigResult || !bigFunction) return undefined;
  for (let i = 0; i < size; i++) bigResult[i] = bigFunction(bigs[i] ?? 0n);
  return tensorOf(dtype, shape, bigResult);
}

/** Rounds a step of a formula to the type it is computed in: to float32, or not at all in float64. */
export type Rounding = (x: number) => number;

const unrounded: Rounding = (x) => x;

/** The same for functions of floating-point numbers alone. */
export function mapFloats(input: Tensor | undefined, f: (x: number, round: Rounding) => number): Tensor | undefined {
  if (!input || !isFloat(input.dtype)) return undefined;
  const round = isSingle(input.dtype) ? Math.fround : unrounded;
  return mapNumbers(input, (x) => f(x, round));
}

/** A property of each number, as booleans. */
export function testNumbers(input: Tensor | undefined, test: (x: number) => boolean): Tensor | undefined {
  const numbers = input && numbersOf(input);
  return (
    numbers &&
    tensorOf(
      'bool',
      input.shape,
      Uint8Array.from(numbers, (x) => (test(x) ? 1 : 0)),
    )
  );
}
