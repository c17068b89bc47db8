import { isFloat, isStatic, type Node, type Tensor, type Value } from '../../model/index.js';
import { greatest, placesOfMaxima, pooled, type Windows } from '../compute/pool.js';
import { REDUCERS, type Reducer, reduce } from '../compute/reduce.js';
import { type Facts, operator } from '../operator.js';
import { slide, type Window, windowOf } from '../shape/sliding-window.js';

export interface PoolParameters extends Window {
  readonly kernelShape: readonly number[];
  readonly ceilMode: boolean;
}

export interface AveragePoolParameters extends PoolParameters {
  /** Whether padding counts as zeros in the mean, but not what rounding up finds beyond it; else it is left out too. */
  readonly countIncludePad: boolean;
}

export interface MaxPoolParameters extends PoolParameters {
  /** Whether `Indices` count column-major. */
  readonly columnMajor: boolean;
}

function poolParameters(node: Node): PoolParameters {
  const kernelShape = node.ints('kernel_shape', undefined);
  if (!kernelShape) throw node.invalid('attribute kernel_shape is missing');
  const input = node.inputs[0]?.shape;
  if (input && input.length !== kernelShape.length + 2) {
    throw node.invalid(`kernel_shape [${kernelShape.slice(0, 16)}] does not fit an input of rank ${input.length}`);
  }
  return {
    ...windowOf(node, kernelShape, input?.slice(2)),
    kernelShape,
    ceilMode: node.int('ceil_mode', 0) !== 0,
  };
}

function poolFacts(node: Node, parameters: PoolParameters): Facts {
  const input = node.inputs[0]?.shape;
  const dtype = node.dtypeOf(0);
  if (!input) return { dtype };
  return {
    dtype,
    shape: [
      ...input.slice(0, 2),
      ...slide(node, parameters, input.slice(2), { ceilMode: parameters.ceilMode, pools: true }),
    ],
  };
}

/** The windows over a constant; undefined where the padding is not known. */
function windowsOver(input: Tensor, parameters: PoolParameters, node: Node): Windows | undefined {
  const { pads, ceilMode } = parameters;
  const slid = slide(node, parameters, input.shape.slice(2), { ceilMode, pools: true });
  return pads && isStatic(slid) ? { ...parameters, pads, slid } : undefined;
}

/** Mean over each window of X [N, C, D…]. */
export const averagePool = operator('AveragePool', {
  traits: ['spatial'],
  parameters: (node): AveragePoolParameters => ({
    ...poolParameters(node),
    countIncludePad: node.int('count_include_pad', 0) !== 0,
  }),
  infer: (node, parameters) => [poolFacts(node, parameters)],
  compute: ([input], parameters, node) => {
    if (!input || !isFloat(input.dtype)) return undefined;
    const windows = windowsOver(input, parameters, node);
    const { countIncludePad } = parameters;
    return (
      windows &&
      pooled(input, windows, (numbers, places, counted) => {
        const sum = places.reduce((total, place) => total + (numbers[place] ?? 0), 0);
        return sum / (countIncludePad ? counted : places.length);
      })
    );
  },
});

/** Maximum over each window of X [N, C, D…]; the second result is where it stood in the flattened X. */
export const maxPool = operator('MaxPool', {
  traits: ['spatial', 'optionalResults'],
  parameters: (node): MaxPoolParameters => ({
    ...poolParameters(node),
    columnMajor: node.int('storage_order', 0) !== 0,
  }),
  infer: (node, parameters) => {
    const facts = poolFacts(node, parameters);
    return [facts, { ...facts, dtype: 'int64' }];
  },
  compute: ([input], parameters, node) => {
    const windows = input && windowsOver(input, parameters, node);
    if (!windows) return undefined;
    const result = pooled(input, windows, (numbers, places) => numbers[greatest(numbers, places)] ?? 0);
    if (!result || node.outputs.length < 2) return result;
    const places = placesOfMaxima(input, windows, parameters.columnMajor);
    return places && [result, places];
  },
});

/** The p-norm over each window of X [N, C, D…]. */
export const lpPool = operator('LpPool', {
  traits: ['spatial'],
  parameters: (node) => ({ ...poolParameters(node), p: positive(node, node.int('p', 2)) }),
  infer: (node, parameters) => [poolFacts(node, parameters)],
  compute: ([input], parameters, node) => {
    if (!input || !isFloat(input.dtype)) return undefined;
    const windows = windowsOver(input, parameters, node);
    const { step, finish } = norm(parameters.p);
    return (
      windows &&
      pooled(input, windows, (numbers, places) =>
        finish(places.reduce((sum, place) => step(sum, numbers[place] ?? 0), 0)),
      )
    );
  },
});

function positive(node: Node, p: number): number {
  if (p < 1) throw node.invalid(`p ${p} is below 1`);
  return p;
}

function globalFacts(input: Value | undefined): Facts {
  return { dtype: input?.dtype, shape: input?.shape?.map((d, axis) => (axis < 2 ? d : 1)) };
}

function checkSpatial(node: Node): void {
  const rank = node.inputs[0]?.rank;
  if (rank !== undefined && rank < 3) throw node.invalid(`an input of rank ${rank} has no spatial axes`);
}

/** How a p-norm grows. */
function norm(p: number) {
  return {
    start: 0,
    step: (sum: number, x: number) => sum + Math.abs(x) ** p,
    finish: (sum: number) => (p === 2 ? Math.sqrt(sum) : sum ** (1 / p)),
  };
}

function overSpace(input: Tensor | undefined, reducer: Reducer | undefined): Tensor | undefined {
  const axes = input?.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  return input && axes && reducer && isFloat(input.dtype) ? reduce(input, axes, true, reducer) : undefined;
}

function globalPool(name: string, reduction: string) {
  return operator(name, {
    traits: ['spatial'],
    parameters: (node) => {
      checkSpatial(node);
      return {};
    },
    infer: (node) => [globalFacts(node.inputs[0])],
    compute: ([input]) => overSpace(input, REDUCERS.get(reduction)),
  });
}

/** Mean over all spatial axes, which stay as ones. */
export const globalAveragePool = globalPool('GlobalAveragePool', 'ReduceMean');

/** Maximum over all spatial axes, which stay as ones. */
export const globalMaxPool = globalPool('GlobalMaxPool', 'ReduceMax');

/** The p-norm over all spatial axes, which stay as ones. */
export const globalLpPool = operator('GlobalLpPool', {
  traits: ['spatial'],
  parameters: (node) => {
    checkSpatial(node);
    return { p: positive(node, node.int('p', 2)) };
  },
  infer: (node) => [globalFacts(node.inputs[0])],
  compute: ([input], { p }) => overSpace(input, norm(p)),
});
