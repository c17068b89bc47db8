import type { Value } from '../model/index.js';
import { isNear } from './element-test.js';
import { insideErf } from './gelu-erf.js';
import type { Pass } from './pass.js';
import { replacePattern } from './replace-pattern.js';
import { productOf, withScalar } from './scalar-operand.js';

/**
 * Finds GELU in the arithmetic that exporters write for it.
 *
 * Given: `y = 0.5 * x * (1 + erf(x / √2))` in any order, or `0.5 * x * (1 + tanh(√(2/π) * (x + 0.044715 * x³)))`.
 * Result: `y = Gelu(x)`, or `Gelu(x; approximate: tanh)`.
 * Exact: the same function (Hendrycks & Gimpel, arXiv 1606.08415); engines round in another order.
 * Keeps off: where a value inside is an output or read by others; other constants.
 */
export const recomposeGelu: Pass = {
  name: 'recompose-gelu',
  run(graph, changes) {
    for (const node of graph.nodesOf('Mul', 'Div')) {
      const { scale, factors } = productOf(node);
      if (factors.length !== 2 || !isNear(scale, 0.5, node.output().dtype)) continue;
      for (const [x, sum] of [factors, [...factors].reverse()]) {
        if (!x || !sum) continue;
        const approximate = insideErf(sum) === x ? 'none' : insideTanh(sum) === x ? 'tanh' : undefined;
        if (!approximate) continue;
        replacePattern(node, [x], { operator: 'Gelu', inputs: [x], attributes: { approximate } }, changes);
        break;
      }
    }
  },
};

/** The x of `1 + tanh(√(2/π) * (x + 0.044715 * x³))`. */
function insideTanh(made: Value): Value | undefined {
  const tanh = withScalar(made, 'Add', 1)?.x.producer;
  if (!tanh?.is('Tanh')) return undefined;
  const sum = withScalar(tanh.input(0), 'Mul', Math.sqrt(2 / Math.PI))?.x.producer;
  if (!sum?.is('Add')) return undefined;
  const [a, b] = [sum.input(0), sum.input(1)];
  return cubed(b) === a ? a : cubed(a) === b ? b : undefined;
}

/** The x of `0.044715 * x³`, where the cube is a power or products. */
function cubed(made: Value): Value | undefined {
  const node = made.producer;
  if (!node?.is('Mul')) return undefined;
  const { scale, factors } = productOf(node);
  if (!isNear(scale, 0.044715, made.dtype)) return undefined;
  const [first] = factors;
  if (factors.length === 1) return withScalar(first, 'Pow', 3)?.x;
  return factors.length === 3 && factors.every((factor) => factor === first) ? first : undefined;
}
