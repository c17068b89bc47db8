import { decline } from '../../../lowering/decline.js';
import { type Dimension, isStatic, type Shape, sizeOf } from '../../../model/index.js';
import { einsum } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { expectFloat } from '../operands.js';
import { type Row, row, type Site } from '../row.js';
import { batchProduct } from './products.js';

/** An operand and what its axes are called. */
interface Term {
  readonly ref: Ref;
  readonly letters: readonly string[];
}

/** One or two operands, each letter once in each: sums over what only one of them has, then a product of batches. */
const einsumRow = row(einsum, (site, { equation, letters }) => {
  if (!letters) return decline(`the equation ${equation}`);
  const { result } = letters;
  const sizes = new Map<string, Dimension>();
  const terms = letters.terms.map((term, index) => readTerm(site, index, term, sizes));
  const [a, b] = terms;
  if (!a || terms.length > 2) return decline(`of ${terms.length} operands`);
  if (!b) return arranged(site, summed(site, a, result), result);
  const product = multiply(
    site,
    [summed(site, a, [...result, ...b.letters]), summed(site, b, [...result, ...a.letters])],
    {
      result,
      sizes,
    },
  );
  return arranged(site, product, result);
});

function readTerm(site: Site, index: number, letters: readonly string[], sizes: Map<string, Dimension>): Term {
  expectFloat(site, index);
  if (new Set(letters).size < letters.length) return decline('with a letter twice in one operand');
  letters.forEach((letter, axis) => {
    const size = site.onnxShape(index)[axis] ?? 1;
    const known = sizes.get(letter);
    if (known !== undefined && known !== size) decline(`with sizes ${known} and ${size} for ${letter}`);
    sizes.set(letter, size);
  });
  return { ref: site.input(index), letters };
}

/** Sums over the letters that nothing else has. */
function summed(site: Site, { ref, letters }: Term, kept: readonly string[]): Term {
  const axes = letters.flatMap((letter, axis) => (kept.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { ref, letters };
  return {
    ref: site.build.reduce('Sum', ref, axes, false),
    letters: letters.filter((letter) => kept.includes(letter)),
  };
}

function arranged(site: Site, { ref, letters }: Term, order: readonly string[]): Ref {
  return site.build.transpose(
    ref,
    order.map((letter) => letters.indexOf(letter)),
  );
}

/** Letters of both operands are batches where the result has them, else what is summed over. */
function multiply(
  site: Site,
  [a, b]: readonly [Term, Term],
  { result, sizes }: { result: readonly string[]; sizes: ReadonlyMap<string, Dimension> },
): Term {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const inner = shared.filter((letter) => !result.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const shapeOf = (letters: readonly string[]): Shape => letters.map((letter) => sizes.get(letter) ?? 1);
  const joined = (letters: readonly string[]) => joinedSize(shapeOf(letters));
  const left = site.reshape(arranged(site, a, [...batch, ...rows, ...inner]), [
    ...shapeOf(batch),
    joined(rows),
    joined(inner),
  ]);
  const right = site.reshape(arranged(site, b, [...batch, ...inner, ...columns]), [
    ...shapeOf(batch),
    joined(inner),
    joined(columns),
  ]);
  const product = batchProduct(
    site,
    { ref: left, shape: [...shapeOf(batch), joined(rows), joined(inner)] },
    { ref: right, shape: [...shapeOf(batch), joined(inner), joined(columns)] },
  );
  const letters = [...batch, ...rows, ...columns];
  return { ref: site.reshape(product, shapeOf(letters)), letters };
}

function joinedSize(shape: Shape): Dimension {
  if (isStatic(shape)) return sizeOf(shape);
  const long = shape.filter((size) => size !== 1);
  const [only] = long;
  return long.length === 1 && only !== undefined ? only : decline('sizes that are not known; fix them with --shape');
}

export const einsumRows: readonly Row[] = [einsumRow];
