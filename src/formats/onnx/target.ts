import { allNodes, type Graph, type Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import type { Target } from '../format.js';
import { asText, description } from '../metadata.js';
import { onnxDeclaration } from './declaration.js';
import { describeModel } from './describe.js';
import { encodeArtefact } from './external-weights.js';
import { makeStatistics } from './make-statistics.js';
import { dataFiles, type OnnxContent, open } from './open.js';
import { applyPrecision } from './precision.js';
import { runnable } from './runnable.js';
import { spreadScales } from './spread-scales.js';

/** ONNX expresses every model that was read from it. */
export const onnx: Target<Model, object, OnnxContent> = {
  ...onnxDeclaration,
  operators: undefined,

  lower(model, options) {
    const notes = applyPrecision(model, options.precision, options.keepFp32 ?? []);
    if (options.precision === undefined) inferTypes(model.graph);
    makeStatistics(model);
    spreadScales(model.graph);
    for (const [key, value] of description(options, layoutOf(model.graph)).map(asText)) model.metadata.set(key, value);
    if (options.about) describeModel(model, options.about);
    if (options.origins === false) for (const node of allNodes(model.graph)) node.origin = [];
    return { program: model, notes };
  },

  write(model, baseName, hash) {
    return encodeArtefact(model, `${baseName}${onnxDeclaration.suffix}`, hash);
  },

  open,
  dataFiles,
  runnable,
};

/** ONNX has every value in the source's own order. */
function layoutOf({ inputs, outputs }: Graph): Map<string, 'nchw'> {
  return new Map([...inputs, ...outputs].filter(({ rank }) => rank === 4).map(({ name }) => [name, 'nchw']));
}
