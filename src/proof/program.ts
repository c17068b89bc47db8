import type { Program } from '../check/index.js';
import type { Artefact, Lowered, Target } from '../formats/format.js';
import { loadCoreml, loadOnnx } from '../formats/index.js';
import { allNodes, asOneChunk, type Graph, isStatic, type Model, type Shape } from '../model/index.js';
import { inferTypes } from '../operators/infer.js';

/**
 * An artefact in the form that its engine takes: as it is, or for Core ML, which no engine on this machine runs, what its
 * package says, read back from the files, as ONNX.
 */
export async function programOf({ name }: Target, artefact: Artefact, lowered: Lowered): Promise<Program> {
  if (name === 'coreml') return throughOnnx(await readCoreml(artefact), lowered);
  const others = new Map([...artefact.files].filter(([path]) => path !== artefact.commits));
  const { inputs, outputs } = lowered;
  return { payload: { model: artefact.files.get(artefact.commits) ?? [], files: others }, inputs, outputs };
}

/**
 * An fp16 artefact as a float32 program that rounds after every operator that the file computes in float16: engines run
 * an fp16 graph in float32 and round less than a device does. TF.js computes in float32 from fp16 weights, so its
 * artefacts stay as they are.
 */
export async function roundedProgramOf(target: Target, artefact: Artefact, lowered: Lowered): Promise<Program> {
  if (target.name === 'tfjs') return programOf(target, artefact, lowered);
  const { simulateFloat16 } = await loadOnnx();
  const model = target.name === 'coreml' ? await readCoreml(artefact) : await readWritten(artefact);
  inferTypes(model.graph);
  simulateFloat16(model, nodesInFloat32(model.graph));
  return throughOnnx(model, lowered);
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

async function readWritten({ files, commits }: Artefact): Promise<Model> {
  const { readOnnx } = await loadOnnx();
  return readOnnx(asOneChunk(files.get(commits) ?? []), {
    externalData: (location, offset, length) => {
      const bytes = asOneChunk(files.get(location) ?? []);
      return bytes.subarray(offset, length === undefined ? undefined : offset + length);
    },
  });
}

/** What a package says, as ONNX. @throws Error where our reader does not take what our writer wrote: a defect */
export async function readCoreml({ files }: Artefact): Promise<Model> {
  const { readMlpackage } = await loadCoreml();
  return readMlpackage(new Map(Array.from(files, ([path, chunks]) => [path, asOneChunk(chunks)])));
}

async function throughOnnx(model: Model, { inputs, outputs }: Lowered): Promise<Program> {
  const { writeOnnx } = await loadOnnx();
  return { payload: { model: writeOnnx(model) }, inputs, outputs, fixedShapes: fixedShapesOf(model.graph, inputs) };
}

/** A target may fix sizes that the source leaves open: trials of other sizes cannot be compared. By the source's names. */
function fixedShapesOf(graph: Graph, inputs: Lowered['inputs']): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { name, artefactName } of inputs) {
    const shape = graph.inputs.find((value) => value.name === artefactName)?.shape;
    if (isStatic(shape)) shapes.set(name, shape);
  }
  return shapes;
}
