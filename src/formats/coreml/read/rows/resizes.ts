import { isStatic, Tensor, type Value } from '../../../../model/index.js';
import { notKnown } from '../damaged.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { OperationReader } from '../operation-reader.js';
import type { ReadRows } from './row.js';

/** Where the elements of a resized axis read, in elements of the operand: MIL's sampling modes, by their definitions. */
const POSITIONS: ReadonlyMap<string, (i: number, size: number, result: number) => number> = new Map([
  [
    'STRICT_ALIGN_CORNERS',
    (i: number, size: number, result: number) => (result > 1 ? (i * (size - 1)) / (result - 1) : 0),
  ],
  [
    'ALIGN_CORNERS',
    (i: number, size: number, result: number) => (result > 1 ? (i * (size - 1)) / (result - 1) : (size - 1) / 2),
  ],
  ['UNALIGN_CORNERS', (i: number, size: number, result: number) => ((i + 0.5) * size) / result - 0.5],
  ['DEFAULT', (i: number, size: number, result: number) => (i * size) / result],
  ['OFFSET_CORNERS', (i: number, size: number, result: number) => ((i + 0.5) * Math.max(1, size - 1)) / result],
]);

/** Resizes act on the last two axes. They are products with constant matrices here, not the Resize that was written from. */
export const resizes: ReadRows = {
  resize_bilinear(operation, to) {
    const sizes = [operation.int('target_size_height', 1), operation.int('target_size_width', 1)] as const;
    return bilinear(operation, to, sizes, operation.text('sampling_mode', 'DEFAULT'));
  },

  upsample_bilinear(operation, to) {
    const aligns = operation.bool('align_corners', true);
    const mode = aligns
      ? 'STRICT_ALIGN_CORNERS'
      : operation.bool('half_pixel_centers', true)
        ? 'UNALIGN_CORNERS'
        : 'DEFAULT';
    if (isOpen(operation))
      return openBilinear(
        operation,
        to,
        factors(operation).map((factor) => ({ factor })),
        mode,
      );
    return bilinear(operation, to, scaledSizes(operation), mode);
  },

  /** To sizes that may be computed; 0 stands for the size that there is. */
  resize(operation, to) {
    const count = operation.unsigned('resized_dims');
    const mode = operation.text('interpolation_mode', 'LINEAR');
    if (count !== 2 || mode !== 'LINEAR') throw notKnown(`resize of ${count} axes in mode ${mode}`, operation.name);
    const given = operation.vector('shape', to);
    const [length] = operation.typeOf('shape').shape;
    if (typeof length !== 'number' || length < 2)
      throw operation.invalid('its shape is no vector of two sizes or more');
    const sizes = [length - 2, length - 1].map((at) => to.node('Slice', [given, to.ints([at]), to.ints([at + 1])]));
    return openBilinear(
      operation,
      to,
      sizes.map((size) => ({ size })),
      operation.text('sampling_mode', 'DEFAULT'),
    );
  },

  resize_nearest_neighbor(operation, to) {
    return nearest(operation, to, [operation.int('target_size_height'), operation.int('target_size_width')]);
  },
  upsample_nearest_neighbor: (operation, to) =>
    isOpen(operation) ? repeated(operation, to, factors(operation)) : nearest(operation, to, scaledSizes(operation)),
};

const isOpen = (operation: OperationReader) => !isStatic(operation.typeOf().shape.slice(-2));

const factors = (operation: OperationReader) =>
  [operation.factor('scale_factor_height', 1), operation.factor('scale_factor_width', 1)] as const;

function scaledSizes(operation: OperationReader): readonly [number, number] {
  const [height = 1, width = 1] = operation.shapeOf().slice(-2);
  const [ofHeight, ofWidth] = factors(operation);
  return [Math.floor(height * ofHeight), Math.floor(width * ofWidth)];
}

function bilinear(
  operation: OperationReader,
  to: OnnxBuilder,
  [newHeight, newWidth]: readonly [number, number],
  mode: string,
): Value {
  const formula = POSITIONS.get(mode);
  if (!formula) throw operation.invalid(`sampling_mode is ${mode}`);
  const [height = 1, width = 1] = operation.shapeOf().slice(-2);
  const matrix = (size: number, result: number): Float32Array => {
    const cells = new Float32Array(result * size);
    for (let i = 0; i < result; i++) {
      const position = Math.min(Math.max(formula(i, size, result), 0), size - 1);
      const low = Math.floor(position);
      const share = position - low;
      cells[i * size + low] = 1 - share;
      if (share > 0) cells[i * size + low + 1] = share;
    }
    return cells;
  };
  const rows = to.floats([newHeight, height], matrix(height, newHeight));
  const columns = to.node('Transpose', [to.floats([newWidth, width], matrix(width, newWidth))], { perm: [1, 0] });
  return to.node('MatMul', [to.node('MatMul', [rows, operation.tensor()]), columns]);
}

/** The element below i n/m. */
function nearest(operation: OperationReader, to: OnnxBuilder, sizes: readonly number[]): Value {
  const shape = operation.shapeOf();
  return sizes.reduce((made: Value, result, k) => {
    const axis = shape.length - 2 + k;
    const size = shape[axis] ?? 1;
    const indices = Array.from({ length: result }, (_, i) => Math.floor((i * size) / result));
    return to.node('Gather', [made, to.ints(indices)], { axis });
  }, operation.tensor());
}

/** Each element several times, along axes that may be open. */
function repeated(operation: OperationReader, to: OnnxBuilder, times: readonly number[]): Value {
  const rank = operation.rankOf();
  return times.reduce((made: Value, factor, k) => {
    if (!Number.isInteger(factor)) throw notKnown(`${operation.type} of an open size by ${factor}`, operation.name);
    const axis = rank - 2 + k;
    const size = to.node('Squeeze', [to.sizes(made, axis, axis + 1)]);
    const [zero, one, whole] = [0, 1, factor].map((value) => to.graph.addConstant(Tensor.from('int64', [], [value])));
    if (!zero || !one || !whole) return made;
    const places = to.node('Range', [zero, to.node('Mul', [size, whole]), one]);
    return to.node('Gather', [made, to.node('Div', [places, whole])], { axis });
  }, operation.tensor());
}

/** How long an axis becomes: so many times what it is, or as a vector of one element says, where 0 means as it is. */
type OpenTarget = { readonly factor: number } | { readonly size: Value };

/**
 * The products with matrices that the network computes from its sizes, in float64: element j of the operand counts in element
 * i of the result by 1 less its distance from where that reads, if that is not below 0.
 */
function openBilinear(
  operation: OperationReader,
  to: OnnxBuilder,
  targets: readonly OpenTarget[],
  mode: string,
): Value {
  const formula = OPEN_POSITIONS.get(mode);
  if (!formula) throw notKnown(`${operation.type} with sampling_mode ${mode} over a size that is open`, operation.name);
  const x = operation.tensor();
  const rank = operation.rankOf();
  const number = (value: number) => to.graph.addConstant(Tensor.from('float64', [], [value]));
  const float64 = (value: Value) => to.cast(value, 'fp64');
  const matrices = targets.map((target, k) => {
    const axis = rank - 2 + k;
    const had = to.sizes(x, axis, axis + 1);
    const size = float64(to.node('Squeeze', [had]));
    const result = float64(to.node('Squeeze', [lengthOf(operation, to, target, had)]));
    const steps = to.node('Range', [number(0), result, number(1)]);
    const last = to.node('Sub', [size, number(1)]);
    const positions = formula({ to, number, steps, size, result });
    const clipped = to.node('Max', [to.node('Min', [positions, last]), number(0)]);
    const places = to.node('Range', [number(0), size, number(1)]);
    const apart = to.node('Sub', [to.node('Unsqueeze', [clipped, to.ints([1])]), places]);
    const share = to.node('Sub', [number(1), to.node('Abs', [apart])]);
    return to.cast(to.node('Max', [share, number(0)]), 'fp32');
  });
  const [rows, columns] = matrices;
  if (!rows || !columns) throw operation.invalid('it resizes one axis');
  return to.node('MatMul', [to.node('MatMul', [rows, x]), to.node('Transpose', [columns], { perm: [1, 0] })]);
}

function lengthOf(operation: OperationReader, to: OnnxBuilder, target: OpenTarget, had: Value): Value {
  if ('size' in target) {
    const keeps = to.node('Equal', [target.size, to.ints([0])]);
    return to.node('Where', [keeps, had, target.size]);
  }
  const { factor } = target;
  if (!Number.isInteger(factor)) throw notKnown(`${operation.type} of an open size by ${factor}`, operation.name);
  return to.node('Mul', [had, to.ints([factor])]);
}

interface OpenAxis {
  readonly to: OnnxBuilder;
  readonly number: (value: number) => Value;
  /** 0, 1, 2, … up to the result's last element. */
  readonly steps: Value;
  readonly size: Value;
  readonly result: Value;
}

/** The same formulas, computed by the network: the result has more than one element wherever one divides by that less 1. */
const OPEN_POSITIONS: ReadonlyMap<string, (axis: OpenAxis) => Value> = new Map([
  [
    'STRICT_ALIGN_CORNERS',
    ({ to, number, steps, size, result }: OpenAxis) => {
      const last = (of: Value) => to.node('Sub', [of, number(1)]);
      const gaps = to.node('Max', [last(result), number(1)]);
      return to.node('Div', [to.node('Mul', [steps, last(size)]), gaps]);
    },
  ],
  [
    'UNALIGN_CORNERS',
    ({ to, number, steps, size, result }: OpenAxis) => {
      const centres = to.node('Mul', [to.node('Add', [steps, number(0.5)]), to.node('Div', [size, result])]);
      return to.node('Sub', [centres, number(0.5)]);
    },
  ],
  ['DEFAULT', ({ to, steps, size, result }: OpenAxis) => to.node('Mul', [steps, to.node('Div', [size, result])])],
]);
