import { type Graph, isFloat, isStatic, type Node, sizeOf, Tensor, type Value } from '../../../model/index.js';
import { hasTrait } from '../../../operators/index.js';
import { conv } from '../../../operators/rows/convolution.js';
import { productClassOf } from '../../static/macs.js';
import type { Rewriting } from '../rewriting.js';

/** Of which kernels of engines take whole numbers. */
const STEP = 8;

/**
 * Gives images whose channels are no multiple of 8 more channels. Exact: the weights that make the new ones, and those that
 * read them, are 0. Keeps off where the channels are seen by anything that is neither a convolution nor works on each for itself.
 */
export const padChannels: Rewriting = {
  name: 'pad-channels',
  what: 'channels filled up with zeros to a multiple of 8',
  isExact: true,
  rewrite(graph) {
    const seen = new Set<Value>();
    const found: { readonly region: Region; readonly more: number }[] = [];
    for (const node of graph.nodesOf('Conv')) {
      const value = node.output();
      if (seen.has(value) || !isStatic(value.shape)) continue;
      const channels = value.shape[1] ?? STEP;
      if (channels % STEP === 0) continue;
      const region = regionOf(value, channels);
      for (const each of region?.values ?? [value]) seen.add(each);
      if (region) found.push({ region, more: STEP - (channels % STEP) });
    }
    // Not before all are found: until types are inferred anew, what was changed does not fit what reads it.
    for (const { region, more } of found) for (const { node, pad } of region.changes) pad(graph, node, more);
    return found.length;
  },
};

/** A node whose constants take more channels, and how. */
interface Change {
  readonly node: Node;
  pad(graph: Graph, node: Node, more: number): void;
}

/** Values that have the same channels, and how those that make and read them take more. */
interface Region {
  readonly values: ReadonlySet<Value>;
  readonly changes: readonly Change[];
}

function regionOf(start: Value, channels: number): Region | undefined {
  const values = new Set([start]);
  const [rows, columns, own] = [new Map<Node, Change>(), new Map<Node, Change>(), new Map<Node, Change>()];
  // Grows while it is walked.
  for (const value of values) {
    if (value.isInput || value.isOutput || !value.producer || value.shape?.[1] !== channels) return undefined;
    for (const node of [value.producer, ...value.uses.map((use) => use.node)]) {
      if (node.graph !== value.graph) return undefined;
      const kind = roleOf(node, channels);
      if (!kind) return undefined;
      if (kind === 'product') {
        if (node.outputs[0] === value) rows.set(node, { node, pad: padRows });
        if (node.inputs[0] === value) columns.set(node, { node, pad: padColumns });
        continue;
      }
      if (kind === 'depthwise') own.set(node, { node, pad: padDepthwise });
      if (kind === 'each') own.set(node, { node, pad: padVectors });
      for (const other of [...node.inputs, ...node.outputs]) if (other && !other.constant) values.add(other);
    }
  }
  return { values, changes: [...rows.values(), ...columns.values(), ...own.values()] };
}

/** What a node does with channels: mixes them by weights, or works on each for itself; undefined where it is something else. */
function roleOf(node: Node, channels: number): 'product' | 'depthwise' | 'each' | undefined {
  if (node.is('Conv')) {
    if (node.inputs.slice(1).some((value) => value && !value.constant)) return undefined;
    if (conv.parameters(node).group === 1) return 'product';
    const isAlike = node.outputs[0]?.shape?.[1] === node.inputs[0]?.shape?.[1];
    return productClassOf(node) === 'depthwise' && isAlike ? 'depthwise' : undefined;
  }
  if (node.is('GlobalAveragePool', 'AveragePool', 'MaxPool')) return node.outputs.length === 1 ? 'each' : undefined;
  if (!hasTrait(node, 'elementwise') || node.outputs.length !== 1) return undefined;
  const constants = node.inputs.flatMap((value) => (value?.constant ? [value.constant] : []));
  // What a zero would divide is no number.
  const isScalar = constants.every((constant) => constant.size === 1);
  const isByChannel = constants.every((constant) => constant.size === 1 || isVector(constant, channels));
  return isScalar || (isByChannel && node.is('Add', 'Sub', 'Mul', 'PRelu')) ? 'each' : undefined;
}

/** Whether it holds a number for each channel of [N, C, H, W]. */
function isVector({ shape, dtype, size }: Tensor, channels: number): boolean {
  return isFloat(dtype) && size === channels && shape.at(-3) === channels;
}

/** More results of a convolution, all 0. */
function padRows(graph: Graph, node: Node, more: number): void {
  for (const index of [1, 2]) padOperand(graph, node, index, 0, more);
}

/** More channels to read, which count for nothing. */
function padColumns(graph: Graph, node: Node, more: number): void {
  padOperand(graph, node, 1, 1, more);
}

function padDepthwise(graph: Graph, node: Node, more: number): void {
  const { group } = conv.parameters(node);
  padRows(graph, node, more);
  node.attributes.set('group', { kind: 'int', value: group + more });
}

function padVectors(graph: Graph, node: Node, more: number): void {
  for (const [index, value] of node.inputs.entries()) {
    const constant = value?.constant;
    if (constant && constant.size > 1) padOperand(graph, node, index, constant.shape.length - 3, more);
  }
}

function padOperand(graph: Graph, node: Node, index: number, axis: number, more: number): void {
  const constant = node.constant(index);
  if (constant) graph.setInput(node, index, graph.addConstant(withZeros(constant, axis, more)));
}

/** A tensor with so many zeros more along an axis. */
function withZeros(tensor: Tensor, axis: number, more: number): Tensor {
  const shape = tensor.shape.map((size, at) => (at === axis ? size + more : size));
  const inner = sizeOf(tensor.shape.slice(axis + 1));
  const [had, has] = [inner * (tensor.shape[axis] ?? 1), inner * (shape[axis] ?? 1)];
  const values = tensor.toFloat64();
  const padded = new Float64Array(sizeOf(shape));
  for (let block = 0; block * had < values.length; block++) {
    padded.set(values.subarray(block * had, (block + 1) * had), block * has);
  }
  return Tensor.from(tensor.dtype, shape, padded);
}
