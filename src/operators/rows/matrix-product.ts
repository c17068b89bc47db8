import { type Dimension, isFloat, type Node, type Shape, sizeOf, type Tensor } from '../../model/index.js';
import { combine } from '../compute/combine.js';
import { MOST_MULTIPLY_ADDS, matrixProduct, multiplyInto, rounded } from '../compute/matrix-product.js';
import { numbersOf } from '../compute/numbers.js';
import { type Facts, operator } from '../operator.js';
import { broadcast, checkUnidirectional } from '../shape/broadcast.js';

export interface GemmParameters {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

function checkInner(node: Node, a: Dimension | undefined, b: Dimension | undefined): void {
  if (typeof a === 'number' && typeof b === 'number' && a !== b) throw node.invalid(`inner sizes ${a} and ${b} differ`);
}

function gemmShape(node: Node, { transA, transB }: GemmParameters): Shape | undefined {
  const [a, b] = [node.inputs[0]?.shape, node.inputs[1]?.shape];
  for (const shape of [a, b]) if (shape && shape.length !== 2) throw node.invalid(`a matrix has rank ${shape.length}`);
  const rows = a?.[transA ? 1 : 0];
  const columns = b?.[transB ? 0 : 1];
  checkInner(node, a?.[transA ? 0 : 1], b?.[transB ? 1 : 0]);
  const { model } = node.graph;
  return [rows ?? model.freshSymbol(), columns ?? model.freshSymbol()];
}

/** `alpha * A' * B' + beta * C`: A' [M, K] is A or its transpose, B' [K, N] likewise, C broadcasts to [M, N]. */
export const gemm = operator('Gemm', {
  traits: ['product', 'forgetsSignOfZero'],
  parameters: (node): GemmParameters => ({
    alpha: node.float('alpha', 1),
    beta: node.float('beta', 1),
    transA: node.int('transA', 0) !== 0,
    transB: node.int('transB', 0) !== 0,
  }),
  multiplyAccumulates: ([a = []], y, { transA }) => sizeOf(y) * (a[transA ? 0 : 1] ?? 1),
  infer: (node, parameters) => {
    const shape = gemmShape(node, parameters);
    checkUnidirectional(node, node.inputs[2]?.shape, shape, 'C');
    return [{ dtype: node.dtypeOf(0), shape }];
  },
  compute: ([a, b, c], parameters) => {
    const product = a && b && scaledProduct(a, b, parameters);
    if (!product || !c || parameters.beta === 0) return product;
    const { beta } = parameters;
    return combine(product, c, { float: (x, y) => x + Math.fround(beta * y) });
  },
});

function scaledProduct(a: Tensor, b: Tensor, { alpha, transA, transB }: GemmParameters): Tensor | undefined {
  const [x, y] = [numbersOf(a), numbersOf(b)];
  if (!x || !y || !isFloat(a.dtype)) return undefined;
  const [rows = 1, inner = 1] = transA ? [...a.shape].reverse() : a.shape;
  const [innerB = 1, columns = 1] = transB ? [...b.shape].reverse() : b.shape;
  if (inner !== innerB || rows * inner * columns > MOST_MULTIPLY_ADDS) return undefined;
  const sums = new Float64Array(rows * columns);
  const [rowStep, columnStep] = transA ? [1, rows] : [inner, 1];
  const [rowStepB, columnStepB] = transB ? [1, inner] : [columns, 1];
  multiplyInto(
    sums,
    0,
    [rows, inner, columns],
    { numbers: x, offset: 0, rowStep, columnStep },
    { numbers: y, offset: 0, rowStep: rowStepB, columnStep: columnStepB },
  );
  return rounded(
    a,
    [rows, columns],
    sums.map((sum) => alpha * sum),
  );
}

/** numpy's matmul: vectors are promoted, leading axes broadcast. */
function matMulShape(node: Node, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b) return undefined;
  if (a.length === 0 || b.length === 0) throw node.invalid('an operand is a scalar');
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  checkInner(node, left.at(-1), right.at(-2));
  const batch = broadcast(node, [left.slice(0, -2), right.slice(0, -2)]) ?? [];
  const rows = a.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.length === 1 ? [] : right.slice(-1);
  return [...batch, ...rows, ...columns];
}

/** Matrix product with numpy's rules for ranks other than 2. */
export const matMul = operator('MatMul', {
  traits: ['product', 'forgetsSignOfZero'],
  multiplyAccumulates: ([a = []], y) => sizeOf(y) * (a.at(-1) ?? 1),
  infer: (node) => [{ dtype: node.dtypeOf(0), shape: matMulShape(node, node.inputs[0]?.shape, node.inputs[1]?.shape) }],
  compute: ([a, b]) => matrixProduct(a, b),
});

/** Matrix product of 8-bit integers into int32. */
export const matMulInteger = operator('MatMulInteger', {
  traits: [],
  infer: (node): Facts[] => [
    { dtype: 'int32', shape: matMulShape(node, node.inputs[0]?.shape, node.inputs[1]?.shape) },
  ],
});

/** Matrix product of quantized numbers: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point. */
export const qLinearMatMul = operator('QLinearMatMul', {
  traits: [],
  infer: (node) => [{ dtype: node.dtypeOf(7), shape: matMulShape(node, node.inputs[0]?.shape, node.inputs[3]?.shape) }],
});

/** Determinants of [D…, M, M]. */
export const det = operator('Det', {
  traits: [],
  infer: (node) => [{ dtype: node.dtypeOf(0), shape: node.inputs[0]?.shape?.slice(0, -2) }],
});
