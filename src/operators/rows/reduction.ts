import type { Dimension, Node, Shape } from '../../model/index.js';
import { placesOfExtremes } from '../compute/rank.js';
import { REDUCERS, reduce } from '../compute/reduce.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { integersAt } from '../shape/constants.js';
import { shaped } from '../shape/facts.js';
import { holdsSizes, isSize } from '../shape/integer-elements.js';
import { fitAll } from '../shape/integer-range.js';
import { multiplied } from '../shape/products.js';
import type { Trait } from '../traits.js';

export interface ReduceParameters {
  /**
   * The axes that are reduced, counted from the front where the rank is known; empty: none are. undefined: computed in
   * the graph, or all axes of an input whose rank is not known.
   */
  readonly axes: readonly number[] | undefined;
  /** Whether reduced axes stay as ones. */
  readonly keepDims: boolean;
}

function reduceParameters(node: Node, axesAreInputSince: number): ReduceParameters {
  const keepDims = node.int('keepdims', 1) !== 0;
  const rank = node.inputs[0]?.rank;
  const byInput = node.opset >= axesAreInputSince;
  const given = byInput && node.hasInput(1) ? integersAt(node, 1, 'axes') : node.ints('axes', []);
  if (given === undefined) return { axes: undefined, keepDims };
  if (given.length > 0) {
    // Naming an axis twice is no error here: it is reduced.
    const axes = rank === undefined ? given : given.map((axis) => normalizeAxis(node, axis, rank, 'axes'));
    return { axes: [...new Set(axes)], keepDims };
  }
  if (byInput && node.int('noop_with_empty_axes', 0) !== 0) return { axes: [], keepDims };
  return { axes: rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => i), keepDims };
}

function reducedShape(node: Node, { axes, keepDims }: ReduceParameters): Shape | undefined {
  const shape = node.inputs[0]?.shape;
  if (!shape) return undefined;
  if (axes)
    return keepDims ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
  const { model } = node.graph;
  if (keepDims) return shape.map(() => model.freshSymbol());
  const count = node.inputs[1]?.shape?.[0];
  if (typeof count !== 'number' || count === 0 || count > shape.length) return undefined;
  return shape.slice(count).map(() => model.freshSymbol());
}

/** Number of elements or of dimensions: what shape arithmetic asks of a vector of sizes. */
function reducedElements(node: Node, name: string, { axes }: ReduceParameters): readonly Dimension[] | undefined {
  const [input] = node.inputs;
  const { elements } = input ?? {};
  if (!elements || axes?.length !== 1 || !holdsSizes(input?.dtype)) return undefined;
  if (name === 'ReduceProd') return productOfAll(node, elements);
  const reducer = REDUCERS.get(name);
  if (!reducer || reducer.finish || elements.length === 0) return undefined;
  let total = reducer.start;
  for (const element of elements) {
    if (typeof element !== 'number') return undefined;
    total = reducer.step(total, element);
  }
  return fitAll(node.graph.model, [total], input?.dtype) ? [total] : undefined;
}

/** undefined where the product could be negative or wrap. */
function productOfAll(node: Node, elements: readonly Dimension[]): readonly Dimension[] | undefined {
  if (!elements.every(isSize) && !elements.every((element) => typeof element === 'number')) return undefined;
  const product = [multiplied(node, elements)];
  return fitAll(node.graph.model, product, node.dtypeOf(0)) ? product : undefined;
}

function reduction(name: string, traits: readonly Trait[], axesAreInputSince = 18) {
  const reducer = REDUCERS.get(name);
  return operator(name, {
    traits,
    parameters: (node) => reduceParameters(node, axesAreInputSince),
    reducedAxes: (_node, parameters) => parameters,
    infer: (node, parameters): readonly Facts[] => {
      const facts = shaped(node.inputs[0], reducedShape(node, parameters));
      return [{ ...facts, elements: reducedElements(node, name, parameters) }];
    },
    compute: ([input], { axes, keepDims }) => input && axes && reducer && reduce(input, axes, keepDims, reducer),
  });
}

/** Mean over axes. */
export const reduceMean = reduction('ReduceMean', []);
/** Sum over axes. */
export const reduceSum = reduction('ReduceSum', [], 13);
/** Greatest over axes. */
export const reduceMax = reduction('ReduceMax', []);
/** Least over axes. */
export const reduceMin = reduction('ReduceMin', []);
/** Product over axes. */
export const reduceProd = reduction('ReduceProd', []);
/** Sum of magnitudes over axes. */
export const reduceL1 = reduction('ReduceL1', ['forgetsSignOfZero']);
/** Root of the sum of squares over axes. */
export const reduceL2 = reduction('ReduceL2', ['forgetsSignOfZero']);
/** Logarithm of the sum over axes. */
export const reduceLogSum = reduction('ReduceLogSum', []);
/** Logarithm of the sum of exponentials over axes. */
export const reduceLogSumExp = reduction('ReduceLogSumExp', ['forgetsSignOfZero']);
/** Sum of squares over axes. */
export const reduceSumSquare = reduction('ReduceSumSquare', ['forgetsSignOfZero']);

/** Parameters of what says where extremes stand. */
export interface ArgParameters {
  /** Counted from the front where the rank is known. */
  readonly axis: number;
  readonly keepDims: boolean;
  /** Of equal extremes the last is taken, else the first. */
  readonly selectLastIndex: boolean;
}

function argOperator(name: string) {
  return operator(name, {
    traits: ['selects'],
    parameters: (node): ArgParameters => {
      const axis = node.int('axis', 0);
      const rank = node.inputs[0]?.rank;
      return {
        axis: rank === undefined ? axis : normalizeAxis(node, axis, rank),
        keepDims: node.int('keepdims', 1) !== 0,
        selectLastIndex: node.int('select_last_index', 0) !== 0,
      };
    },
    reducedAxes: (_node, { axis, keepDims }) => ({ axes: [axis], keepDims }),
    infer: (node, { axis, keepDims }): readonly Facts[] => {
      const shape = reducedShape(node, { axes: [axis], keepDims });
      return [{ dtype: 'int64', shape }];
    },
    compute: ([input], { axis, keepDims, selectLastIndex }) => {
      const largest = name === 'ArgMax';
      return input && placesOfExtremes(input, axis, { largest, last: selectLastIndex, keepDims });
    },
  });
}

/** Where the greatest element along an axis stands, as int64. */
export const argMax = argOperator('ArgMax');
/** Where the least element along an axis stands, as int64. */
export const argMin = argOperator('ArgMin');
