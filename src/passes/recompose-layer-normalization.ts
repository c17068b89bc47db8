import { type Graph, isStatic, type Node, type Shape, sameShape, sizeOf, Tensor, type Value } from '../model/index.js';
import { reduceMean } from '../operators/index.js';
import { soleNumber } from './element-test.js';
import type { Pass } from './pass.js';
import { replacePattern } from './replace-pattern.js';
import { bothOrders, withScalar } from './scalar-operand.js';

/**
 * Finds LayerNormalization in the arithmetic that exporters write for it.
 *
 * Given: `d = x - mean(x)`, `y = d / sqrt(mean(d²) + epsilon)`, then `* scale` and `+ bias` where they are constants of the
 * shape of the last axes; both means over the last axes, which are kept.
 * Result: `y = LayerNormalization(x, scale, bias; axis, epsilon)`.
 * Exact: the same function (Ba et al., arXiv 1607.06450); engines add in another order.
 * Keeps off: means over other axes (channels of an image), sizes that are not known, and where a value inside is an output
 * or read by others.
 */
export const recomposeLayerNormalization: Pass = {
  name: 'recompose-layer-normalization',
  run(graph, changes) {
    for (const node of graph.nodesOf('Div')) {
      const normalized = insideDeviation(node);
      if (!normalized) continue;
      const { x, axis, epsilon } = normalized;
      const shape = x.shape?.slice(axis);
      if (!isStatic(shape)) continue;
      const scaled = thenConstant(node, 'Mul', shape);
      const shifted = scaled && thenConstant(scaled.node, 'Add', shape);
      const root = shifted?.node ?? scaled?.node ?? node;
      const scale = scaled?.constant ?? ones(graph, x, shape);
      replacePattern(
        root,
        [x],
        {
          operator: 'LayerNormalization',
          inputs: [x, scale, shifted?.constant],
          attributes: { axis: axis - (x.rank ?? 0), epsilon: { float: epsilon } },
        },
        changes,
      );
    }
  },
};

interface Normalized {
  readonly x: Value;
  /** First of the axes that are normalised together. */
  readonly axis: number;
  readonly epsilon: number;
}

/** Takes apart `d / sqrt(mean(d²) + epsilon)`, `d = x - mean(x)`. */
function insideDeviation(node: Node): Normalized | undefined {
  const [difference, deviation] = [node.input(0), node.input(1).producer];
  const variance = deviation?.is('Sqrt') ? withScalar(deviation.input(0), 'Add') : undefined;
  const epsilon = soleNumber(variance?.constant.constant);
  const squares = variance && meanOfLast(variance.x);
  if (!squares || epsilon === undefined || squareRoot(squares.of) !== difference) return undefined;
  const subtraction = difference.producer;
  if (!subtraction?.is('Sub')) return undefined;
  const x = subtraction.input(0);
  const mean = meanOfLast(subtraction.input(1));
  return mean?.of === x && mean.axis === squares.axis ? { x, axis: mean.axis, epsilon } : undefined;
}

/** The operand of a mean over the axes from `axis` to the last, where they are kept. */
function meanOfLast(made: Value): { of: Value; axis: number } | undefined {
  const node = made.producer;
  if (!node?.is('ReduceMean')) return undefined;
  const of = node.input(0);
  const { axes, keepDims } = reduceMean.parameters(node);
  if (!axes?.length || !keepDims || of.rank === undefined) return undefined;
  const axis = of.rank - axes.length;
  return Math.min(...axes) === axis ? { of, axis } : undefined;
}

function squareRoot(made: Value): Value | undefined {
  const node = made.producer;
  if (node?.is('Mul') && node.input(0) === node.input(1)) return node.input(0);
  return withScalar(made, 'Pow', 2)?.x;
}

/** The node that alone reads `before` and combines it with a constant of this shape. */
function thenConstant(before: Node, operator: 'Add' | 'Mul', shape: Shape) {
  const node = before.output().onlyReader;
  if (!node?.is(operator) || node.graph !== before.graph) return undefined;
  for (const [, constant] of bothOrders(node)) {
    if (constant.constant && sameShape(constant.shape, shape)) return { node, constant };
  }
  return undefined;
}

function ones(graph: Graph, like: Value, shape: readonly number[]): Value {
  const values = new Float64Array(sizeOf(shape)).fill(1);
  return graph.addConstant(Tensor.from(like.dtype ?? 'float32', shape, values), 'scale');
}
