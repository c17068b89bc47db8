import { type Dimension, type Node, type Shape, sizeOf, stridesOf, Tensor, type Value } from '../../model/index.js';
import { Cells } from '../compute/cells.js';
import { advance } from '../compute/odometer.js';
import { operator } from '../operator.js';
import { resolveAxes } from '../shape/axes.js';
import { integersAt, scalarAt } from '../shape/constants.js';
import { sumOfElements } from '../shape/integer-elements.js';
import { lengthOf, unknownSize, unknownSizes } from '../shape/unknown.js';

const MODES = ['constant', 'reflect', 'edge', 'wrap'] as const;
/** What stands beyond the ends of an axis: a constant, its elements mirrored without the first, its first or last, or all of it again. */
export type PadMode = (typeof MODES)[number];

export interface PadParameters {
  readonly mode: PadMode;
  /**
   * Two per axis of the operand: all that is put before, then all that is put after; negative ones take away. undefined
   * where they are computed, or name axes of a rank that is not known.
   */
  readonly pads: readonly number[] | undefined;
  /** What mode `constant` puts in; undefined where it is computed. */
  readonly constantValue: number | undefined;
}

/** Elements before and behind every axis: a constant, or what the mode repeats of the operand. Negative counts crop. */
export const pad = operator('Pad', {
  traits: ['keepsAxes'],
  parameters: (node): PadParameters => {
    const given = node.string('mode', 'constant');
    const mode = MODES.find((name) => name === given);
    // The standard lists `wrap` from 19 on; exporters write it in 18, where checker and engines take it.
    if (!mode || (mode === 'wrap' && node.opset < 18)) throw node.invalid(`mode ${given} is not known`);
    if (node.opset < 11) {
      return { mode, pads: checked(node, node.ints('pads', undefined)), constantValue: node.float('value', 0) };
    }
    return { mode, pads: ofInputs(node), constantValue: node.hasInput(2) ? scalarAt(node, 2, 'constant_value') : 0 };
  },
  isCopy: (_node, { pads }) => pads?.every((size) => size === 0) ?? false,
  infer: (node, { pads }) => {
    const { dtype, shape, rank } = node.input(0);
    if (shape && pads) return [{ dtype, shape: padded(node, shape, pads) }];
    const computed = shape && partlyPadded(node, shape);
    if (computed) return [{ dtype, shape: computed }];
    const known = rank ?? (pads && pads.length / 2);
    return [{ dtype, shape: known === undefined ? undefined : unknownSizes(node, known) }];
  },
  compute: ([tensor, , value], { mode, pads, constantValue }) => {
    if (!tensor || !pads || tensor.dtype === 'string') return undefined;
    const filler = value ?? (constantValue === undefined ? undefined : Tensor.from(tensor.dtype, [], [constantValue]));
    const shape = tensor.shape.map((size, axis) => size + before(pads, axis) + after(pads, axis));
    if (!filler || filler.dtype !== tensor.dtype || shape.some((size) => size < 0)) return undefined;
    // Cropping and repeating together, or repeating more than there is, is where implementations differ.
    const isPlain = pads.every((count) => count >= 0) && tensor.shape.every((size) => size > 0);
    if (mode !== 'constant' && !isPlain) return undefined;
    return copyPadded(tensor, shape, pads, mode, filler);
  },
});

const before = (pads: readonly number[], axis: number): number => pads[axis] ?? 0;
const after = (pads: readonly number[], axis: number): number => pads[pads.length / 2 + axis] ?? 0;

function ofInputs(node: Node): readonly number[] | undefined {
  const pads = integersAt(node, 1, 'pads');
  if (node.opset < 18 || !node.hasInput(3)) return checked(node, pads);
  const named = integersAt(node, 3, 'axes');
  const { rank } = node.input(0);
  if (!pads || !named || rank === undefined) return undefined;
  if (pads.length !== 2 * named.length) throw node.invalid(`${pads.length} pads for ${named.length} axes`);
  const all = new Array<number>(2 * rank).fill(0);
  resolveAxes(node, named, rank).forEach((axis, i) => {
    all[axis] = before(pads, i);
    all[rank + axis] = after(pads, i);
  });
  return all;
}

function checked(node: Node, pads: readonly number[] | undefined): readonly number[] | undefined {
  const { rank } = node.input(0);
  if (pads && (rank === undefined ? pads.length % 2 === 1 : pads.length !== 2 * rank)) {
    throw node.invalid(`${pads.length} pads for rank ${rank ?? '?'}`);
  }
  return pads;
}

function padded(node: Node, shape: Shape, pads: readonly number[]): Dimension[] {
  return shape.map((size, axis) => {
    const more = before(pads, axis) + after(pads, axis);
    if (typeof size === 'string') return sumOfElements(node, size, more) ?? unknownSize(node);
    if (size + more < 0) throw node.invalid(`pads take ${-more} from axis ${axis} of size ${size}`);
    return size + more;
  });
}

/** By amounts of which some are computed: sizes are sums as far as those are known. */
function partlyPadded(node: Node, shape: Shape): Dimension[] | undefined {
  const amounts = node.opset < 11 || node.hasInput(3) ? undefined : amountsIn(node.inputs[1]);
  if (amounts?.length !== 2 * shape.length) return undefined;
  return shape.map((size, axis) => {
    const ends = [amounts[axis], amounts[axis + shape.length]];
    const sum = ends.reduce(
      (all, end) => (all === undefined || end === undefined ? undefined : sumOfElements(node, all, end)),
      size,
    );
    return sum ?? unknownSize(node);
  });
}

/** As many as there are, each as far as it is known: most are put together of constants and what is computed. */
function amountsIn(value: Value | undefined): readonly (Dimension | undefined)[] | undefined {
  if (value?.elements || !value?.producer?.is('Concat')) return value?.elements;
  const parts = value.producer.inputs.map((part) => {
    const length = lengthOf(part);
    return part?.elements ?? (length === undefined ? undefined : new Array<undefined>(length).fill(undefined));
  });
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? known.flat() : undefined;
}

/** Where along an axis of `size` the element comes from that stands `at`, counted from the first; -1: none. */
function origin(at: number, size: number, mode: PadMode): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((at % size) + size) % size;
  const mirrored = at < 0 ? -at : 2 * (size - 1) - at;
  return mode === 'reflect' && mirrored >= 0 && mirrored < size ? mirrored : -1;
}

function copyPadded(
  tensor: Tensor,
  shape: readonly number[],
  pads: readonly number[],
  mode: PadMode,
  filler: Tensor,
): Tensor | undefined {
  const [source, fill, target] = [Cells.of(tensor), Cells.of(filler), Cells.zeros(tensor.dtype, sizeOf(shape))];
  if (!source || !fill || !target) return undefined;
  const strides = stridesOf(tensor.shape);
  const origins = shape.map((size, axis) =>
    Array.from({ length: size }, (_, at) => origin(at - before(pads, axis), tensor.shape[axis] ?? 1, mode)),
  );
  if (mode === 'reflect' && origins.some((axis) => axis.includes(-1))) return undefined;
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < sizeOf(shape); at++) {
    let place = 0;
    for (let axis = 0; axis < index.length; axis++) {
      const from = origins[axis]?.[index[axis] ?? 0] ?? -1;
      if (from < 0) {
        place = -1;
        break;
      }
      place += from * (strides[axis] ?? 1);
    }
    if (place < 0) target.copy(at, fill, 0);
    else target.copy(at, source, place);
    advance(index, shape);
  }
  return target.toTensor(shape);
}
