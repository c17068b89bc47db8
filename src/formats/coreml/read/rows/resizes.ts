import type { Value } from '../../../../model/index.js';
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
    const sizes = scaledSizes(operation);
    const aligns = operation.bool('align_corners', true);
    const mode = aligns
      ? 'STRICT_ALIGN_CORNERS'
      : operation.bool('half_pixel_centers', true)
        ? 'UNALIGN_CORNERS'
        : 'DEFAULT';
    return bilinear(operation, to, sizes, mode);
  },

  resize_nearest_neighbor(operation, to) {
    return nearest(operation, to, [operation.int('target_size_height'), operation.int('target_size_width')]);
  },
  upsample_nearest_neighbor: (operation, to) => nearest(operation, to, scaledSizes(operation)),
};

function scaledSizes(operation: OperationReader): readonly [number, number] {
  const [height = 1, width = 1] = operation.shapeOf().slice(-2);
  return [
    Math.floor(height * operation.factor('scale_factor_height', 1)),
    Math.floor(width * operation.factor('scale_factor_width', 1)),
  ];
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
