import { TYPES } from '../schema.js';
import { axisOf } from './axis.js';
import { isNumber, type Known, misfit, type Operation, operation, optionOf } from './operation.js';

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

/** What gives the same elements other sizes or another type, and what tells or fills sizes. */
export const shapes: readonly Operation[] = [
  reshape,
  expandDims,
  squeeze,
  shape,
  broadcastTo,
  fill,
  cast,
  operation('DEQUANTIZE', 6, [1, 1], (operands) => [{ type: 'float32', shape: operands.at(0).shape }]),
];
