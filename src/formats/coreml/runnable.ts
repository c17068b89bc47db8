import type { Model } from '../../model/index.js';
import type { Opened, Runnable, RunnableOptions } from '../format.js';
import { takePiece } from '../graph-piece.js';
import { encodeModel } from '../onnx/write.js';

/**
 * What a package says, as ONNX: no engine that runs everywhere takes Core ML. It rounds wherever the package computes in
 * fp16, whether or not that is asked for.
 */
export function runnable({ content }: Opened<Model>, options: RunnableOptions = {}): Runnable {
  const { alsoOutputs = [], piece } = options;
  if (piece) return { model: encodeModel(takePiece(content.copy(), piece)), files: new Map() };
  const model = alsoOutputs.length > 0 ? withOutputs(content.copy(), new Set(alsoOutputs)) : content;
  return { model: encodeModel(model), files: new Map() };
}

function withOutputs(model: Model, names: ReadonlySet<string>): Model {
  const { graph } = model;
  for (const { outputs } of graph.sorted()) {
    for (const value of outputs) if (value && names.has(value.name) && !value.isOutput) graph.addOutput(value);
  }
  return model;
}
