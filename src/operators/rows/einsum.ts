import type { Dimension, Node, Shape } from '../../model/index.js';
import { einsumOf } from '../compute/einsum.js';
import { operator } from '../operator.js';

/** What the axes of the operands and of the result are called, one letter each; those of an ellipsis `…0` for the last, `…1` … */
export interface EinsumLetters {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

export interface EinsumParameters {
  readonly equation: string;
  /** undefined where the equation has a form that is not known, or an ellipsis for axes that are not known. */
  readonly letters: EinsumLetters | undefined;
}

const LONGEST = 1000;

const ELLIPSIS = '…';

/** Reads letters one by one, so that an equation of any length costs no more than its length. */
function lettersOf(equation: string, ranks: readonly (number | undefined)[]): EinsumLetters | undefined {
  const text = equation.replaceAll(' ', '').replaceAll('...', ELLIPSIS);
  if (text.length > LONGEST || text.includes('.')) return undefined;
  const [left = '', right, ...more] = text.split('->');
  if (more.length > 0) return undefined;
  const terms = left.split(',').map((term) => [...term]);
  const widths = terms.map((term, i) => (term.includes(ELLIPSIS) ? (ranks[i] ?? Number.NaN) - term.length + 1 : 0));
  if (!widths.every((width) => width >= 0)) return undefined;
  const once = standingOnce(terms.flat().filter((letter) => letter !== ELLIPSIS));
  const result = right === undefined ? [ELLIPSIS, ...once] : [...right];
  return {
    terms: terms.map((term, i) => spelledOut(term, widths[i] ?? 0)),
    result: spelledOut(result, Math.max(...widths)),
  };
}

/** An ellipsis as a letter for each of its axes, which align at the last one. */
function spelledOut(term: readonly string[], width: number): string[] {
  const axes = Array.from({ length: width }, (_, axis) => `${ELLIPSIS}${width - 1 - axis}`);
  return term.flatMap((letter) => (letter === ELLIPSIS ? axes : [letter]));
}

/** What the result has without an arrow: the letters that stand once, in order. */
function standingOnce(letters: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.keys()].filter((letter) => counts.get(letter) === 1).sort();
}

/** Sizes of the result by the letters of the equation. */
function einsumShape(node: Node, { terms, result }: EinsumLetters): Shape | undefined {
  if (terms.length !== node.inputs.length)
    throw node.invalid(`the equation has ${terms.length} terms for ${node.inputs.length} operands`);
  const sizes = new Map<string, Dimension>();
  for (const [i, letters] of terms.entries()) {
    const shape = node.inputs[i]?.shape;
    if (!shape) return undefined;
    if (letters.length !== shape.length)
      throw node.invalid(`term ${i} has ${letters.length} letters for rank ${shape.length}`);
    for (const [axis, letter] of letters.entries()) meet(node, sizes, letter, shape[axis] ?? 1);
  }
  const shape = result.map((letter) => sizes.get(letter));
  const isKnown = (list: readonly (Dimension | undefined)[]): list is Shape => !list.includes(undefined);
  return isKnown(shape) ? shape : undefined;
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
  traits: [],
  parameters: (node): EinsumParameters => {
    const equation = node.string('equation', undefined);
    if (equation === undefined) throw node.invalid('attribute equation is missing');
    const ranks = node.inputs.map((value) => value?.rank);
    return { equation, letters: lettersOf(equation, ranks) };
  },
  infer: (node, { letters }) => [{ dtype: node.dtypeOf(0), shape: letters && einsumShape(node, letters) }],
  compute: (inputs, { letters }) => {
    const tensors = inputs.filter((tensor) => tensor !== undefined);
    return letters && einsumOf(tensors, letters);
  },
});
