import { asOneChunk, type Bytes, InputError, type Model, type Value } from '../../model/index.js';
import { describeArtefact, withColours } from '../artefact-ports.js';
import type { Artefact, Opened } from '../format.js';
import { nodesOf } from '../graph-piece.js';
import { precisionOf } from '../weight-precision.js';
import { onnxDeclaration } from './declaration.js';
import type { ExternalData } from './external-data.js';
import { invalid } from './invalid.js';
import { readOnnx } from './read.js';

/** An ONNX file as bytes and as a graph, whose weights are views on those. */
export interface OnnxContent {
  readonly model: Model;
  readonly artefact: Artefact;
}

/** What an ONNX file says of itself. @throws InputError where it is not valid ONNX, or its data files are not there */
export function open(artefact: Artefact): Opened<OnnxContent> {
  const model = readOnnx(asOneChunk(artefact.files.get(artefact.commits) ?? []), { externalData: dataOf(artefact) });
  const { graph, metadata, notes } = model;
  const [inputs, outputs] = [graph.inputs.map(filePort), graph.outputs.map(filePort)];
  const values = graph.sorted().flatMap((node) => node.outputs.flatMap((value) => value?.name ?? []));
  const said = describeArtefact({ metadata, inputs, outputs, values }, invalid);
  return {
    ...said,
    inputs: withColours(said, onnxDeclaration, invalid),
    nodes: () => nodesOf(graph),
    precision: precisionOf(model),
    notes,
    content: { model, artefact },
  };
}

function filePort({ name, dtype, shape, graph }: Value) {
  const declared = graph.model.declaredOutputs.get(name);
  const sizes = (shape ?? declared?.shape)?.map((size) => (typeof size === 'number' ? size : undefined));
  return { name, dtype: dtype ?? declared?.dtype, shape: sizes };
}

/** Data files are the artefact's own. Each is one piece from the first time that a weight of it is read. */
function dataOf({ files }: Artefact): ExternalData {
  const whole = new Map<string, Bytes>();
  return (location, offset, length) => {
    const chunks = files.get(location);
    if (!chunks) throw new InputError({ what: `its data file ${location} is not there` });
    const bytes = whole.get(location) ?? asOneChunk(chunks);
    whole.set(location, bytes);
    const end = length === undefined ? bytes.length : offset + length;
    if (end > bytes.length) throw new InputError({ what: `its data file ${location} ends before byte ${end}` });
    return bytes.subarray(offset, end);
  };
}
