import {
  asOneChunk,
  type Bytes,
  type Graph,
  InputError,
  type Model,
  type Node,
  type Value,
} from '../../model/index.js';
import { cast } from '../../operators/rows/cast.js';
import { describeArtefact, withColours } from '../artefact-ports.js';
import type { Artefact, Opened, OpenLimits } from '../format.js';
import { nodesOf } from '../graph-piece.js';
import { coarsestOf, heldIn, mostHeldIn } from '../weight-precision.js';
import { programOf } from './artefact-program.js';
import { onnxDeclaration } from './declaration.js';
import type { ExternalData } from './external-data.js';
import { invalid } from './invalid.js';
import { quantizationOf } from './quantization.js';
import { readOnnx } from './read.js';

/** An ONNX file as bytes and as a graph, whose weights are views on those. */
export interface OnnxContent {
  readonly model: Model;
  readonly artefact: Artefact;
}

/** What an ONNX file says of itself. @throws InputError where it is not valid ONNX, or its data files are not there */
export function open(artefact: Artefact, limits?: OpenLimits): Opened<OnnxContent> {
  const bytes = asOneChunk(artefact.files.get(artefact.commits) ?? []);
  const model = readOnnx(bytes, { ...limits, externalData: dataOf(artefact) });
  const { graph, metadata, notes } = model;
  const held = heldIn(model);
  const [inputs, outputs] = [graph.inputs.map(filePort), graph.outputs.map(filePort)];
  const values = graph.sorted().flatMap((node) => node.outputs.flatMap((value) => value?.name ?? []));
  const said = describeArtefact({ metadata, inputs, outputs, values }, invalid);
  return {
    ...said,
    inputs: withColours(said, onnxDeclaration, invalid),
    nodes: () => nodesOf(graph),
    program: () => programOf(graph),
    precision: mostHeldIn(held),
    coarsest: coarsestOf([...held.map(([precision]) => precision), computesInHalf(graph) ? 'fp16' : 'fp32']),
    quantization: quantizationOf(graph),
    graph,
    notes,
    content: { model, artefact },
  };
}

/** The data files that its tensors lie in. @throws InputError where it is not valid ONNX */
export function dataFiles(main: readonly Uint8Array[], limits?: OpenLimits): string[] {
  const locations = new Set<string>();
  const onLocation = (location: string) => {
    locations.add(location);
  };
  readOnnx(asOneChunk(main), { ...limits, onLocation });
  return [...locations];
}

/** Whether values are made float16 anywhere. */
function computesInHalf(graph: Graph): boolean {
  const isHalf = (node: Node) => node.is('Cast') && cast.parameters(node).to === 'float16';
  return graph.inputs.some(({ dtype }) => dtype === 'float16') || graph.sorted().some(isHalf);
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
