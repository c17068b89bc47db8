import type { Value } from '../../src/model/index.js';
import type { Network } from '../network.js';

/** `1 + erf(x / √2)`, the quotient also as a product. */
export function onePlusErf(n: Network, x: Value, asProduct = false, root = Math.SQRT2): Value {
  const argument = asProduct ? n.mul(x, n.constant(1 / root)) : n.div(x, n.constant(root));
  return n.add(n.node('Erf', [argument]), n.constant(1));
}

/** `1 + tanh(√(2/π) * (x + 0.044715 * x³))`. */
export function onePlusTanh(n: Network, x: Value, factor = 0.044715): Value {
  const cube = n.node('Pow', [x, n.constant(3)]);
  const sum = n.add(x, n.mul(cube, n.constant(factor)));
  return n.add(n.node('Tanh', [n.mul(sum, n.constant(Math.sqrt(2 / Math.PI)))]), n.constant(1));
}
