import { decline } from '../../../../lowering/decline.js';
import { type Node, type Shape, sizeOf, Tensor, type Value } from '../../../../model/index.js';
import { gemm } from '../../../../operators/index.js';
import type { Constant, MilValue } from '../../program/program.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, matmul, reshape, transpose } from '../operations.js';
import type { Row, Rows } from './row.js';

/** `linear` is documented for operands up to this rank. */
const HIGHEST_RANK_OF_LINEAR = 3;

/** Matrix products. Where the right operand is a constant, it is `linear`, which the Neural Engine knows best. */
export const matrixProducts: Rows = {
  Gemm(node, to) {
    if (to.kindOf() !== 'float') decline('Core ML multiplies floats here');
    const { alpha, beta, transA, transB } = gemm.parameters(node);
    const x = transA ? transpose(to, to.input(0), [1, 0]) : to.input(0);
    const constant = node.constant(1);
    const columns = to.resultShape()[1] ?? 1;
    if (!constant) {
      // A factor below 1 comes before the product, which may otherwise be beyond a range that the result is within.
      const shrinks = Math.abs(alpha) < 1;
      const made = matmul(to, shrinks ? scaled(to, x, alpha) : x, to.input(1), transB);
      const product = shrinks ? made : scaled(to, made, alpha);
      const c = to.optional(2);
      to.output(c && beta !== 0 ? binary(to, 'add', product, scaled(to, c, beta)) : product);
      return;
    }
    const weight = to.constant(times(transB ? constant : transposed(constant), alpha));
    const c = node.constant(2);
    const bias = c && typeof columns === 'number' ? perColumn(c, columns) : undefined;
    const isFolded = bias !== undefined || !node.hasInput(2) || beta === 0;
    const product = linear(to, x, weight, bias && beta !== 0 ? to.constant(times(bias, beta)) : undefined);
    to.output(isFolded ? product : binary(to, 'add', product, scaled(to, to.input(2), beta)));
  },

  MatMul(node, to) {
    if (biasOf(node.output())) return; // The Add behind it says both.
    to.output(product(to, to.input(0), node.input(1)));
  },
};

/** `Add` of a constant vector behind a matrix product with a constant: one `linear`. Else undefined. */
export function linearWithBias(node: Node, to: NodeBuilder): MilValue | undefined {
  for (const value of node.inputs) {
    const bias = value && biasOf(value);
    const before = value?.producer;
    const weight = before?.constant(1);
    if (!bias || bias.reader !== node || !before || !weight) continue;
    return linear(to, to.readThrough(before), to.constant(transposed(weight)), to.constant(bias.tensor));
  }
  return undefined;
}

/** The bias that the only reader of a matrix product adds, where the two are one `linear`. */
export function biasOf(value: Value): { tensor: Tensor; reader: Node } | undefined {
  const product = value.producer;
  const reader = value.onlyReader;
  if (!product?.is('MatMul') || !reader?.is('Add') || reader.inputs.length !== 2) return undefined;
  const weight = product.constant(1);
  const tensor = reader.constant(reader.inputs[0] === value ? 1 : 0);
  const fits = tensor?.shape.length === 1 && tensor.shape[0] === weight?.shape[1];
  const isFloat = product.dtypeOf(0) === 'float32' || product.dtypeOf(0) === 'float16';
  if (!tensor || !fits || !isFloat || !isLinear(product.input(0), weight)) return undefined;
  return { tensor, reader };
}

function isLinear(x: Value, weight: Tensor | undefined): boolean {
  return weight?.shape.length === 2 && x.rank !== undefined && x.rank >= 1 && x.rank <= HIGHEST_RANK_OF_LINEAR;
}

function product(to: NodeBuilder, x: MilValue, y: Value): MilValue {
  if (y.constant && isFloatType(x) && isLinear(to.node.input(0), y.constant)) {
    return linear(to, x, to.constant(transposed(y.constant)), undefined);
  }
  const right = to.input(1);
  const rank = Math.max(2, x.type.shape.length, right.type.shape.length);
  // A vector is a matrix of one row on the left, and of one column on the right.
  const left = x.type.shape.length === 1 ? [1, ...x.type.shape] : x.type.shape;
  const below = right.type.shape.length === 1 ? [...right.type.shape, 1] : right.type.shape;
  const filled = (shape: Shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const made = matmul(to, reshape(to, x, filled(left)), reshape(to, right, filled(below)));
  return reshape(to, made, to.resultShape());
}

const isFloatType = (x: MilValue) => x.type.dtype === 'fp16' || x.type.dtype === 'fp32';

/** x [*, I], weight [O, I], bias [O] gives [*, O]. */
function linear(to: NodeBuilder, x: MilValue, weight: Constant, bias: Constant | undefined): MilValue {
  return to.emit('linear', { x, weight, bias }, [...x.type.shape.slice(0, -1), weight.shape[0] ?? 1]);
}

function scaled(to: NodeBuilder, x: MilValue, factor: number): MilValue {
  return factor === 1 ? x : binary(to, 'mul', x, to.number(factor));
}

function times(tensor: Tensor, factor: number): Tensor {
  if (factor === 1) return tensor;
  return Tensor.from(
    tensor.dtype,
    tensor.shape,
    tensor.toFloat64().map((value) => value * factor),
  );
}

/** [I, O] as [O, I]. */
function transposed(tensor: Tensor): Tensor {
  const [rows = 1, columns = 1] = tensor.shape;
  const source = tensor.toFloat32();
  const target = new Float32Array(source.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) target[column * rows + row] = source[row * columns + column] ?? 0;
  }
  return Tensor.from('float32', [columns, rows], target);
}

/** C of a Gemm as one number per column; undefined where its rows differ. */
function perColumn(tensor: Tensor, columns: number): Tensor | undefined {
  if (tensor.size === columns && tensor.shape.at(-1) === columns) return tensor.reshape([columns]);
  if (sizeOf(tensor.shape) !== 1) return undefined;
  return Tensor.from(tensor.dtype, [columns], new Float64Array(columns).fill(tensor.toFloat64()[0] ?? 0));
}

/** An Add as the bias of the product before it where it can be that, else by the row that is given. */
export const addOrLinear =
  (add: Row): Row =>
  (node, to) => {
    const made = linearWithBias(node, to);
    if (made) to.output(made);
    else add(node, to);
  };
