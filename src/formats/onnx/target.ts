import type { Graph, Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { VERSION } from '../../version.js';
import type { LowerOptions, Port, Target } from '../format.js';
import { onnxDeclaration } from './declaration.js';
import { encodeArtefact } from './external-weights.js';
import { makeStatistics } from './make-statistics.js';
import { type OnnxContent, open } from './open.js';
import { applyPrecision } from './precision.js';
import { runnable } from './runnable.js';

/** ONNX expresses every model that was read from it. */
export const onnx: Target<Model, object, OnnxContent> = {
  ...onnxDeclaration,
  operators: undefined,

  lower(model, options) {
    const notes = applyPrecision(model, options.precision, options.keepFp32 ?? []);
    if (options.precision === undefined) inferTypes(model.graph);
    makeStatistics(model);
    for (const [key, value] of metadataOf(model.graph, options)) model.metadata.set(key, value);
    return { program: model, inputs: portsOf(model.graph.inputs), outputs: portsOf(model.graph.outputs), notes };
  },

  write(model, baseName, hash) {
    return encodeArtefact(model, `${baseName}${onnxDeclaration.suffix}`, hash);
  },

  open,
  runnable,
};

function portsOf(values: Graph['inputs']): Port[] {
  return values.map(({ name, dtype, graph }) => {
    const type = dtype ?? graph.model.declaredOutputs.get(name)?.dtype;
    return { name, artefactName: name, dtype: type ?? 'float32' };
  });
}

/** What an application needs to feed the model, as JSON text. */
function metadataOf(graph: Graph, { labels, image }: LowerOptions): Map<string, string> {
  const layout = [...graph.inputs, ...graph.outputs].filter((value) => value.rank === 4);
  const metadata = new Map<string, string>([
    ['mobileone.version', VERSION],
    ['mobileone.layout', JSON.stringify(Object.fromEntries(layout.map((value) => [value.name, 'nchw'])))],
  ]);
  if (labels) metadata.set('mobileone.labels', JSON.stringify(labels));
  if (image) {
    const { order, mean, std } = image;
    metadata.set('mobileone.image', JSON.stringify({ order, mean, std }));
  }
  return metadata;
}
