import { Tensor, type Value } from '../../../../model/index.js';
import { notKnown } from '../damaged.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { OperationReader } from '../operation-reader.js';
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
    return to.node('Reshape', [operation.tensor(), operation.vector('shape', to)]);
  },
  flatten2d: (operation, to) => to.node('Flatten', [operation.tensor()], { axis: operation.int('axis', 1) }),
  expand_dims: (operation, to) => to.node('Unsqueeze', [operation.tensor(), to.ints(operation.ints('axes'))]),
  squeeze(operation, to) {
    const axes = operation.optionalInts('axes');
    return to.node('Squeeze', axes ? [operation.tensor(), to.ints(axes)] : [operation.tensor()]);
  },
  transpose: (operation, to) => to.node('Transpose', [operation.tensor()], { perm: operation.ints('perm') }),
  tile: (operation, to) => to.node('Tile', [operation.tensor(), operation.vector('reps', to)]),

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
    const sizes = operation.optionalInts('split_sizes');
    const count = operation.int('num_splits', sizes?.length ?? 1);
    const parts = sizes ?? new Array<number>(count).fill((operation.shapeOf().at(axis) ?? 1) / count);
    return to.nodes('Split', [operation.tensor(), to.ints(parts)], { axis }, parts.length);
  },

  slice_by_index(operation, to) {
    const rank = operation.rankOf();
    const no = new Array<boolean>(rank).fill(false);
    if (!operation.isConstant('begin') || !operation.isConstant('end')) return computedSlice(operation, to);
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
    const starts = begin.map((at, axis) => (at < 0 ? at + (operation.shapeOf()[axis] ?? 0) : at));
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
    const axes = operation.ints(
      'axes',
      operation.typeOf().shape.map((_, axis) => axis),
    );
    const ends = to.ints(axes.map(() => -END));
    const steps = to.ints(axes.map(() => -1));
    return to.node('Slice', [operation.tensor(), to.ints(axes.map(() => END)), ends, to.ints(axes), steps]);
  },

  crop(operation, to) {
    const [top = 0, bottom = 0] = operation.ints('crop_height');
    const [left = 0, right = 0] = operation.ints('crop_width');
    const ends = [bottom, right].map((count) => (count > 0 ? -count : END));
    const inputs = [to.ints([top, left]), to.ints(ends), to.ints([-2, -1])];
    return to.node('Slice', [operation.tensor(), ...inputs]);
  },

  /**
   * Pairs for the last axes, as many as there are. Those before get pads of 0: where ONNX Runtime moves a Transpose across a Pad
   * that names its axes, it takes the pads for ones of all.
   */
  pad(operation, to) {
    const x = operation.tensor();
    const rank = operation.rankOf();
    const mode = operation.text('mode', 'constant');
    const value = operation.float('constant_val', 0);
    if (!operation.isConstant('pad')) return computedPad(operation, to, mode, value);
    const pairs = operation.ints('pad');
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
    const element = operation.has('value') ? operation.tensor('value') : to.number(0);
    return to.node('Expand', [element, operation.vector('shape', to)]);
  },

  range_1d(operation, to) {
    return to.node(
      'Range',
      ['start', 'end', 'step'].map((name) => operation.other(name, 'int32')),
    );
  },

  shape(operation, to) {
    return to.cast(to.node('Shape', [operation.any()]), 'int32');
  },

  depth_to_space: spaceAndDepth('DepthToSpace', 'block_size', 'DCR'),
  space_to_depth: spaceAndDepth('SpaceToDepth', 'block_size'),
  pixel_shuffle: spaceAndDepth('DepthToSpace', 'upscale_factor', 'CRD'),
};

/** Bounds of which some are computed: those that are open are put in their place. */
function computedSlice(operation: OperationReader, to: OnnxBuilder): Value {
  const rank = operation.rankOf();
  const no = new Array<boolean>(rank).fill(false);
  const stride = operation.ints('stride', new Array<number>(rank).fill(1));
  if (stride.some((step) => step < 0)) throw operation.invalid('its bounds are computed, and it walks backwards');
  if (operation.bools('squeeze_mask', no).some(Boolean))
    throw operation.invalid('its bounds are computed, and axes go');
  const opened = (name: string, mask: string, open: number) => {
    const isOpen = operation.bools(mask, no);
    const condition = to.graph.addConstant(Tensor.from('bool', [rank], isOpen.map(Number)));
    const places = operation.vector(name, to);
    return isOpen.some(Boolean) ? to.node('Where', [condition, to.ints(isOpen.map(() => open)), places]) : places;
  };
  const inputs = [opened('begin', 'begin_mask', 0), opened('end', 'end_mask', END)];
  const axes = stride.map((_, axis) => axis);
  return to.node('Slice', [operation.tensor(), ...inputs, to.ints(axes), to.ints(stride)]);
}

/** Pairs for the last axes become all begins and then all ends, of all axes. */
function computedPad(operation: OperationReader, to: OnnxBuilder, mode: string, value: number): Value {
  if (mode !== 'constant') throw notKnown(`pad by computed numbers in mode ${mode}`, operation.name);
  const [count] = operation.typeOf('pad').shape;
  if (typeof count !== 'number') throw operation.invalid('the number of its pads is open');
  const rank = operation.rankOf();
  const none = to.ints(new Array<number>(2 * rank - count).fill(0));
  const given = operation.vector('pad', to);
  const all = count === 2 * rank ? given : to.node('Concat', [none, given], { axis: 0 });
  const byEnd = to.node('Transpose', [to.node('Reshape', [all, to.ints([rank, 2])])], { perm: [1, 0] });
  const pads = to.node('Reshape', [byEnd, to.ints([2 * rank])]);
  return to.node('Pad', [operation.tensor(), pads, to.number(value)], { mode });
}

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
