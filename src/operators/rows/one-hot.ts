import { type Node, sizeOf, type Tensor } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { operator } from '../operator.js';
import { constantOf, scalarAt } from '../shape/constants.js';
import { unknownSize } from '../shape/unknown.js';

export interface OneHotParameters {
  /** Axis of the result that is new, from the front where the rank is known. */
  readonly axis: number;
  readonly depth: number | undefined;
  /** Two elements: what stands elsewhere, and what stands at the index. */
  readonly values: Tensor | undefined;
}

/** A new axis as long as `depth`, with one value where the index points and another elsewhere. */
export const oneHot = operator('OneHot', {
  traits: [],
  parameters: (node): OneHotParameters => {
    const { rank } = node.input(0);
    const axis = node.int('axis', -1);
    if (rank !== undefined && (axis < -rank - 1 || axis > rank)) {
      throw node.invalid(`axis ${axis} is out of range for rank ${rank + 1}`);
    }
    const values = constantOf(node.input(2));
    if (values && values.size !== 2) throw node.invalid(`values has ${values.size} elements, not 2`);
    const depth = depthOf(node);
    return { axis: axis < 0 && rank !== undefined ? axis + rank + 1 : axis, depth, values };
  },
  infer: (node, { axis, depth }) => {
    const { shape } = node.input(0);
    const [symbol] = node.input(1).elements ?? [];
    const size = depth ?? symbol ?? unknownSize(node);
    return [{ dtype: node.input(2).dtype, shape: shape && [...shape.slice(0, axis), size, ...shape.slice(axis)] }];
  },
  compute: ([indices, , values], { axis, depth }) => {
    if (!indices || !values || depth === undefined) return undefined;
    const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
    const run = sizeOf(indices.shape.slice(axis));
    const [source, target] = [Cells.of(values), Cells.zeros(values.dtype, sizeOf(shape))];
    if (!source || !target) return undefined;
    target.fill(source, 0);
    // An index out of range is on nowhere: so says the standard.
    indices.toFloat64().forEach((index, i) => {
      const at = Math.trunc(index < 0 ? index + depth : index);
      if (at >= 0 && at < depth) target.copy((Math.floor(i / run) * depth + at) * run + (i % run), source, 1);
    });
    return [target.toTensor(shape)];
  },
});

function depthOf(node: Node): number | undefined {
  const depth = scalarAt(node, 1, 'depth');
  if (depth === undefined) return undefined;
  const whole = Math.trunc(depth);
  if (!(whole > 0) || !Number.isSafeInteger(whole)) throw node.invalid(`depth is ${depth}`);
  return whole;
}
