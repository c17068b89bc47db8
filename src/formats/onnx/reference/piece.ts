import type { onnx } from 'onnx-proto';
import { DATA_TYPES } from '../../../model/index.js';
import type { ArtefactNode, FedInput, Piece } from '../../format.js';
import { namesReadBy, nodeLists, readOthers } from './graphs.js';
import { keepWhatIsNeeded } from './outputs.js';

/** Leaves of a model what a piece needs. Engines find out themselves of what type its outputs are. @returns 1: it changed */
export function takePiece({ graph }: onnx.IModelProto, { fed, outputs }: Piece): number {
  if (!graph) return 0;
  const instead = new Map(fed.map(({ name, as }) => [name, as]));
  for (const { nodes } of nodeLists({ graph })) for (const node of nodes) readOthers(node, instead);
  graph.input = [...(graph.input ?? []), ...fed.map(inputOf)];
  graph.output = outputs.map((name) => ({ name }));
  keepWhatIsNeeded(graph);
  return 1;
}

/** The nodes of a model's graph in their order, functions as the calls that they are. */
export function nodesOf({ graph }: onnx.IModelProto): ArtefactNode[] {
  const nodes = graph?.node ?? [];
  const computed = new Set([
    ...nodes.flatMap(({ output }) => output ?? []),
    ...(graph?.input ?? []).map(({ name }) => name ?? ''),
  ]);
  for (const { name } of graph?.initializer ?? []) computed.delete(name ?? '');
  return nodes.map((node) => {
    const outputs = (node.output ?? []).filter((name) => name !== '');
    return {
      name: node.name || (outputs[0] ?? ''),
      operator: node.opType ?? '',
      inputs: [...new Set(namesReadBy(node))].filter((name) => computed.has(name)),
      outputs,
    };
  });
}

function inputOf({ as, dtype, shape }: FedInput): onnx.IValueInfoProto {
  const dim = shape.map((size) => (size === undefined ? {} : { dimValue: size }));
  return { name: as, type: { tensorType: { elemType: DATA_TYPES.indexOf(dtype) + 1, shape: { dim } } } };
}
