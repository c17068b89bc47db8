import type { onnx } from 'onnx-proto';
import { isOnnx, nodeLists, subgraphsOf } from './graphs.js';

/** @returns how many nodes were changed */
export function setInferenceMode(model: onnx.IModelProto): number {
  let changed = 0;
  const instead = new Map<string, string>();
  for (const { nodes } of nodeLists(model)) {
    for (const node of nodes) {
      if (isOnnx(node, 'BatchNormalization') && setBatchNormalization(node, instead)) changed++;
      if (isOnnx(node, 'Dropout') && setDropout(node)) changed++;
    }
  }
  if (instead.size > 0) for (const { nodes } of nodeLists(model)) for (const node of nodes) rename(node, instead);
  return changed;
}

/** Before operator set 14 more than one output meant training; from 14 on `training_mode` says it. */
function setBatchNormalization(node: onnx.INodeProto, instead: Map<string, string>): boolean {
  const outputs = node.output ?? [];
  const mode = node.attribute?.find(({ name }) => name === 'training_mode');
  if (outputs.length <= 1 && !Number(mode?.i ?? 0)) return false;
  outputs.slice(1, 3).forEach((statistic, index) => {
    const running = node.input?.[3 + index];
    if (statistic && running) instead.set(statistic, running);
  });
  node.output = outputs.slice(0, 1);
  node.attribute = (node.attribute ?? []).filter((attribute) => attribute !== mode);
  return true;
}

/** Without its third input a dropout lets everything pass. */
function setDropout(node: onnx.INodeProto): boolean {
  if (!node.input?.[2]) return false;
  node.input = node.input.slice(0, 2);
  return true;
}

function rename(node: onnx.INodeProto, instead: ReadonlyMap<string, string>): void {
  node.input = (node.input ?? []).map((name) => instead.get(name) ?? name);
  for (const graph of subgraphsOf(node)) {
    for (const output of graph.output ?? []) if (output.name) output.name = instead.get(output.name) ?? output.name;
  }
}
