import type { Value } from '../model/index.js';
import { hardSigmoid } from '../operators/index.js';
import { isNear } from './element-test.js';
import type { Pass } from './pass.js';
import { insideRelu6 } from './recompose-hard-sigmoid.js';
import { replacePattern } from './replace-pattern.js';
import { productOf } from './scalar-operand.js';

/**
 * Finds HardSwish in the arithmetic that exporters write for it.
 *
 * Given: `y = x * Clip(x + 3, 0, 6) / 6` in any order, or `x * HardSigmoid(x; alpha: 1/6, beta: 0.5)`.
 * Result: `y = HardSwish(x)`.
 * Exact: the same function (Howard et al., arXiv 1905.02244); engines round in another order.
 * Keeps off: where a value inside is an output or read by others; other constants.
 */
export const recomposeHardSwish: Pass = {
  name: 'recompose-hard-swish',
  run(graph, changes) {
    for (const node of graph.nodesOf('Mul', 'Div')) {
      const { scale, factors } = productOf(node);
      if (factors.length !== 2) continue;
      for (const [x, gate] of [factors, [...factors].reverse()]) {
        if (!x || !gate || !isGate(gate, x, scale)) continue;
        replacePattern(node, [x], { operator: 'HardSwish', inputs: [x] }, changes);
        break;
      }
    }
  },
};

/** Whether `scale * gate` is HardSigmoid of x with the slope of HardSwish. */
function isGate(gate: Value, x: Value, scale: number): boolean {
  if (insideRelu6(gate) === x) return isNear(scale, 1 / 6, x.dtype);
  const node = gate.producer;
  if (scale !== 1 || !node?.is('HardSigmoid') || node.input(0) !== x) return false;
  const { alpha, beta } = hardSigmoid.parameters(node);
  return isNear(alpha, 1 / 6, 'float32') && beta === 0.5;
}
