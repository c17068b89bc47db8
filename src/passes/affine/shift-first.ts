import type { SourceNode, Tensor } from '../../model/index.js';
import { insertTyped } from '../replace-node.js';
import { absorbDownward } from './absorb-downward.js';
import { type ChannelAffine, channelAffineOf, expanded } from './channel-affine.js';
import type { Edit } from './edit.js';
import { roundedTensor } from './rounded-tensor.js';
import { isShifted } from './scaled-weights.js';

/** The largest shift that is taken before its scale: so little beside the range of half precision that nothing overflows. */
const LARGEST_SHIFT = 2 ** 10;

type Origin = readonly SourceNode[];

/** Whether a scale stands right behind a shift by a constant, as in `(x - mean) / std`. */
export function isBehindShift(affine: ChannelAffine): boolean {
  const before = affine.input.producer && channelAffineOf(affine.input.producer);
  return before !== undefined && !isShifted(affine) && isShift(before);
}

/**
 * `scale * x + shift` as `scale * (x + shift / scale)`, the scale going into the weights of all who read it: padding stops
 * the shift alone. Exact in real arithmetic.
 * @returns undefined where some reader cannot take the scale, or the shift would become too large
 */
export function shiftFirst(affine: ChannelAffine): Edit[] | undefined {
  const { input, output, node } = affine;
  const scaling = input.producer && channelAffineOf(input.producer);
  if (scaling?.node.graph !== node.graph || input.onlyReader !== node) return undefined;
  if (!isShift(affine) || isShifted(scaling)) return undefined;
  const constant = quotient(affine, scaling);
  const edits = constant && absorbDownward(output, scaling);
  return edits && [...edits, (origin) => shiftSource(affine, scaling, constant, origin)];
}

function shiftSource({ node, output }: ChannelAffine, scaling: ChannelAffine, constant: Tensor, origin: Origin): void {
  const { graph } = node;
  const shift = graph.addConstant(constant, `${node.label}.shift`);
  const sum = insertTyped(graph, { operator: 'Add', inputs: [scaling.input, shift], origin });
  graph.replace(output, sum.output());
  graph.remove(node);
  graph.remove(scaling.node);
}

function isShift(affine: ChannelAffine): boolean {
  return isShifted(affine) && affine.scale.every((value) => value === 1);
}

/** shift / scale as a constant that runs along the one axis of both. */
function quotient(shifting: ChannelAffine, scaling: ChannelAffine): Tensor | undefined {
  const { shape, dtype } = scaling.input;
  const axis = shifting.axis ?? scaling.axis;
  if (!shape || !dtype || (scaling.axis ?? axis) !== axis) return undefined;
  const [shift, scale] = [shifting.shift, scaling.scale];
  const count = Math.max(shift.length, scale.length);
  const sizes = shape.map((_, i) => (i === axis ? count : 1));
  const values = expanded(shift, count).map((value, c) => value / (scale[c % scale.length] ?? 0));
  return values.every((value) => Math.abs(value) <= LARGEST_SHIFT) ? roundedTensor(dtype, sizes, values) : undefined;
}
