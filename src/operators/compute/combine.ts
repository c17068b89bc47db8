import { type DataType, isFloat, isInteger, type Tensor } from '../../model/index.js';
import { alignPair } from './broadcast-walk.js';
import { bigIntegersOf, bigZeros, numbersOf, tensorOf, zeros } from './numbers.js';

/** One operation on pairs of elements, by kind of element; a kind without a function declines. */
export interface PairFunctions {
  /** For floats; the result is rounded once. */
  readonly float?: ((a: number, b: number) => number) | undefined;
  /** For integers of at most 32 bits; the result wraps to the element type. */
  readonly integer?: ((a: number, b: number) => number) | undefined;
  /** For integers of 64 bits; the result wraps. */
  readonly big?: ((a: bigint, b: bigint) => bigint) | undefined;
  readonly bool?: ((a: number, b: number) => number) | undefined;
}

/** A relation between pairs of elements of any numeric kind. */
export type Relation = (a: number | bigint, b: number | bigint) => boolean;

function functionFor(dtype: DataType, functions: PairFunctions) {
  if (isFloat(dtype)) return functions.float;
  if (isInteger(dtype)) return functions.integer;
  return dtype === 'bool' ? functions.bool : undefined;
}

/** Pairs of elements of two tensors of one type, broadcast; undefined where the type has no such operation. */
export function combine(a: Tensor | undefined, b: Tensor | undefined, functions: PairFunctions): Tensor | undefined {
  if (!a || !b || a.dtype !== b.dtype) return undefined;
  const { dtype } = a;
  const aligned = alignPair(a, b);
  if (!aligned) return undefined;
  const { shape, size, placesA, placesB } = aligned;
  const f = functionFor(dtype, functions);
  const [x, y, result] = [numbersOf(a), numbersOf(b), zeros(dtype, size)];
  if (x && y && result) {
    if (!f) return undefined;
    for (let i = 0; i < size; i++) {
      result[i] = f(x[placesA ? (placesA[i] ?? 0) : i] ?? 0, y[placesB ? (placesB[i] ?? 0) : i] ?? 0);
    }
    return tensorOf(dtype, shape, result);
  }
  const [bigX, bigY, bigResult] = [bigIntegersOf(a), bigIntegersOf(b), bigZeros(dtype, size)];
  if (!bigX || !bigY || !bigResult || !functions.big) return undefined;
  for (let i = 0; i < size; i++) {
    bigResult[i] = functions.big(
      bigX[placesA ? (placesA[i] ?? 0) : i] ?? 0n,
      bigY[placesB ? (placesB[i] ?? 0) : i] ?? 0n,
    );
  }
  return tensorOf(dtype, shape, bigResult);
}

/** Pairs of elements compared, as booleans. */
export function compare(a: Tensor | undefined, b: Tensor | undefined, relation: Relation): Tensor | undefined {
  if (!a || !b || a.dtype !== b.dtype) return undefined;
  const aligned = alignPair(a, b);
  const x = numbersOf(a) ?? bigIntegersOf(a);
  const y = numbersOf(b) ?? bigIntegersOf(b);
  if (!aligned || !x || !y) return undefined;
  const { shape, size, placesA, placesB } = aligned;
  const result = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const holds = relation(x[placesA ? (placesA[i] ?? 0) : i] ?? 0, y[placesB ? (placesB[i] ?? 0) : i] ?? 0);
    result[i] = holds ? 1 : 0;
  }
  return tensorOf('bool', shape, result);
}

/** A variadic operation as a chain of pairs, from the left. */
export function combineAll(tensors: readonly (Tensor | undefined)[], functions: PairFunctions): Tensor | undefined {
  let [result] = tensors;
  for (const next of tensors.slice(1)) result = combine(result, next, functions);
  return result;
}
