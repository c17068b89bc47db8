import { axisOf } from './axis.js';
import { type Known, misfit, type Operation, operation, optionOf } from './operation.js';

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

/** What makes one of several, or several of one. */
export const joins: readonly Operation[] = [concatenation, split, splitV, pack, unpack];
