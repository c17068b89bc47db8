import { type Mistake, type Mistakes, otherConstant } from './mistake.js';

/** Where Slice has them since operator set 10. */
const [STARTS, ENDS] = [1, 2];

/** Operands in each other's place, axes that are others, slices that begin elsewhere. */
export const operands: Mistakes = (node) => {
  const found: Mistake[] = [];
  if (node.is('Concat', 'Sub', 'Div') && node.inputs.length > 1) {
    found.push({
      says: 'has its operands in another order',
      make(each) {
        for (const [index, value] of [...each.inputs].reverse().entries()) each.graph.setInput(each, index, value);
      },
    });
  }
  if (node.is('Slice') && node.constant(STARTS) && node.constant(ENDS)) {
    for (const by of [1, -1]) {
      const moved = [STARTS, ENDS].map((index) =>
        otherConstant('', index, (bounds) => bounds.map((bound) => bound + by)),
      );
      found.push({
        says: `begins and ends ${by > 0 ? 'one too late' : 'one too early'}`,
        make(each) {
          for (const { make } of moved) make(each);
        },
      });
    }
  }
  if (node.is('Softmax', 'LogSoftmax')) {
    const rank = node.inputs[0]?.rank ?? 0;
    for (let axis = 0; axis < rank; axis++) {
      found.push({
        says: `runs over axis ${axis}`,
        make: (each) => void each.attributes.set('axis', { kind: 'int', value: axis }),
      });
    }
  }
  return found;
};
