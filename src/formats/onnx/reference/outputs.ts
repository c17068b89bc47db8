import type { onnx } from 'onnx-proto';
import { DATA_TYPES } from '../../../model/index.js';
import type { ReferenceOutput } from '../reference.js';
import { namesReadBy } from './graphs.js';

/** @returns how many outputs changed */
export function addOutputs({ graph }: onnx.IModelProto, outputs: readonly ReferenceOutput[]): number {
  if (!graph) return 0;
  const present = new Set((graph.output ?? []).map(({ name }) => name));
  const added = outputs.filter(({ name }) => !present.has(name));
  graph.output = [...(graph.output ?? []), ...added.map(valueInfo)];
  return added.length;
}

/** Outputs that the graph has already keep what it declares of them. @returns how many outputs changed */
export function reRoot({ graph }: onnx.IModelProto, outputs: readonly ReferenceOutput[]): number {
  if (!graph) return 0;
  const declared = new Map((graph.output ?? []).map((output) => [output.name, output]));
  graph.output = outputs.map((output) => declared.get(output.name) ?? valueInfo(output));
  keepWhatIsNeeded(graph);
  return outputs.length;
}

function valueInfo({ name, dtype }: ReferenceOutput): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType: DATA_TYPES.indexOf(dtype) + 1 } } };
}

/** Nodes, inputs and constants that no output needs go. */
export function keepWhatIsNeeded(graph: onnx.IGraphProto): void {
  const nodes = graph.node ?? [];
  const makers = new Map<string, onnx.INodeProto>();
  for (const node of nodes) for (const name of node.output ?? []) makers.set(name, node);
  const needed = new Set<string>();
  const kept = new Set<onnx.INodeProto>();
  const waiting = (graph.output ?? []).flatMap(({ name }) => (name ? [name] : []));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    needed.add(name);
    const maker = makers.get(name);
    if (!maker || kept.has(maker)) continue;
    kept.add(maker);
    for (const read of namesReadBy(maker)) if (!needed.has(read)) waiting.push(read);
  }
  const isNeeded = ({ name }: { name?: string | null }) => needed.has(name ?? '');
  graph.node = nodes.filter((node) => kept.has(node));
  graph.input = (graph.input ?? []).filter(isNeeded);
  graph.initializer = (graph.initializer ?? []).filter(isNeeded);
}
