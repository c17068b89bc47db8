import type { onnx } from 'onnx-proto';
import { nodeLists } from './graphs.js';

/**
 * Opens sizes of inputs that the file fixes. What it says of the sizes of other values may no longer hold, and goes.
 * @param open axes by name of the input
 * @returns how many sizes were opened
 */
export function openInputs(model: onnx.IModelProto, open: ReadonlyMap<string, readonly number[]>): number {
  let opened = 0;
  for (const { name, type } of model.graph?.input ?? []) {
    const dimensions = type?.tensorType?.shape?.dim ?? [];
    for (const axis of open.get(name ?? '') ?? []) {
      if (!dimensions[axis] || dimensions[axis].dimParam) continue;
      dimensions[axis] = { dimParam: `${name} ${axis}` };
      opened++;
    }
  }
  if (opened === 0) return 0;
  for (const { graph } of nodeLists(model)) {
    if (!graph) continue;
    graph.valueInfo = [];
    const declared = graph === model.graph ? graph.output : [...(graph.input ?? []), ...(graph.output ?? [])];
    for (const { type } of declared ?? []) if (type?.tensorType) type.tensorType.shape = null;
  }
  return opened;
}
