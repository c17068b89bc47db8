import type { Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { ReadRow, ReadRows } from './row.js';

/** Beyond any axis: "to the end". */
const END = 2 ** 31 - 1;

const spaceAndDepth =
  (operator: string, size: string, mode?: 'DCR' | 'CRD'): ReadRow =>
  (operation, to) =>
    to.node(operator, [operation.tensor()], { blocksize: operation.int(size), mode });

/** Operations that move elements and change none. */
export const shapes: ReadRows = {
  reshape(operation, to) {
    return to.node('Reshape', [operation.tensor(), to.ints(operation.ints('shape'))]);
  },
  flatten2d: (operation, to) => to.node('Flatten', [operation.tensor()], { axis: operation.int('axis', 1) }),
  expand_dims: (operation, to) => to.node('Unsqueeze', [operation.tensor(), to.ints(operation.ints('axes'))]),
  squeeze(operation, to) {
    const axes = operation.optionalInts('axes');
    return to.node('Squeeze', axes ? [operation.tensor(), to.ints(axes)] : [operation.tensor()]);
  },
  transpose: (operation, to) => to.node('Transpose', [operation.tensor()], { perm: operation.ints('perm') }),
  tile: (operation, to) => to.node('Tile', [operation.tensor(), to.ints(operation.ints('reps'))]),

  concat(operation, to) {
    if (operation.bool('interleave', false)) throw operation.invalid('interleave is not read here');
    return to.node('Concat', operation.tensors('values'), { axis: operation.int('axis') });
  },

  stack(operation, to) {
    const axis = operation.int('axis');
    const lifted = operation.tensors('values').map((value) => to.node('Unsqueeze', [value, to.ints([axis])]));
    return to.node('Concat', lifted, { axis });
  },

  split(operation, to) {
    const axis = operation.int('axis');
    const size = operation.shapeOf().at(axis) ?? 1;
    const sizes = operation.optionalInts('split_sizes');
    const count = operation.int('num_splits', sizes?.length ?? 1);
    const parts = sizes ?? new Array<number>(count).fill(size / count);
    return to.nodes('Split', [operation.tensor(), to.ints(parts)], { axis }, parts.length);
  },

  slice_by_index(operation, to) {
    const rank = operation.shapeOf().length;
    const no = new Array<boolean>(rank).fill(false);
    const [begin, end] = [operation.ints('begin'), operation.ints('end')];
    const stride = operation.ints('stride', new Array<number>(rank).fill(1));
    const [open, openEnd] = [operation.bools('begin_mask', no), operation.bools('end_mask', no)];
    const squeezed = operation.bools('squeeze_mask', no);
    const starts = begin.map((at, i) => (open[i] ? ((stride[i] ?? 1) > 0 ? 0 : END) : at));
    const ends = end.map((at, i) => {
      // A squeezed axis gives the one element at `begin`; -1 is the last, whose end is open.
      if (squeezed[i]) return begin[i] === -1 ? END : (begin[i] ?? 0) + 1;
      return openEnd[i] ? ((stride[i] ?? 1) > 0 ? END : -END) : at;
    });
    const steps = stride.map((step, i) => (squeezed[i] ? 1 : step));
    const sliced = slice(to, operation.tensor(), starts, ends, steps);
    const axes = squeezed.flatMap((isSqueezed, axis) => (isSqueezed ? [axis] : []));
    return axes.length > 0 ? to.node('Squeeze', [sliced, to.ints(axes)]) : sliced;
  },

  slice_by_size(operation, to) {
    const begin = operation.ints('begin');
    const shape = operation.shapeOf();
    const starts = begin.map((at, axis) => (at < 0 ? at + (shape[axis] ?? 0) : at));
    const ends = operation.ints('size').map((size, axis) => (size === -1 ? END : (starts[axis] ?? 0) + size));
    return slice(
      to,
      operation.tensor(),
      starts,
      ends,
      starts.map(() => 1),
    );
  },

  reverse(operation, to) {
    const shape = operation.shapeOf();
    const axes = operation.ints(
      'axes',
      shape.map((_, axis) => axis),
    );
    const ends = to.ints(axes.map(() => -END));
    const steps = to.ints(axes.map(() => -1));
    return to.node('Slice', [operation.tensor(), to.ints(axes.map(() => END)), ends, to.ints(axes), steps]);
  },

  crop(operation, to) {
    const [top = 0, bottom = 0] = operation.ints('crop_height');
    const [left = 0, right = 0] = operation.ints('crop_width');
    const [height = 1, width = 1] = operation.shapeOf().slice(-2);
    const inputs = [to.ints([top, left]), to.ints([height - bottom, width - right]), to.ints([-2, -1])];
    return to.node('Slice', [operation.tensor(), ...inputs]);
  },

  /**
   * Pairs for the last axes, as many as there are. Those before get pads of 0: where ONNX Runtime moves a Transpose across a Pad
   * that names its axes, it takes the pads for ones of all.
   */
  pad(operation, to) {
    const x = operation.tensor();
    const pairs = operation.ints('pad');
    const rank = operation.shapeOf().length;
    const mode = operation.text('mode', 'constant');
    const value = operation.float('constant_val', 0);
    if (pairs.length % 2 || pairs.length > 2 * rank || pairs.some((count) => count < 0)) {
      throw operation.invalid(`pad is [${pairs}]`);
    }
    const none = new Array<number>(rank - pairs.length / 2).fill(0);
    const [before, after] = [0, 1].map((side) => [...none, ...pairs.filter((_, i) => i % 2 === side)]);
    const pads = to.ints([...(before ?? []), ...(after ?? [])]);
    if (mode === 'constant') return to.node('Pad', [x, pads, to.number(value)], { mode });
    if (mode !== 'reflect' && mode !== 'replicate') throw operation.invalid(`mode is ${mode}`);
    return to.node('Pad', [x, pads], { mode: mode === 'reflect' ? mode : 'edge' });
  },

  fill(operation, to) {
    const sizes = operation.ints('shape');
    const element = operation.has('value') ? operation.tensor('value') : to.number(0);
    return to.node('Expand', [element, to.ints(sizes)]);
  },

  shape(operation, to) {
    return to.cast(to.node('Shape', [operation.any()]), 'int32');
  },

  depth_to_space: spaceAndDepth('DepthToSpace', 'block_size', 'DCR'),
  space_to_depth: spaceAndDepth('SpaceToDepth', 'block_size'),
  pixel_shuffle: spaceAndDepth('DepthToSpace', 'upscale_factor', 'CRD'),
};

function slice(
  to: OnnxBuilder,
  x: Value,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): Value {
  const axes = starts.map((_, axis) => axis);
  return to.node('Slice', [x, to.ints(starts), to.ints(ends), to.ints(axes), to.ints(steps)]);
}
