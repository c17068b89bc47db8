import { operator } from '../operator.js';
import { factsOf } from '../shape/facts.js';

/** Whether there is a value in the operand: a scalar of bool. */
export const optionalHasElement = operator('OptionalHasElement', {
  traits: [],
  infer: () => [{ dtype: 'bool', shape: [] }],
});

/** The tensor inside; since operator set 18 the operand may be that tensor itself. */
export const optionalGetElement = operator('OptionalGetElement', {
  traits: [],
  infer: (node) => {
    const input = node.input(0);
    const inside = input.producer?.is('Optional') ? input.producer.inputs[0] : input;
    return [factsOf(inside)];
  },
});
