import { type Mistakes, otherConstant, passThrough } from './mistake.js';

/** What is added to results, by the operand that holds it. */
const BIASES: ReadonlyMap<string, number> = new Map([
  ['Conv', 2],
  ['ConvTranspose', 2],
  ['Gemm', 2],
  ['BatchNormalization', 2],
  ['InstanceNormalization', 2],
  ['LayerNormalization', 2],
  ['GroupNormalization', 2],
]);

/** A bias that was dropped, whether it is an operand or an Add of its own. */
export const biases: Mistakes = (node) => {
  const operand = BIASES.get(node.operator);
  if (operand !== undefined && node.constant(operand)) {
    return [otherConstant('has lost its bias', operand, (bias) => new Float64Array(bias.length))];
  }
  const constant = node.is('Add') ? [0, 1].find((index) => node.constant(index)) : undefined;
  if (constant === undefined) return [];
  return [{ says: 'is dropped', make: (each) => passThrough(each, 1 - constant) }];
};
