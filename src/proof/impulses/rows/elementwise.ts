import { isInteger, type Node, sizeOf, stridesOf } from '../../../model/index.js';
import { batchNormalization, dequantizeLinear } from '../../../operators/index.js';
import type { Axes, Axis, Following } from '../axes.js';
import { counted, gathered, type LinearMap, sums, taken } from '../linear-maps.js';
import { type AffineForm, constantAt, NotAffine, type Operand, type Operands, operandAt, type Row } from '../row.js';

/** The shape that operands broadcast to. @throws NotAffine where they do not fit */
export function broadcastShape(node: Node, shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((each) => each !== 1) ?? 1;
    if (sizes.some((each) => each !== 1 && each !== size)) throw new NotAffine(`${node.operator} of [${sizes}]`);
    return size;
  });
}

/** Which element of an operand each element of a result takes, once it is broadcast to that. */
export function broadcastPlaces(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(from);
  return sums(
    to.map((size, at) => {
      const axis = at - to.length + from.length;
      const step = (from[axis] ?? 1) === 1 ? 0 : (strides[axis] ?? 0);
      return counted(size, (i) => i * step);
    }),
  );
}

function broadcastMap(from: readonly number[], to: readonly number[], factors?: Float64Array): LinearMap {
  return gathered(sizeOf(from), broadcastPlaces(from, to), factors);
}

function broadcastConstant({ shape }: Operand, constant: Float64Array, to: readonly number[]): Float64Array {
  return taken(constant, broadcastPlaces(shape, to));
}

/** A sum of operands, each times a factor. */
function sum(node: Node, operands: Operands, factors: readonly number[]): AffineForm {
  const all = operands.map((_, index) => operandAt(node, operands, index));
  const shape = broadcastShape(
    node,
    all.map((operand) => operand.shape),
  );
  const size = sizeOf(shape);
  const terms = all.map((operand, index) => {
    const factor = factors[index] ?? 1;
    return {
      operand: index,
      map: broadcastMap(operand.shape, shape, factor === 1 ? undefined : new Float64Array(size).fill(factor)),
    };
  });
  return { shape, terms };
}

/** An operand times a constant. */
function scaled(node: Node, operands: Operands, index: number, factor: (x: number) => number): AffineForm {
  const operand = operandAt(node, operands, index);
  const other = operandAt(node, operands, 1 - index);
  const shape = broadcastShape(node, [operand.shape, other.shape]);
  const factors = broadcastConstant(other, constantAt(node, operands, 1 - index), shape).map(factor);
  return { shape, terms: [{ operand: index, map: broadcastMap(operand.shape, shape, factors) }] };
}

function product(node: Node, operands: Operands): AffineForm {
  const index = operands[1]?.constant ? 0 : 1;
  if (!operands[1 - index]?.constant) throw new NotAffine('a product of two computed values');
  return scaled(node, operands, index, (x) => x);
}

function quotient(node: Node, operands: Operands): AffineForm {
  if (!operands[1]?.constant) throw new NotAffine('a quotient by a computed value');
  if (isInteger(node.dtypeOf(0))) return constantOnly(node, operands, (x = 0, y = 1) => Math.trunc(x / y));
  return scaled(node, operands, 0, (x) => 1 / x);
}

/** A function of constants, element by element. @throws NotAffine where an operand is computed */
export function constantOnly(node: Node, operands: Operands, of: (...elements: number[]) => number): AffineForm {
  const all = operands.map((_, index) => operandAt(node, operands, index));
  const shape = broadcastShape(
    node,
    all.map((operand) => operand.shape),
  );
  const lists = all.map((operand, index) => broadcastConstant(operand, constantAt(node, operands, index), shape));
  const constant = Float64Array.from({ length: sizeOf(shape) }, (_, i) => of(...lists.map((list) => list[i] ?? 0)));
  return { shape, terms: [], constant };
}

/** Axes of a result from those of its operands, aligned from the last one; a constant that varies along an axis cuts it up. */
function followBroadcast(node: Node, operands: readonly (Axes | undefined)[], following: Following): Axes[] {
  const shapes = node.inputs.map((value) => value?.shape ?? []);
  const rank = Math.max(...shapes.map(({ length }) => length));
  const along = Array.from({ length: rank }, (_, at): Axis => {
    const axisOf = (index: number) => at - rank + (shapes[index]?.length ?? 0);
    const computed = operands.flatMap((axes, index) => (axes && axisOf(index) >= 0 ? [axes[axisOf(index)]] : []));
    const joint = following.sum(computed);
    const sizeOfEach = (index: number) => shapes[index]?.[axisOf(index)] ?? 1;
    const varying = shapes.findIndex((_, index) => !operands[index] && sizeOfEach(index) !== 1);
    if (varying < 0) return joint;
    const size = sizeOfEach(varying);
    const isStretched = shapes.some((_, index) => operands[index] && sizeOfEach(index) !== size);
    return typeof size === 'number' && !isStretched ? following.blocks(joint, size) : following.giveUp(joint);
  });
  return [along];
}

const elementwise = (form: (node: Node, operands: Operands) => AffineForm): Row => ({
  forms: (node, operands) => [form(node, operands)],
  follow: followBroadcast,
});

/** `scale * (x - mean) / sqrt(variance + epsilon) + bias` per channel, axis 1. */
function normalised(node: Node, operands: Operands): AffineForm {
  const { epsilon, spatial, trainingMode } = batchNormalization.parameters(node);
  const { shape } = operandAt(node, operands, 0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => constantAt(node, operands, index));
  if (!spatial || !scale || !bias || !mean || !variance) throw new NotAffine('a batch norm of every element');
  if (trainingMode && mean.every((x) => x === 0) && variance.every((x) => x === 1)) {
    throw new NotAffine('a batch norm that computes its statistics');
  }
  const factors = scale.map((x, channel) => x / Math.sqrt((variance[channel] ?? 0) + epsilon));
  const shifts = factors.map((factor, channel) => (bias[channel] ?? 0) - (mean[channel] ?? 0) * factor);
  const channels = broadcastPlaces([factors.length, ...shape.slice(2).map(() => 1)], shape);
  return {
    shape,
    terms: [
      {
        operand: 0,
        map: broadcastMap(shape, shape, taken(factors, channels)),
      },
    ],
    constant: taken(shifts, channels),
  };
}

const ofOne = (f: (x: number) => number) =>
  elementwise((node, operands) => constantOnly(node, operands, (x = 0) => f(x)));
const ofTwo = (f: (x: number, y: number) => number) =>
  elementwise((node, operands) => constantOnly(node, operands, (x = 0, y = 0) => f(x, y)));
const test = (holds: boolean) => (holds ? 1 : 0);

/** `(x - zero point) * scale`, one for all or one for each place along an axis. */
function dequantised(node: Node, operands: Operands): AffineForm {
  const { axis = 0, blockSize } = dequantizeLinear.parameters(node);
  const x = operandAt(node, operands, 0);
  if (blockSize !== 0) throw new NotAffine('a scale for each block');
  const placed = (index: number): Operand | undefined => {
    const operand = operands[index];
    return (
      operand && { ...operand, shape: operand.shape.flatMap((size) => [size, ...x.shape.slice(axis + 1).map(() => 1)]) }
    );
  };
  const zeroPoint = placed(2) ?? { shape: [], constant: Float64Array.of(0) };
  return constantOnly(node, [x, placed(1), zeroPoint], (element = 0, scale = 1, zero = 0) => (element - zero) * scale);
}

/** Taken from the first operand where the condition holds, else from the second. */
function chosen(node: Node, operands: Operands): AffineForm {
  const [condition, x, y] = [0, 1, 2].map((index) => operandAt(node, operands, index)) as [Operand, Operand, Operand];
  const shape = broadcastShape(node, [condition.shape, x.shape, y.shape]);
  const holds = broadcastConstant(condition, constantAt(node, operands, 0), shape);
  const terms = [x, y].map((operand, index) => ({
    operand: index + 1,
    map: broadcastMap(
      operand.shape,
      shape,
      holds.map((element) => test((element !== 0) === (index === 0))),
    ),
  }));
  return { shape, terms };
}

/** Operators whose results stand where their operands do. */
export const elementwiseRows: Readonly<Record<string, Row>> = {
  Add: elementwise((node, operands) => sum(node, operands, [1, 1])),
  Sub: elementwise((node, operands) => sum(node, operands, [1, -1])),
  Sum: elementwise((node, operands) => sum(node, operands, [])),
  Mean: elementwise((node, operands) =>
    sum(
      node,
      operands,
      operands.map(() => 1 / operands.length),
    ),
  ),
  Neg: elementwise((node, operands) => sum(node, operands, [-1])),
  Mul: elementwise(product),
  Div: elementwise(quotient),
  Where: elementwise(chosen),
  BatchNormalization: {
    forms: (node, operands) => [normalised(node, operands)],
    follow(node, [axes = []], following) {
      const size = node.inputs[1]?.shape?.[0];
      return [axes.map((axis, at) => (at === 1 && typeof size === 'number' ? following.blocks(axis, size) : axis))];
    },
  },
  DequantizeLinear: { forms: (node, operands) => [dequantised(node, operands)] },
  Sqrt: ofOne(Math.sqrt),
  Reciprocal: ofOne((x) => 1 / x),
  Exp: ofOne(Math.exp),
  Log: ofOne(Math.log),
  Abs: ofOne(Math.abs),
  Floor: ofOne(Math.floor),
  Sin: ofOne(Math.sin),
  Cos: ofOne(Math.cos),
  Not: ofOne((x) => test(x === 0)),
  Pow: ofTwo((x, y) => x ** y),
  Equal: ofTwo((x, y) => test(x === y)),
  Less: ofTwo((x, y) => test(x < y)),
  Greater: ofTwo((x, y) => test(x > y)),
};
