import { type Node, type SourceNode, Tensor, type Value } from '../../model/index.js';
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
  const constant = withConstant(node, index, values);
  const dtype = node.constant(index)?.dtype;
  if (!constant || !dtype) return undefined;
  return (origin) => {
    const { graph } = node;
    const readers = node.output().uses;
    constant(origin);
    const result = readers[0]?.node.inputs[readers[0].index];
    if (!result) return;
    const shift = graph.addConstant(Tensor.from(dtype, [row.length], row), `${node.label}.bias`);
    const sum = graph.insert({ operator: 'Add', inputs: [result, shift], origin: mergeOrigins([origin]) }).output();
    sum.dtype = result.dtype;
    sum.shape = result.shape;
    for (const reader of readers) graph.setInput(reader.node, reader.index, sum);
  };
}

/** The same node over other operands, in the place of the old one; results keep their types. */
function rebuild(node: Node, inputs: readonly (Value | undefined)[], origin: readonly SourceNode[]): void {
  const { graph } = node;
  const made = graph.insert({
    operator: node.operator,
    domain: node.domain,
    name: node.name,
    inputs,
    outputs: node.outputs.length,
    attributes: node.attributes,
    origin: mergeOrigins([node.origin, origin]),
  });
  node.outputs.forEach((old, i) => {
    const value = made.outputs[i];
    if (!old || !value) return;
    value.dtype = old.dtype;
    value.shape = old.shape;
    graph.replace(old, value);
  });
  graph.remove(node);
}
