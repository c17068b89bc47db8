import { decline } from '../../../../lowering/decline.js';
import { type Node, sizeOf } from '../../../../model/index.js';
import { einsum } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, matmul, reduce, reshape, transpose } from '../operations.js';
import type { Rows } from './row.js';

/** An operand and what its axes are called. */
interface Term {
  readonly value: MilValue;
  readonly letters: readonly string[];
}

export const einsums: Rows = {
  /** One or two operands, each letter once in each: sums over what only one of them has, then a product of batches. */
  Einsum(node, to) {
    const { equation, letters } = einsum.parameters(node);
    if (!letters) return decline(`the equation ${equation}`);
    expectArithmetic(node);
    const { terms, result } = letters;
    if (terms.length > 2) decline(`of ${terms.length} operands`);
    if (result.length > 5) decline('its result has a rank over 5');
    if (new Set(result).size < result.length) decline('with a letter twice in the result');
    expectOneSize(to, terms);
    const [a, b] = terms.map((names, index): Term => ({ value: to.input(index), letters: names }));
    if (!a) throw node.invalid('it has no operands');
    const made = b
      ? product(to, summed(to, a, [...result, ...b.letters]), summed(to, b, [...result, ...a.letters]), result)
      : summed(to, a, result);
    to.output(arranged(to, made, result));
  },
};

/** @throws Declined where sums of products would not be what they are in ONNX */
function expectArithmetic(node: Node): void {
  const dtype = node.dtypeOf(0);
  if (dtype === 'int8' || dtype === 'uint8' || dtype === 'int16' || dtype === 'uint16') {
    decline(`${dtype} wraps around where the 32 bits of Core ML do not`);
  }
}

/** @throws Declined where a letter does not name one axis of one size */
function expectOneSize(to: NodeBuilder, terms: readonly (readonly string[])[]): void {
  const sizes = new Map<string, number>();
  terms.forEach((letters, index) => {
    if (new Set(letters).size < letters.length) decline('with a letter twice in one operand');
    letters.forEach((letter, axis) => {
      const size = to.sizesOf(index)[axis] ?? 1;
      const known = sizes.get(letter) ?? size;
      if (known !== size) decline(`with sizes ${known} and ${size} for ${letter}`);
      sizes.set(letter, size);
    });
  });
}

/** Sums over the letters that nothing else has. */
function summed(to: NodeBuilder, { value, letters }: Term, kept: readonly string[]): Term {
  const axes = letters.flatMap((letter, axis) => (kept.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { value, letters };
  return {
    value: reduce(to, 'reduce_sum', value, axes, false),
    letters: letters.filter((letter) => kept.includes(letter)),
  };
}

function arranged(to: NodeBuilder, { value, letters }: Term, order: readonly string[]): MilValue {
  return transpose(
    to,
    value,
    order.map((letter) => letters.indexOf(letter)),
  );
}

/**
 * Letters of both operands are batches where the result has them, else what is summed over. Each of these groups is one axis of
 * a product [batch, rows, inner] by [batch, inner, columns], so that no rank is too high for it.
 */
function product(to: NodeBuilder, a: Term, b: Term, result: readonly string[]): Term {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const inner = shared.filter((letter) => !result.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const sizes = (letters: readonly string[]) => letters.map((letter) => sizeIn(a, letter) ?? sizeIn(b, letter) ?? 1);
  const laid = (term: Term, ...groups: readonly (readonly string[])[]) => {
    const joined = groups.map((group) => sizeOf(sizes(group)));
    return reshape(to, arranged(to, term, groups.flat()), batch.length > 0 ? joined : joined.slice(1));
  };
  const left = laid(a, batch, rows, inner);
  // The right operand stays as it lies where the product can read its rows as columns.
  const isTurned = [...batch, ...columns, ...inner].every((letter, axis) => b.letters[axis] === letter);
  const made =
    inner.length === 0
      ? binary(to, 'mul', left, laid(b, batch, inner, columns))
      : isTurned
        ? matmul(to, left, laid(b, batch, columns, inner), true)
        : matmul(to, left, laid(b, batch, inner, columns));
  const letters = [...batch, ...rows, ...columns];
  return { value: reshape(to, made, sizes(letters)), letters };
}

function sizeIn({ value, letters }: Term, letter: string): number | undefined {
  return value.type.shape[letters.indexOf(letter)];
}
