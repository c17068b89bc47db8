import { isFloat, sizeOf, type Tensor } from '../../model/index.js';
import { broadcastStatic, placesIn } from './broadcast-walk.js';
import { numbersOf, tensorOf, zeros } from './numbers.js';

/** Beyond this many multiply-adds a result is left to the engine, which is faster by far. */
export const MOST_MULTIPLY_ADDS = 1e9;
/** The same for tables of places. */
export const MOST_PLACES = 2 ** 26;

/** A matrix inside an array: the element [row, column] is at `offset + row * rowStep + column * columnStep`. */
export interface MatrixView {
  readonly numbers: ArrayLike<number>;
  readonly offset: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Row-major A [rows, inner] * B [inner, columns] into `result` from `offset` on; sums in float64. */
export function multiplyInto(
  result: Float64Array,
  offset: number,
  [rows, inner, columns]: readonly [number, number, number],
  a: MatrixView,
  b: MatrixView,
): void {
  for (let row = 0; row < rows; row++) {
    const start = offset + row * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a.numbers[a.offset + row * a.rowStep + k * a.columnStep] ?? 0;
      const line = b.offset + k * b.rowStep;
      for (let column = 0; column < columns; column++) {
        result[start + column] =
          (result[start + column] ?? 0) + factor * (b.numbers[line + column * b.columnStep] ?? 0);
      }
    }
  }
}

/** numpy's matmul of floats; undefined for other types, and where it is too large. */
export function matrixProduct(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (!a || !b || a.dtype !== b.dtype || !isFloat(a.dtype)) return undefined;
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [rows = 1, inner = 1] = left.slice(-2);
  const [innerB = 1, columns = 1] = right.slice(-2);
  const [batchA, batchB] = [left.slice(0, -2), right.slice(0, -2)];
  const batch = broadcastStatic([batchA, batchB]);
  const [x, y] = [numbersOf(a), numbersOf(b)];
  if (!batch || !x || !y || inner !== innerB) return undefined;
  const count = sizeOf(batch);
  if (count * rows * inner * columns > MOST_MULTIPLY_ADDS) return undefined;
  const [placesA, placesB] = [placesIn(batchA, batch), placesIn(batchB, batch)];
  const sums = new Float64Array(count * rows * columns);
  for (let i = 0; i < count; i++) {
    const offsetA = (placesA?.[i] ?? i) * rows * inner;
    const offsetB = (placesB?.[i] ?? i) * inner * columns;
    multiplyInto(
      sums,
      i * rows * columns,
      [rows, inner, columns],
      { numbers: x, offset: offsetA, rowStep: inner, columnStep: 1 },
      { numbers: y, offset: offsetB, rowStep: columns, columnStep: 1 },
    );
  }
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])];
  return rounded(a, shape, sums);
}

/** float64 sums as a tensor of the type of `like`, each rounded once (16-bit floats by way of float32). */
export function rounded(like: Tensor, shape: readonly number[], sums: Float64Array): Tensor | undefined {
  const result = zeros(like.dtype, sums.length);
  result?.set(sums);
  return result && tensorOf(like.dtype, shape, result);
}
