import { allNodes, type Graph, type Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import type { Opened, Runnable, RunnableOptions } from '../format.js';
import { takePiece } from '../graph-piece.js';
import type { OnnxContent } from './open.js';
import { onnxCodec } from './schema.js';
import { simulateFloat16 } from './simulate-float16.js';
import { encodeModel } from './write.js';

/** The file as it is, or as a float32 program that rounds where the file computes in float16. */
export function runnable(opened: Opened<OnnxContent>, options: RunnableOptions = {}): Runnable {
  const { alsoOutputs = [], rounded, piece } = options;
  const { model, artefact } = opened.content;
  if (piece) {
    const part = takePiece(model.copy(), piece);
    return { model: encodeModel(rounded ? roundedForm(part, []) : part), files: new Map() };
  }
  const outputs = new Set(opened.outputs.map(({ name }) => name));
  const more = [...new Set(alsoOutputs)].filter((name) => !outputs.has(name));
  if (rounded) return { model: encodeModel(roundedForm(model.copy(), more)), files: new Map() };
  const files = new Map([...artefact.files].filter(([path]) => path !== artefact.commits));
  const file = artefact.files.get(artefact.commits) ?? [];
  return { model: more.length > 0 ? [...file, ...declaration(more)] : file, files };
}

/** Further outputs as a message of their own: protobuf merges what follows a file into it, and engines infer the types. */
function declaration(names: readonly string[]): readonly Uint8Array[] {
  return onnxCodec.encode('ModelProto', { graph: { output: names.map((name) => ({ name })) } });
}

/** Engines run an fp16 graph in float32, and round less than a device does. In place. */
function roundedForm(model: Model, alsoOutputs: readonly string[]): Model {
  const { graph } = model;
  const wanted = new Set(alsoOutputs);
  inferTypes(graph);
  for (const { outputs } of graph.sorted()) {
    for (const value of outputs) if (value && wanted.has(value.name)) graph.addOutput(value);
  }
  simulateFloat16(model, nodesInFloat32(graph));
  return model;
}

/** Nodes that the file computes in float32; casts only lead there. */
function nodesInFloat32(graph: Graph): string[] {
  const labels = new Set<string>();
  for (const node of allNodes(graph)) {
    const values = [...node.inputs, ...node.outputs];
    const has = (dtype: string) => values.some((value) => value?.dtype === dtype);
    if (!node.is('Cast') && has('float32') && !has('float16')) labels.add(node.label);
  }
  return [...labels];
}
