import type { Value } from '../model/index.js';
import { withScalar } from './scalar-operand.js';

/** The x of `1 + erf(x / √2)`, also where the quotient is written as a product with 1/√2. */
export function insideErf(made: Value): Value | undefined {
  const erf = withScalar(made, 'Add', 1)?.x.producer;
  if (!erf?.is('Erf')) return undefined;
  const argument = erf.input(0);
  return (withScalar(argument, 'Div', Math.SQRT2) ?? withScalar(argument, 'Mul', Math.SQRT1_2))?.x;
}
