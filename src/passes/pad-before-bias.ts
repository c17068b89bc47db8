import { type Graph, isFloat, type Node, Tensor, type Value } from '../model/index.js';
import { expanded } from './affine/channel-affine.js';
import { chainOf } from './borders/chain.js';
import { cellIndex, type Framed } from './borders/framed.js';
import { framedValues } from './borders/framed-values.js';
import { shiftOf, type Unshifted, unshifted } from './borders/unshifted.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, isUnread, replaceNode } from './replace-node.js';

/** The largest constant that may be subtracted and added again, as far as pixels go: more would cost the image digits. */
const LARGEST_SHIFT = 2 ** 8;

/**
 * Pads with zeros before a bias, where a border was written over with a constant per channel.
 *
 * Given: an image v in a border that is b everywhere, as `y[:, :, :p, :] = b` is exported: ScatterNDs on `Pad(v)`, pieces
 * joined by Concat, or a mask.   Result: `Pad(v - b) + b`, which is affine in v, for all who read it.
 * (Residual blocks of FMEN, arXiv 2204.08397, and a Diverse Branch Block, arXiv 2103.13425, pad so between convolutions.)
 * Exact for every size, up to the rounding with which the border was written: where v was made by adding b, that is left out.
 * Keeps off: where a side holds other numbers or is not wholly written, the image is written to as well, others read the
 * border half written, and numbers so large that `v - b` would lose digits of v.
 */
export const padBeforeBias: Pass = {
  name: 'pad-before-bias',
  run(graph, changes) {
    const frames = framedValues(graph);
    const gone = new Set<Node>();
    const moved = new Map<Value, Value>();
    // The last value of a chain first: with it go those that it was written from.
    for (const [value, framed] of [...frames].reverse()) {
      if (value.isDead || !value.producer || gone.has(value.producer)) continue;
      const border = borderOf(value, framed);
      const chain = border && chainOf(value, frames);
      if (!chain) continue;
      const image = moved.get(framed.image) ?? framed.image;
      const inside = insideOf(value, image, border, chain.size);
      if (!inside) continue;
      for (const node of chain) gone.add(node);
      moved.set(framed.image, inside.shifted);
      replaceNode(value.producer, withBorder(graph, inside, framed, chain), changes);
      removeUnread(graph, chain);
      const maker = inside.shifted.producer;
      if (maker && isUnread(maker)) maker.graph.remove(maker);
    }
  },
};

/** The constant per channel that the whole border of an image holds; undefined where there is no such one. */
function borderOf({ dtype }: Value, framed: Framed): Float64Array | undefined {
  const channels = framed.image.shape?.[1];
  if (!isFloat(dtype) || framed.cells.length === 1 || typeof channels !== 'number') return undefined;
  if (framed.order.some((axis, i) => axis !== i)) return undefined;
  const centre = cellIndex(framed, framed.begin);
  const constants = framed.cells.flatMap((cell, i) => (i === centre || typeof cell !== 'object' ? [] : [cell]));
  const [first] = constants;
  if (framed.cells[centre] !== 'image' || !first || constants.length < framed.cells.length - 1) return undefined;
  const border = expanded(first.toFloat64(), channels);
  const isEvery = constants.every((cell) => {
    const numbers = cell.toFloat64();
    return border.every((value, c) => value === numbers[c % numbers.length]);
  });
  return isEvery && border.every(Number.isFinite) ? border : undefined;
}

/** The image less its border's constant, where that is exact enough and pays. */
function insideOf(value: Value, image: Value, border: Float64Array, nodes: number): Unshifted | undefined {
  const isPad = value.producer?.is('Pad') ?? false;
  if (border.every((number) => number === 0))
    return isPad ? undefined : { value: image, shift: border, shifted: image };
  const inside = unshifted(image, border);
  if (inside) return inside;
  const isPaid = nodes >= 3 || value.uses.some(({ node }) => node.is('Conv'));
  const isExact = image.dtype === 'float32' || image.dtype === 'float64';
  if (isPad || !isPaid || !isExact || border.some((number) => Math.abs(number) > LARGEST_SHIFT)) return undefined;
  const shift = shiftOf(border, image);
  if (!shift) return undefined;
  const { graph } = value;
  const inputs = [image, graph.addConstant(shift, `${value.name}.border`)];
  const difference = insertTyped(graph, { operator: 'Sub', inputs, origin: value.producer?.origin ?? [] });
  return { value: difference.output(), shift: border, shifted: image };
}

function withBorder(graph: Graph, { value, shift }: Unshifted, { begin, end }: Framed, chain: Iterable<Node>): Value {
  const origin = mergeOrigins(Array.from(chain, (node) => node.origin));
  const pads = [...begin, ...end];
  const parts = { operator: 'Pad', origin };
  const padded = isPadByAttribute(graph)
    ? insertTyped(graph, { ...parts, inputs: [value], attributes: { pads } })
    : insertTyped(graph, { ...parts, inputs: [value, graph.addConstant(Tensor.ofShape(pads), 'pads')] });
  const constant = shift.some((number) => number !== 0) ? shiftOf(shift, value) : undefined;
  if (!constant) return padded.output();
  const inputs = [padded.output(), graph.addConstant(constant, `${padded.name}.bias`)];
  return insertTyped(graph, { operator: 'Add', inputs, origin }).output();
}

function isPadByAttribute({ model }: Graph): boolean {
  return model.opset < 11;
}

function removeUnread(graph: Graph, nodes: Iterable<Node>): void {
  let left = [...nodes].filter((node) => graph.has(node));
  for (let count = -1; count !== left.length; ) {
    count = left.length;
    for (const node of left) if (isUnread(node)) graph.remove(node);
    left = left.filter((node) => graph.has(node));
  }
}
