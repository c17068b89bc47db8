import { axisOf } from './axis.js';
import { misfit, type Operation, operation, optionOf } from './operation.js';

function reduction(name: string, code: number): Operation {
  return operation(
    name,
    code,
    [2, 2],
    (operands, options) => {
      const { type, shape } = operands.at(0);
      const axes = operands.ints(1)?.map((axis) => axisOf(axis, shape.length));
      if (!axes) return undefined;
      const isKept = optionOf(options, 'keepDims') === 1;
      return [{ type, shape: shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : isKept ? [1] : [])) }];
    },
    27,
    { keepDims: [0, 'bool'] },
  );
}

const INT64 = 4;

function extreme(name: string, code: number, optionsType: number): Operation {
  return operation(
    name,
    code,
    [2, 2],
    (operands, options) => {
      const { shape } = operands.at(0);
      const [axis] = operands.ints(1) ?? [];
      if (axis === undefined) return undefined;
      const type = optionOf(options, 'outputType') === INT64 ? 'int64' : 'int32';
      return [{ type, shape: shape.toSpliced(axisOf(axis, shape.length), 1) }];
    },
    optionsType,
    { outputType: [0, 'byte'] },
  );
}

const topK = operation(
  'TOPK_V2',
  48,
  [2, 2],
  (operands) => {
    const { type, shape } = operands.at(0);
    const [k] = operands.ints(1) ?? [];
    if (k === undefined) return undefined;
    if (k < 0 || k > (shape.at(-1) ?? 0)) misfit(`the ${k} greatest of ${shape.at(-1) ?? 0}`);
    const made = [...shape.slice(0, -1), k];
    return [
      { type, shape: made },
      { type: 'int32', shape: made },
    ];
  },
  34,
);

const oneHot = operation(
  'ONE_HOT',
  85,
  [4, 4],
  (operands, options) => {
    const { shape } = operands.at(0);
    const [depth] = operands.ints(1) ?? [];
    if (depth === undefined) return undefined;
    const axis = optionOf(options, 'axis');
    const at = axis === -1 ? shape.length : axisOf(axis, shape.length + 1);
    return [{ type: operands.at(2).type, shape: shape.toSpliced(at, 0, depth) }];
  },
  61,
  { axis: [0, 'int'] },
);

/** What makes one number of many, and what tells where numbers stand. */
export const reductions: readonly Operation[] = [
  reduction('MEAN', 40),
  reduction('SUM', 74),
  reduction('REDUCE_MAX', 82),
  reduction('REDUCE_MIN', 89),
  reduction('REDUCE_PROD', 81),
  reduction('REDUCE_ANY', 91),
  reduction('REDUCE_ALL', 140),
  extreme('ARG_MAX', 56, 40),
  extreme('ARG_MIN', 79, 57),
  topK,
  oneHot,
];
