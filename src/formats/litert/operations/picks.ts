import { axisOf } from './axis.js';
import { misfit, type Operation, operation, optionOf } from './operation.js';

const slice = operation(
  'SLICE',
  65,
  [3, 3],
  (operands) => {
    const { type, shape } = operands.at(0);
    const [begin, size] = [operands.ints(1), operands.ints(2)];
    if (!begin || !size) return undefined;
    if (begin.length !== shape.length || size.length !== shape.length) misfit(`[${begin}] and [${size}] of [${shape}]`);
    const made = shape.map((whole, axis) => {
      const [from = 0, count = 0] = [begin[axis], size[axis]];
      const taken = count === -1 ? whole - from : count;
      return from >= 0 && taken >= 0 && from + taken <= whole
        ? taken
        : misfit(`${count} from ${from} of ${whole} elements`);
    });
    return [{ type, shape: made }];
  },
  48,
);

const bit = (mask: number, axis: number) => ((mask >> axis) & 1) === 1;

const stridedSlice = operation(
  'STRIDED_SLICE',
  45,
  [4, 4],
  (operands, options) => {
    const { type, shape, ints } = operands.at(0);
    const [begin, end, strides] = [1, 2, 3].map((index) => operands.ints(index));
    if (!begin || !end || !strides) return undefined;
    const masks = Object.fromEntries(Object.keys(options).map((name) => [name, optionOf(options, name)]));
    const { beginMask = 0, endMask = 0, ellipsisMask = 0, newAxisMask = 0, shrinkAxisMask = 0 } = masks;
    if (ellipsisMask || newAxisMask) return undefined;
    if (begin.length !== end.length || begin.length !== strides.length || begin.length > shape.length)
      misfit('bounds of unlike length');
    const places = shape.map((size, axis) => {
      const step = strides[axis] ?? 1;
      if (step === 0) misfit('a stride of 0');
      const clamp = (at: number) =>
        Math.min(Math.max(at < 0 ? at + size : at, step > 0 ? 0 : -1), step > 0 ? size : size - 1);
      const from = axis >= begin.length || bit(beginMask, axis) ? (step > 0 ? 0 : size - 1) : clamp(begin[axis] ?? 0);
      if (bit(shrinkAxisMask, axis)) return { from, step: 1, count: 1 };
      const to = axis >= end.length || bit(endMask, axis) ? (step > 0 ? size : -1) : clamp(end[axis] ?? 0);
      return { from, step, count: Math.max(Math.ceil((to - from) / step), 0) };
    });
    const [first] = places;
    const taken =
      ints && first && Array.from({ length: first.count }, (_, i) => ints[first.from + i * first.step] ?? 0);
    const made = places.flatMap(({ count }, axis) => (bit(shrinkAxisMask, axis) ? [] : [count]));
    return [{ type, shape: made, ints: taken }];
  },
  32,
  {
    beginMask: [0, 'int'],
    endMask: [1, 'int'],
    ellipsisMask: [2, 'int'],
    newAxisMask: [3, 'int'],
    shrinkAxisMask: [4, 'int'],
  },
);

const gather = operation(
  'GATHER',
  36,
  [2, 2],
  (operands, options) => {
    const { type, shape } = operands.at(0);
    const indices = operands.at(1).shape;
    const at = axisOf(optionOf(options, 'axis'), shape.length);
    const batch = optionOf(options, 'batchDims');
    return [{ type, shape: [...shape.slice(0, at), ...indices.slice(batch), ...shape.slice(at + 1)] }];
  },
  23,
  { axis: [0, 'int'], batchDims: [1, 'int'] },
);

const gatherNd = operation(
  'GATHER_ND',
  107,
  [2, 2],
  (operands) => {
    const { type, shape } = operands.at(0);
    const indices = operands.at(1).shape;
    const depth = indices.at(-1) ?? misfit('indices without axes');
    if (depth > shape.length) misfit(`vectors of ${depth} indices into [${shape}]`);
    return [{ type, shape: [...indices.slice(0, -1), ...shape.slice(depth)] }];
  },
  83,
);

const scatterNd = operation(
  'SCATTER_ND',
  122,
  [3, 3],
  (operands) => {
    const shape = operands.ints(2);
    return shape && [{ type: operands.at(1).type, shape }];
  },
  97,
);

/** What takes some elements out, or puts them somewhere. */
export const picks: readonly Operation[] = [slice, stridedSlice, gather, gatherNd, scatterNd];
