import { axisOf } from './axis.js';
import { type Known, misfit, type Operands, type Operation, operation } from './operation.js';

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

function padded(operands: Operands): readonly Known[] | undefined {
  const { type, shape } = operands.at(0);
  const amounts = operands.ints(1);
  if (!amounts) return undefined;
  if (amounts.length !== 2 * shape.length || amounts.some((amount) => amount < 0))
    misfit(`[${amounts}] around [${shape}]`);
  return [{ type, shape: shape.map((size, axis) => size + (amounts[2 * axis] ?? 0) + (amounts[2 * axis + 1] ?? 0)) }];
}

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

/** What keeps all elements and moves, frames, repeats or adds them up along an axis. */
export const movement: readonly Operation[] = [
  transpose,
  operation('PAD', 34, [2, 2], padded, 22),
  operation('PADV2', 60, [3, 3], padded, 43),
  operation('MIRROR_PAD', 100, [2, 2], padded, 77, { mode: [0, 'byte'] }),
  tile,
  kept('REVERSE_V2', 105, 2),
  kept('CUMSUM', 128, 2, 102, { exclusive: [0, 'bool'], reverse: [1, 'bool'] }),
];
