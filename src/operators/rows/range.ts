import { type Dimension, type Node, Tensor } from '../../model/index.js';
import { operator } from '../operator.js';
import { scalarAt } from '../shape/constants.js';
import { mayHaveElements } from '../shape/elements.js';
import { unknownSize } from '../shape/unknown.js';

export interface RangeParameters {
  readonly start: number | undefined;
  /** The first number that is no longer told. */
  readonly limit: number | undefined;
  readonly delta: number | undefined;
}

/** The numbers from `start` in steps of `delta`, as a vector. */
export const range = operator('Range', {
  traits: [],
  parameters: (node): RangeParameters => {
    const delta = scalarAt(node, 2, 'delta');
    if (delta === 0 || Number.isNaN(delta)) throw node.invalid(`delta is ${delta}`);
    return { start: scalarAt(node, 0, 'start'), limit: scalarAt(node, 1, 'limit'), delta };
  },
  infer: (node, { start, limit, delta }) => {
    const { dtype } = node.input(0);
    const count = countOf(node, start, limit, delta);
    const isFollowed = start !== undefined && delta !== undefined && mayHaveElements([count]);
    const elements = isFollowed ? Array.from({ length: Number(count) }, (_, i) => start + i * delta) : undefined;
    return [{ dtype, shape: [count], elements: elements?.every(Number.isSafeInteger) ? elements : undefined }];
  },
  compute: ([first, last, step]) => {
    if (!first || !last || !step) return undefined;
    const { dtype } = first;
    if (dtype === 'int16' || dtype === 'int32' || dtype === 'int64') return integers(dtype, first, last, step);
    if (dtype !== 'float32' && dtype !== 'float64') return undefined;
    const [start = 0, limit = 0, delta = 0] = [first, last, step].map((tensor) => tensor.toFloat64()[0]);
    const count = countBetween(start, limit, delta);
    if (!Number.isSafeInteger(count)) return undefined;
    return accumulated(dtype, start, delta, count);
  },
});

function integers(dtype: 'int16' | 'int32' | 'int64', ...scalars: readonly Tensor[]): Tensor | undefined {
  const [start = 0, limit = 0, delta = 0] = scalars.map((tensor) => Number(tensor.toBigInts()[0]));
  const count = countBetween(start, limit, delta);
  const values = Array.from({ length: count }, (_, i) => start + i * delta);
  if (![start, limit, delta, ...values].every(Number.isSafeInteger)) return undefined;
  return Tensor.from(dtype, [count], values);
}

/** In float64, whatever the type: so counts ONNX Runtime, where float32 would tell one more or one less. */
function countBetween(start: number, limit: number, delta: number): number {
  return Math.max(Math.ceil((limit - start) / delta), 0);
}

function countOf(
  node: Node,
  start: number | undefined,
  limit: number | undefined,
  delta: number | undefined,
): Dimension {
  const symbol = sizeIn(node);
  if (start === 0 && delta === 1 && typeof symbol === 'string') return symbol;
  if (start === undefined || limit === undefined || delta === undefined) return unknownSize(node);
  const count = countBetween(start, limit, delta);
  return Number.isSafeInteger(count) ? count : unknownSize(node);
}

/** What the limit is where it is a size, also one that became a float: it has no more elements than a float32 tells apart. */
function sizeIn(node: Node): Dimension | undefined {
  const limit = node.input(1);
  const [size] = limit.elements ?? (limit.producer?.is('Cast') ? (limit.producer.input(0).elements ?? []) : []);
  const isExact = size !== undefined && node.graph.model.largestOf(size) <= 2 ** 24;
  return isExact && (limit.elements || limit.dtype === 'float32' || limit.dtype === 'float64') ? size : undefined;
}

/** Added step by step, as ONNX Runtime does: multiplying rounds differently for most fractions. */
function accumulated(dtype: 'float32' | 'float64', start: number, delta: number, count: number): Tensor {
  const round = dtype === 'float32' ? Math.fround : (value: number) => value;
  const values = new Float64Array(count);
  let next = start;
  for (let i = 0; i < count; i++) {
    values[i] = next;
    next = round(next + delta);
  }
  return Tensor.from(dtype, [count], values);
}
