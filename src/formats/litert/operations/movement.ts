import { TYPES } from '../schema.js';
import { isNumber, type Known, misfit, type Operands, type Operation, operation, optionOf } from './operation.js';

/** An axis counted from the front. @throws Misfit */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : misfit(`axis ${axis} of ${rank}`);
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The same elements under other sizes. */
function reshaped(x: Known, sizes: readonly number[]): Known {
  const rest = product(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? product(x.shape) / rest : size));
  if (sizes.filter((size) => size === -1).length > 1 || product(shape) !== product(x.shape)) {
    misfit(`[${x.shape}] does not become [${sizes}]`);
  }
  return { type: x.type, shape, ints: x.ints };
}

const reshape = operation(
  'RESHAPE',
  22,
  [1, 2],
  (operands, { newShape }) => {
    const sizes = operands.has(1) ? operands.ints(1) : isNumber(newShape) ? undefined : newShape;
    return sizes && [reshaped(operands.at(0), sizes)];
  },
  17,
  { newShape: [0, 'ints'] },
);

const expandDims = operation(
  'EXPAND_DIMS',
  70,
  [2, 2],
  (operands) => {
    const x = operands.at(0);
    const [axis] = operands.ints(1) ?? [];
    if (axis === undefined) return undefined;
    return [{ type: x.type, shape: x.shape.toSpliced(axisOf(axis, x.shape.length + 1), 0, 1), ints: x.ints }];
  },
  52,
);

const squeeze = operation(
  'SQUEEZE',
  43,
  [1, 1],
  (operands, { squeezeDims }) => {
    const x = operands.at(0);
    const given = isNumber(squeezeDims) ? [] : (squeezeDims ?? []);
    const axes = given.map((axis) => axisOf(axis, x.shape.length));
    const goes = (size: number, axis: number) => (axes.length > 0 ? axes.includes(axis) : size === 1);
    return [{ type: x.type, shape: x.shape.filter((size, axis) => !goes(size, axis)), ints: x.ints }];
  },
  30,
  { squeezeDims: [0, 'ints'] },
);

const transpose = operation(
  'TRANSPOSE',
  39,
  [2, 2],
  (operands) => {
    const { type, shape } = operands.at(0);
    const permutation = operands.ints(1);
    if (!permutation) return undefined;
    const axes = permutation.map((axis) => axisOf(axis, shape.length));
    if (new Set(axes).size !== shape.length) misfit(`[${permutation}] is no permutation of ${shape.length} axes`);
    return [{ type, shape: axes.map((axis) => shape[axis] ?? 1) }];
  },
  26,
);

const concatenation = operation(
  'CONCATENATION',
  2,
  [1, 2 ** 16],
  (operands, options) => {
    const parts = operands.all();
    const [first] = parts;
    if (!first) return misfit('joins nothing');
    const at = axisOf(optionOf(options, 'axis'), first.shape.length);
    const isLike = ({ type, shape }: Known) =>
      type === first.type &&
      shape.length === first.shape.length &&
      shape.every((s, k) => k === at || s === first.shape[k]);
    if (!parts.every(isLike)) misfit(`joins ${parts.map(({ shape }) => `[${shape}]`).join(' and ')} along axis ${at}`);
    const shape = first.shape.with(
      at,
      parts.reduce((sum, part) => sum + (part.shape[at] ?? 0), 0),
    );
    const ints =
      parts.every((part) => part.ints) && first.shape.length === 1
        ? parts.flatMap((part) => part.ints ?? [])
        : undefined;
    return [{ type: first.type, shape, ints }];
  },
  10,
  { axis: [0, 'int'], activation: [1, 'byte'] },
);

const split = operation(
  'SPLIT',
  49,
  [2, 2],
  (operands, options) => {
    const { type, shape } = operands.at(1);
    const [axis] = operands.ints(0) ?? [];
    if (axis === undefined) return undefined;
    const at = axisOf(axis, shape.length);
    const count = optionOf(options, 'numSplits');
    const size = (shape[at] ?? 0) / count;
    if (count < 1 || !Number.isInteger(size)) misfit(`[${shape}] in ${count} parts along axis ${at}`);
    return Array.from({ length: count }, () => ({ type, shape: shape.with(at, size) }));
  },
  35,
  { numSplits: [0, 'int'] },
);

const splitV = operation(
  'SPLIT_V',
  102,
  [3, 3],
  (operands, options) => {
    const { type, shape } = operands.at(0);
    const [sizes, [axis] = []] = [operands.ints(1), operands.ints(2)];
    if (!sizes || axis === undefined) return undefined;
    const at = axisOf(axis, shape.length);
    const rest = (shape[at] ?? 0) - sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
    const parts = sizes.map((size) => (size === -1 ? rest : size));
    const fits = parts.reduce((a, b) => a + b, 0) === shape[at] && parts.every((part) => part >= 0);
    if (!fits || parts.length !== optionOf(options, 'numSplits'))
      misfit(`[${shape}] in parts of [${sizes}] along axis ${at}`);
    return parts.map((part) => ({ type, shape: shape.with(at, part) }));
  },
  79,
  { numSplits: [0, 'int'] },
);

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

function padded(operands: Operands): readonly Known[] | undefined {
  const { type, shape } = operands.at(0);
  const amounts = operands.ints(1);
  if (!amounts) return undefined;
  if (amounts.length !== 2 * shape.length || amounts.some((amount) => amount < 0))
    misfit(`[${amounts}] around [${shape}]`);
  return [{ type, shape: shape.map((size, axis) => size + (amounts[2 * axis] ?? 0) + (amounts[2 * axis + 1] ?? 0)) }];
}

const cast = operation(
  'CAST',
  53,
  [1, 1],
  (operands, options) => {
    const { shape, ints } = operands.at(0);
    const type = TYPES.get(optionOf(options, 'outDataType')) ?? misfit('to a type that is not known');
    return [{ type, shape, ints: type === 'int32' || type === 'int64' ? ints : undefined }];
  },
  37,
  { inDataType: [0, 'byte'], outDataType: [1, 'byte'] },
);

const shape = operation(
  'SHAPE',
  77,
  [1, 1],
  (operands, options) => {
    const sizes = operands.at(0).shape;
    return [{ type: optionOf(options, 'outType') === 4 ? 'int64' : 'int32', shape: [sizes.length], ints: sizes }];
  },
  55,
  { outType: [0, 'byte'] },
);

const broadcastTo = operation(
  'BROADCAST_TO',
  130,
  [2, 2],
  (operands) => {
    const { type, shape: from } = operands.at(0);
    const to = operands.ints(1);
    if (!to) return undefined;
    const fits =
      from.length <= to.length && from.every((size, axis) => size === 1 || size === to[axis - from.length + to.length]);
    return fits ? [{ type, shape: to }] : misfit(`[${from}] does not become [${to}]`);
  },
  104,
  {},
  2,
);

const tile = operation(
  'TILE',
  69,
  [2, 2],
  (operands) => {
    const { type, shape } = operands.at(0);
    const counts = operands.ints(1);
    return counts && [{ type, shape: shape.map((size, axis) => size * (counts[axis] ?? 1)) }];
  },
  51,
);

const fill = operation(
  'FILL',
  94,
  [2, 2],
  (operands) => {
    const shape = operands.ints(0);
    return shape && [{ type: operands.at(1).type, shape }];
  },
  68,
);

const pack = operation(
  'PACK',
  83,
  [1, 2 ** 16],
  (operands, options) => {
    const [{ type, shape }] = [operands.at(0)];
    const parts = operands.all();
    if (parts.some((part) => part.type !== type || part.shape.join() !== shape.join())) misfit('stacks what is unlike');
    const ints =
      shape.length === 0 && parts.every((part) => part.ints) ? parts.flatMap((part) => part.ints ?? []) : undefined;
    return [
      { type, shape: shape.toSpliced(axisOf(optionOf(options, 'axis'), shape.length + 1), 0, parts.length), ints },
    ];
  },
  59,
  { valuesCount: [0, 'int'], axis: [1, 'int'] },
);

const unpack = operation(
  'UNPACK',
  88,
  [1, 1],
  (operands, options) => {
    const { type, shape } = operands.at(0);
    const at = axisOf(optionOf(options, 'axis'), shape.length);
    const count = optionOf(options, 'num');
    if (shape[at] !== count) misfit(`${count} parts of [${shape}] along axis ${at}`);
    return Array.from({ length: count }, () => ({ type, shape: shape.toSpliced(at, 1) }));
  },
  64,
  { num: [0, 'int'], axis: [1, 'int'] },
);

/** What keeps a type and sizes, and moves elements or stores them otherwise. */
function kept(
  name: string,
  code: number,
  count: number,
  optionsType = 0,
  options: Parameters<typeof operation>[5] = {},
): Operation {
  const infer: Operation['infer'] = (operands) => [{ type: operands.at(0).type, shape: operands.at(0).shape }];
  return operation(name, code, [count, count], infer, optionsType, options);
}

/** What moves, joins, cuts or repeats elements, and what tells their number. */
export const movement: readonly Operation[] = [
  reshape,
  expandDims,
  squeeze,
  transpose,
  concatenation,
  split,
  splitV,
  slice,
  stridedSlice,
  gather,
  gatherNd,
  scatterNd,
  operation('PAD', 34, [2, 2], padded, 22),
  operation('PADV2', 60, [3, 3], padded, 43),
  operation('MIRROR_PAD', 100, [2, 2], padded, 77, { mode: [0, 'byte'] }),
  cast,
  shape,
  broadcastTo,
  tile,
  fill,
  pack,
  unpack,
  kept('REVERSE_V2', 105, 2),
  kept('CUMSUM', 128, 2, 102, { exclusive: [0, 'bool'], reverse: [1, 'bool'] }),
  operation('DEQUANTIZE', 6, [1, 1], (operands) => [{ type: 'float32', shape: operands.at(0).shape }]),
];
