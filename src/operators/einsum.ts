import type { Dimension, Node, Shape } from '../model/index.js';
import { operator } from './operator.js';

export interface EinsumParameters {
  readonly equation: string;
}

const LONGEST = 1000;

/**
 * Sizes of the result by the letters of the equation. undefined where it uses an ellipsis or a form that is not known;
 * letters are read one by one, so that an equation of any length costs no more than its length.
 */
function einsumShape(node: Node, equation: string): Shape | undefined {
  const text = equation.replaceAll(' ', '');
  if (text.length > LONGEST || text.includes('.')) return undefined;
  const [left = '', right, ...more] = text.split('->');
  if (more.length > 0) return undefined;
  const terms = left.split(',');
  if (terms.length !== node.inputs.length)
    throw node.invalid(`the equation has ${terms.length} terms for ${node.inputs.length} operands`);
  const sizes = new Map<string, Dimension>();
  const counts = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    const shape = node.inputs[i]?.shape;
    if (!shape) return undefined;
    const letters = [...term];
    if (letters.length !== shape.length)
      throw node.invalid(`term ${i} has ${letters.length} letters for rank ${shape.length}`);
    for (const [axis, letter] of letters.entries()) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
      meet(node, sizes, letter, shape[axis] ?? 1);
    }
  }
  // Without an arrow the result has the letters that stand once, in order.
  const letters =
    right === undefined ? [...counts.keys()].filter((letter) => counts.get(letter) === 1).sort() : [...right];
  const result = letters.map((letter) => sizes.get(letter));
  const isKnown = (list: readonly (Dimension | undefined)[]): list is Shape => !list.includes(undefined);
  return isKnown(result) ? result : undefined;
}

function meet(node: Node, sizes: Map<string, Dimension>, letter: string, size: Dimension): void {
  const known = sizes.get(letter);
  if (known === undefined || known === 1 || typeof known === 'string') {
    if (known === undefined || size !== 1) sizes.set(letter, size);
  } else if (typeof size === 'number' && size !== known && size !== 1) {
    throw node.invalid(`letter ${letter} stands for sizes ${known} and ${size}`);
  }
}

/** Sums of products, by Einstein's convention. */
export const einsum = operator('Einsum', {
  parameters: (node): EinsumParameters => {
    const equation = node.string('equation', undefined);
    if (equation === undefined) throw node.invalid('attribute equation is missing');
    return { equation };
  },
  infer: (node, { equation }) => [{ dtype: node.dtypeOf(0), shape: einsumShape(node, equation) }],
});
