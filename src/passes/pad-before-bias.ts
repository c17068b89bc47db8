import { isStatic, type Node, sizeOf, Tensor, type Value } from '../model/index.js';
import { operatorOf, pad, transpose } from '../operators/index.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';

/** Exporters work the border out in float32, with a few roundings: this much of the largest bias is the same number. */
const ROUNDINGS = 2 ** -19;

/** Elements of the largest image that is looked at, place by place: 64 channels of 224 x 224 are 3.2 million. */
const LARGEST = 2 ** 22;

/**
 * Adds the bias of a convolution behind its padding, where the padding was written over with that bias.
 *
 * Given: `Pad(Conv(x, W, b))`, and on it, place by place, `ScatterND`s (or `Transpose`s around them) that put b on the whole
 * border, as `y[:, :, :p, :] = b` is exported.   Result: `Pad(Conv(x, W)) + b`, which is one affine map of x.
 * (A Diverse Branch Block, arXiv 2103.13425, pads so between its 1x1 and its kxk.)
 * Exact up to the rounding with which the border was written.
 * Keeps off: where the convolution or a value on the way is read by others or public, the border holds other numbers, the
 * inside is written to as well, or the image is large.
 */
export const padBeforeBias: Pass = {
  name: 'pad-before-bias',
  run(graph, changes) {
    for (const padding of graph.nodesOf('Pad')) {
      const conv = biasedConv(padding);
      const writes = writesOn(padding.output());
      const last = writes.at(-1);
      const bias = conv?.constant(2);
      if (!conv || !last || !bias || last.output().isOutput || !holdsBias(padding, writes, bias)) continue;
      const perChannel = [bias.size, ...(last.output().shape ?? []).slice(2).map(() => 1)];
      const shift = graph.addConstant(bias.reshape(perChannel), conv.input(2).name);
      graph.setInput(conv, 2, undefined);
      const origin = mergeOrigins([padding, ...writes].map((node) => node.origin));
      const sum = insertTyped(graph, { operator: 'Add', inputs: [padding.output(), shift], origin });
      replaceNode(last, sum.output(), changes);
      for (const node of writes.toReversed()) if (graph.has(node)) graph.remove(node);
    }
  },
};

/** The convolution with a constant bias that this zero padding alone reads. */
function biasedConv(padding: Node): Node | undefined {
  const value = padding.input(0);
  const { mode, constantValue } = pad.parameters(padding);
  const conv = value.producer;
  if (mode !== 'constant' || constantValue !== 0 || !conv?.is('Conv') || value.onlyReader !== padding) return undefined;
  if (conv.graph !== padding.graph) return undefined;
  const isKnown = value.dtype === 'float32' || value.dtype === 'float64';
  return isKnown && isStatic(value.shape) && sizeOf(value.shape) <= LARGEST && conv.constant(2) ? conv : undefined;
}

/** The nodes that one after the other write constants over a value or turn it, each the only reader of the one before. */
function writesOn(value: Value): Node[] {
  const nodes: Node[] = [];
  let written = value;
  for (let node = value.onlyReader; node && isWrite(node, written); node = written.onlyReader) {
    nodes.push(node);
    written = node.output();
  }
  return nodes;
}

function isWrite(node: Node, value: Value): boolean {
  if (node.graph !== value.graph) return false;
  if (node.is('Transpose')) return true;
  return node.is('ScatterND') && node.input(0) === value && [1, 2].every((index) => node.constant(index));
}

/** Whether the whole border has become the biases, channel by channel, and the inside is what and where it was. */
function holdsBias(padding: Node, writes: readonly Node[], bias: Tensor): boolean {
  const { dtype, shape } = padding.input(0);
  if (!dtype || !isStatic(shape) || !turnsBack(writes)) return false;
  const unknown = Tensor.from(dtype, shape, new Float64Array(sizeOf(shape)).fill(Number.NaN));
  const padded = computed(padding, unknown);
  const written = writes.reduce((tensor, node) => tensor && computed(node, tensor), padded);
  if (!padded || !written) return false;
  const biases = bias.toFloat64();
  const tolerance = ROUNDINGS * biases.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const run = sizeOf(padded.shape.slice(2));
  const before = padded.toFloat64();
  return written.toFloat64().every((value, at) => {
    if (Number.isNaN(before[at])) return Number.isNaN(value);
    return Math.abs(value - (biases[Math.floor(at / run) % biases.length] ?? Number.NaN)) <= tolerance;
  });
}

/** Whether every axis is in the end where it was. */
function turnsBack(writes: readonly Node[]): boolean {
  const turns = writes.filter((node) => node.is('Transpose')).map((node) => transpose.parameters(node).perm);
  const order = turns.reduce(
    (axes, perm) => axes && perm?.map((axis) => axes[axis] ?? -1),
    turns[0]?.map((_, i) => i),
  );
  return turns.length === 0 || (order?.every((axis, i) => axis === i) ?? false);
}

/** What a node makes of `tensor`, its other operands being constant. */
function computed(node: Node, tensor: Tensor): Tensor | undefined {
  const row = operatorOf(node);
  const operands = node.inputs.map((value, index) => (index === 0 ? tensor : value?.constant));
  return row?.compute?.(operands, row.parameters(node), node)?.[0];
}
