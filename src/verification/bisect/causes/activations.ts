import { isFloat, sameShape } from '../../../model/index.js';
import { gelu, hasTrait } from '../../../operators/index.js';
import { type Mistake, type Mistakes, otherAttribute, passThrough } from './mistake.js';

/** A function of each element that was dropped, or that is another of its family. */
export const activations: Mistakes = (node) => {
  const [index, ...others] = [...node.inputs.keys()].filter((each) => node.inputs[each] && !node.constant(each));
  const x = index === undefined ? undefined : node.inputs[index];
  const isFunction = hasTrait(node, 'elementwise') && !node.is('Add', 'Identity', 'Dropout');
  if (!isFunction || index === undefined || others.length > 0 || !isFloat(x?.dtype)) return [];
  if (node.outputs.length !== 1 || !sameShape(x?.shape, node.output().shape)) return [];
  const found: Mistake[] = [{ says: 'is dropped', make: (each) => passThrough(each, index) }];
  if (node.is('Gelu')) {
    const other = gelu.parameters(node).approximate === 'tanh' ? 'none' : 'tanh';
    found.push(otherAttribute(`is computed with approximate ${other}`, 'approximate', other));
  }
  return found;
};
