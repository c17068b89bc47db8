import { type Dimension, type Node, type Shape, stridesOf } from '../../model/index.js';
import { copyAlong } from '../compute/copy-along.js';
import { operator } from '../operator.js';
import { resolveAxes } from '../shape/axes.js';
import { boundsAt, integersAt, toBound } from '../shape/constants.js';
import { keepsShape } from '../shape/copies.js';
import { differenceOfElements, flooredQuotient, sumOfElements } from '../shape/integer-elements.js';
import { sliceRange } from '../shape/slice-range.js';
import { unknownSize } from '../shape/unknown.js';

/** One entry per sliced axis in each. Bounds may lie outside the axis; those beyond 2^53 are the nearest exact number. */
export interface SliceParameters {
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
  /** From the front where the rank is known. */
  readonly axes: readonly number[] | undefined;
  readonly steps: readonly number[] | undefined;
}

/** A part of the operand: from starts to ends in steps along the named axes, the others whole. */
export const slice = operator('Slice', {
  traits: ['moves', 'keepsAxes'],
  parameters: (node): SliceParameters => {
    const parameters = node.opset < 10 ? ofAttributes(node) : ofInputs(node);
    const { starts, ends, axes, steps } = parameters;
    const lengths = new Set([starts, ends, axes, steps].flatMap((list) => list?.length ?? []));
    if (lengths.size > 1) throw node.invalid(`starts, ends, axes and steps have different lengths: ${[...lengths]}`);
    if (steps?.includes(0)) throw node.invalid('a step is 0');
    return { ...parameters, axes: axes && resolveAxes(node, axes, node.input(0).rank) };
  },
  isCopy: (node, { steps }) => keepsShape(node) && (steps?.every((step) => step > 0) ?? false),
  infer: (node, parameters) => {
    const { dtype, shape, elements } = node.input(0);
    const sliced = shape && slicedShape(node, shape, parameters);
    const { starts, ends, steps } = parameters;
    const [start, end, step] = [starts?.[0], ends?.[0], steps?.[0]];
    const isKnown = elements && start !== undefined && end !== undefined && step !== undefined && isPlain(end, step);
    return [{ dtype, shape: sliced, elements: isKnown ? picked(elements, start, end, step) : undefined }];
  },
  compute: ([tensor], { starts, ends, axes, steps }) => {
    if (!tensor || !starts || !ends || !axes || !steps) return undefined;
    if (!ends.every((end, i) => isPlain(end, steps[i] ?? 1))) return undefined;
    const shape = [...tensor.shape];
    const strides = stridesOf(shape);
    let offset = 0;
    axes.forEach((axis, i) => {
      const step = steps[i] ?? 1;
      const { first, count } = sliceRange(shape[axis] ?? 0, starts[i] ?? 0, ends[i] ?? 0, step);
      const stride = strides[axis] ?? 1;
      offset += first * stride;
      shape[axis] = count;
      strides[axis] = stride * step;
    });
    return copyAlong(tensor, { shape, strides, offset });
  },
});

function ofAttributes(node: Node): SliceParameters {
  const bounds = (name: string) => {
    const attribute = node.attributes.get(name);
    if (attribute?.kind !== 'ints') throw node.invalid(`attribute ${name} is missing or no list of integers`);
    return attribute.value.map(toBound);
  };
  const starts = bounds('starts');
  const axes = node.ints('axes', undefined) ?? starts.map((_, axis) => axis);
  return { starts, ends: bounds('ends'), axes, steps: starts.map(() => 1) };
}

function ofInputs(node: Node): SliceParameters {
  const starts = boundsAt(node, 1, 'starts');
  const ends = boundsAt(node, 2, 'ends');
  const length = (starts ?? ends)?.length ?? node.input(1).shape?.[0];
  const inOrder = typeof length === 'number' ? Array.from({ length }, (_, i) => i) : undefined;
  return {
    starts,
    ends,
    axes: node.hasInput(3) ? integersAt(node, 3, 'axes') : inOrder,
    steps: node.hasInput(4) ? boundsAt(node, 4, 'steps') : inOrder?.map(() => 1),
  };
}

function picked(elements: readonly Dimension[], start: number, end: number, step: number): Dimension[] {
  const { first, count } = sliceRange(elements.length, start, end, step);
  return Array.from({ length: count }, (_, i) => elements[first + i * step] ?? 0);
}

function slicedShape(node: Node, shape: Shape, { starts, ends, axes, steps }: SliceParameters): Dimension[] {
  if (!axes) return shape.map(() => unknownSize(node));
  const result = [...shape];
  axes.forEach((axis, i) => {
    const size = shape[axis] ?? 0;
    const [start, step] = [starts?.[i] ?? node.inputs[1]?.elements?.[i], steps?.[i]];
    const end = ends?.[i] ?? node.inputs[2]?.elements?.[i];
    result[axis] = slicedSize(node, size, start, end, step) ?? unknownSize(node);
  });
  return result;
}

/** From here on an end means "all": no axis is longer. */
const ALL = 2 ** 31 - 1;

/** Backwards to the largest integer is nothing by numpy's rules, and to the front by ONNX Runtime's: nobody may say which. */
function isPlain(end: number, step: number): boolean {
  return step > 0 || end < ALL;
}

function slicedSize(
  node: Node,
  size: Dimension,
  start: Dimension | undefined,
  end: Dimension | undefined,
  step: number | undefined,
): Dimension | undefined {
  if (step === undefined || start === undefined) return undefined;
  if (typeof end === 'number' && !isPlain(end, step)) return undefined;
  if (typeof size === 'number' && typeof start === 'number' && typeof end === 'number') {
    return sliceRange(size, start, end, step).count;
  }
  const isBackward = step === -1 && start === -1 && typeof end === 'number' && end < -ALL;
  if (isBackward) return size;
  const [first, last] = [placeOf(node, size, start), end === undefined ? undefined : placeOf(node, size, end)];
  if (step < 1 || first === undefined || last === undefined) return undefined;
  const length = differenceOfElements(node, last, first);
  if (typeof length === 'number') return Math.max(Math.ceil(length / step), 0);
  const { base, offset } = node.graph.model.partsOf(length ?? 0);
  return base === undefined ? undefined : flooredQuotient(node, base, offset + step - 1, step);
}

/** Where a bound lies along an axis, counted from the front; undefined where that depends on its size. */
function placeOf(node: Node, size: Dimension, bound: Dimension): Dimension | undefined {
  if (typeof bound === 'number' && bound >= ALL) return size;
  if (typeof bound === 'number' && typeof size === 'number')
    return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
  const { model } = node.graph;
  if (typeof bound === 'number' && bound < 0) return sumOfElements(node, size, bound);
  const [whole, part] = [model.partsOf(size), model.partsOf(bound)];
  const isPart =
    whole.base === part.base || (whole.base && part.base && model.restOfSum(whole.base, part.base) !== undefined);
  return (isPart && part.offset <= whole.offset) || model.largestOf(bound) <= model.leastOf(size) ? bound : undefined;
}
