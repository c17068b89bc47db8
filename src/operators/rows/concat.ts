import { isStatic, sizeOf, type Tensor } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { concatenated, joinedShape } from '../shape/concatenation.js';
import { hasOneOperand } from '../shape/copies.js';
import { factsOf } from '../shape/facts.js';

export interface ConcatParameters {
  /** From the front where the rank is known. */
  readonly axis: number;
}

/** The operands one after the other along an axis; their other sizes are equal. */
export const concat = operator('Concat', {
  traits: ['joins'],
  parameters: (node): ConcatParameters => {
    const axis = node.int('axis', undefined);
    if (axis === undefined) throw node.invalid('axis is missing');
    const ranks = new Set(node.inputs.flatMap((value) => value?.rank ?? []));
    if (ranks.size > 1) throw node.invalid(`operands have different ranks: ${[...ranks]}`);
    const [rank] = ranks;
    return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank) };
  },
  isCopy: hasOneOperand,
  infer: (node, { axis }) => [
    concatenated(
      node,
      node.inputs.map((_, index) => factsOf(node.input(index))),
      axis,
    ),
  ],
  compute: (tensors, { axis }, node) => {
    const parts = tensors.filter((tensor) => tensor !== undefined);
    const shape = joinedShape(
      node,
      parts.map((tensor) => tensor.shape),
      axis,
    );
    return parts.length === tensors.length && isStatic(shape) ? copyBeside(parts, shape, axis) : undefined;
  },
});

function copyBeside(parts: readonly Tensor[], shape: readonly number[], axis: number): Tensor | undefined {
  const [first] = parts;
  const target = first && Cells.zeros(first.dtype, sizeOf(shape));
  if (!target) return undefined;
  const rows = sizeOf(shape.slice(0, axis));
  const length = sizeOf(shape.slice(axis));
  let start = 0;
  for (const part of parts) {
    const source = Cells.of(part);
    if (!source || part.dtype !== first.dtype) return undefined;
    const run = sizeOf(part.shape.slice(axis));
    for (let row = 0; row < rows; row++) target.copy(row * length + start, source, row * run, run);
    start += run;
  }
  return target.toTensor(shape);
}
