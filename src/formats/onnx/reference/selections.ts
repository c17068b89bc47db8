import type { onnx } from 'onnx-proto';
import { numberOf } from '../write-type.js';
import { type FedValue, feedNameOf } from './fed-value.js';

/** Turns results of nodes into inputs; the nodes that made them go. @returns how many inputs were added */
export function feedValues({ graph }: onnx.IModelProto, values: readonly FedValue[]): number {
  if (!graph) return 0;
  const names = new Set(values.map(({ name }) => name));
  const casts = values.filter(({ dtype }) => dtype === 'bool').map(castToBool);
  const kept = (graph.node ?? []).filter((node) => !(node.output ?? []).some((name) => names.has(name)));
  graph.node = [...casts, ...kept];
  graph.input = [...(graph.input ?? []), ...values.map(inputOf)];
  return values.length;
}

function castToBool(value: FedValue): onnx.INodeProto {
  const to = { name: 'to', type: ATTRIBUTE_INT, i: numberOf('bool') };
  return { opType: 'Cast', input: [feedNameOf(value)], output: [value.name], attribute: [to] };
}

/** `AttributeProto.AttributeType.INT` */
const ATTRIBUTE_INT = 2;

function inputOf(value: FedValue): onnx.IValueInfoProto {
  const elemType = numberOf(value.dtype === 'bool' ? 'int32' : value.dtype);
  const dim = value.shape.map((size) => (size === undefined ? {} : { dimValue: size }));
  return { name: feedNameOf(value), type: { tensorType: { elemType, shape: { dim } } } };
}
