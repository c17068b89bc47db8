import { operator } from './operator.js';
import { factsOf } from './shape/facts.js';

/** The operand itself, of any type. */
export const identity = operator('Identity', {
  parameters: () => ({}),
  infer: (node) => [factsOf(node.inputs[0])],
  compute: ([input]) => (input ? [input] : undefined),
});
