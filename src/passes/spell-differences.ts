import { isInteger, type Node, type Value } from '../model/index.js';
import { isEveryElement } from './element-test.js';
import type { Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';
import { withScalar } from './scalar-operand.js';

/**
 * Writes the sum of an integer and the opposite of another as their difference.
 *
 * Given: `y = Add(a, Mul(b, -1))` or `Add(a, Neg(b))`, in any order, as exporters write differences of sizes.
 * Result: `y = Sub(a, b)`.
 * Exact: integers wrap alike. A size that is taken from another is followed where its opposite, which is none, is not.
 * Keeps off: floats; a constant that would broadcast b to another shape.
 */
export const spellDifferences: Pass = {
  name: 'spell-differences',
  run(graph, changes) {
    for (const node of graph.nodesOf('Add')) {
      const operands = differenceIn(node);
      if (!operands) continue;
      const made = insertTyped(graph, { operator: 'Sub', inputs: operands, origin: node.origin });
      replaceNode(node, made.output(), changes);
    }
  },
};

/** What is taken from what. */
function differenceIn(node: Node): readonly [Value, Value] | undefined {
  const [a, b] = [node.input(0), node.input(1)];
  if (!a.dtype || !isInteger(a.dtype)) return undefined;
  const [first, second] = [oppositeOf(a), oppositeOf(b)];
  if (second) return [a, second];
  return first && [b, first];
}

function oppositeOf(value: Value): Value | undefined {
  if (value.producer?.is('Neg')) return value.producer.input(0);
  const product = withScalar(value, 'Mul');
  return product?.constant.constant && isEveryElement(product.constant.constant, -1) ? product.x : undefined;
}
