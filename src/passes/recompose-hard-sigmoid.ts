import type { Value } from '../model/index.js';
import { clip } from '../operators/index.js';
import { isNear } from './element-test.js';
import type { Pass } from './pass.js';
import { replacePattern } from './replace-pattern.js';
import { productOf, withScalar } from './scalar-operand.js';

/**
 * Finds HardSigmoid in the arithmetic that exporters write for it.
 *
 * Given: `y = Clip(x + 3, 0, 6) / 6`, also as a product with 1/6.   Result: `y = HardSigmoid(x; alpha: 1/6, beta: 0.5)`.
 * Exact: the same function; engines round in another order.
 * Keeps off: where a value inside is an output or read by others; other constants.
 */
export const recomposeHardSigmoid: Pass = {
  name: 'recompose-hard-sigmoid',
  run(graph, changes) {
    for (const node of graph.nodesOf('Div', 'Mul')) {
      const { scale, factors } = productOf(node);
      const [clipped, ...others] = factors;
      const x = clipped && others.length === 0 ? insideRelu6(clipped) : undefined;
      if (!x || !isNear(scale, 1 / 6, node.output().dtype)) continue;
      const attributes = { alpha: { float: 1 / 6 }, beta: { float: 0.5 } };
      replacePattern(node, [x], { operator: 'HardSigmoid', inputs: [x], attributes }, changes);
    }
  },
};

/** The x of `Clip(x + 3, 0, 6)`. */
export function insideRelu6(made: Value): Value | undefined {
  const node = made.producer;
  if (!node?.is('Clip')) return undefined;
  const { min, max } = clip.parameters(node);
  return min === 0 && max === 6 ? withScalar(node.input(0), 'Add', 3)?.x : undefined;
}
