import type { Node, SourceNode, Value } from '../../model/index.js';
import { mergeOrigins } from '../pass.js';
import { roundedTensor } from './rounded-tensor.js';
import type { NewWeights } from './scaled-weights.js';

/** A change that was found possible; done only when every part of the plan is. */
export type Edit = (origin: readonly SourceNode[]) => void;

/** Names a value anew that will be another one: no value of the source equals it from then on. */
export function renamed(value: Value): Edit {
  return () => {
    const { model } = value.graph;
    if (model.isSourceName(value.name)) value.name = model.freshName(value.name);
  };
}

/** Puts other constants under a node; it now also stands for the nodes of `origin`. */
export function withWeights(node: Node, { weight, bias }: NewWeights): Edit {
  return (origin) => {
    const { graph } = node;
    const made = [weight, bias].map((tensor, i) =>
      tensor ? graph.addConstant(tensor, node.inputs[i + 1]?.name ?? `${node.label}.bias`) : undefined,
    );
    rebuild(node, [node.inputs[0], ...made], origin);
  };
}

/** Gives a constant operand other values of the same type, and of the same shape if no other is told. */
export function withConstant(
  node: Node,
  index: number,
  values: Float64Array,
  shape?: readonly number[],
): Edit | undefined {
  const old = node.constant(index);
  if (!old) return undefined;
  const tensor = roundedTensor(old.dtype, shape ?? old.shape, values);
  if (!tensor) return undefined;
  return (origin) => {
    const value = node.graph.addConstant(tensor, node.inputs[index]?.name);
    rebuild(
      node,
      node.inputs.map((input, i) => (i === index ? value : input)),
      origin,
    );
  };
}

/** Gives a constant operand other values and adds a row [C] to the result, along its last axis. */
export function withConstantAndRow(
  node: Node,
  index: number,
  values: Float64Array,
  row: Float64Array,
): Edit | undefined {
  const old = node.constant(index);
  const tensor = old && roundedTensor(old.dtype, old.shape, values);
  const added = old && roundedTensor(old.dtype, [row.length], row);
  if (!tensor || !added) return undefined;
  return (origin) => {
    const { graph } = node;
    const result = node.output();
    const constant = graph.addConstant(tensor, node.inputs[index]?.name);
    const product = again(
      node,
      node.inputs.map((input, i) => (i === index ? constant : input)),
      origin,
    ).output();
    const shift = graph.addConstant(added, `${node.label}.bias`);
    const sum = graph.insert({ operator: 'Add', inputs: [product, shift], origin: mergeOrigins([origin]) }).output();
    for (const value of [product, sum]) {
      value.dtype = result.dtype;
      value.shape = result.shape;
    }
    graph.replace(result, sum);
    graph.remove(node);
  };
}

/** The same node over other operands, in the place of the old one; results keep their types. */
function rebuild(node: Node, inputs: readonly (Value | undefined)[], origin: readonly SourceNode[]): void {
  const { graph } = node;
  const made = again(node, inputs, origin);
  node.outputs.forEach((old, i) => {
    const value = made.outputs[i];
    if (!old || !value) return;
    value.dtype = old.dtype;
    value.shape = old.shape;
    graph.replace(old, value);
  });
  graph.remove(node);
}

/** The same node over other operands, beside it; it also stands for the nodes of `origin`. */
function again(node: Node, inputs: readonly (Value | undefined)[], origin: readonly SourceNode[]): Node {
  return node.graph.insert({
    operator: node.operator,
    domain: node.domain,
    name: node.name,
    inputs,
    outputs: node.outputs.length,
    attributes: node.attributes,
    origin: mergeOrigins([node.origin, origin]),
  });
}
