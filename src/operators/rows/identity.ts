import { bitsOf, Tensor } from '../../model/index.js';
import { operator } from '../operator.js';
import { factsOf } from '../shape/facts.js';
import { typeAttribute } from '../shape/type-attribute.js';

/** The operand itself, of any type. */
export const identity = operator('Identity', {
  traits: ['elementwise', 'moves'],
  isCopy: () => true,
  infer: (node) => [factsOf(node.inputs[0])],
  compute: ([input]) => input,
});

/** The same bits under another element type of the same width. */
export const bitCast = operator('BitCast', {
  traits: ['elementwise'],
  parameters: (node) => ({ to: typeAttribute(node, 'to') }),
  infer: (node, { to }) => [{ dtype: to, shape: node.inputs[0]?.shape }],
  compute: ([input], { to }) => {
    if (!input || !to || input.dtype === 'string' || to === 'string' || bitsOf(input.dtype) !== bitsOf(to))
      return undefined;
    return new Tensor(to, input.shape, input.bytes);
  },
});
