import type { Program } from '../check/index.js';
import type { Artefact, Lowered, Target } from '../formats/format.js';
import { loadCoreml, loadOnnx } from '../formats/index.js';
import { isStatic, type Model, type Shape } from '../model/index.js';
import { concat } from './concat.js';

/** What an engine needs of an artefact that it runs as it is. */
export function programOf({ files, commits }: Artefact, { inputs, outputs }: Lowered): Program {
  const others = new Map([...files].filter(([path]) => path !== commits));
  return { payload: { model: files.get(commits) ?? [], files: others }, inputs, outputs };
}

/** What a Core ML package says, read back from its files, as ONNX: no engine on this machine runs it as it is. */
export async function programThroughOnnx(artefact: Artefact, lowered: Lowered): Promise<Program> {
  const [{ readMlpackage }, { writeOnnx }] = await Promise.all([loadCoreml(), loadOnnx()]);
  const files = new Map(Array.from(artefact.files, ([path, chunks]) => [path, concat(chunks)]));
  const model = readMlpackage(files);
  return {
    ...programOf({ files: new Map([['', [writeOnnx(model)]]]), commits: '' }, lowered),
    fixedShapes: fixedShapesOf(model, lowered),
  };
}

/** Core ML fixes sizes that the source leaves open: trials of other sizes cannot be compared. By the source's names. */
function fixedShapesOf({ graph }: Model, { inputs }: Lowered): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const { name, artefactName } of inputs) {
    const shape = graph.inputs.find((value) => value.name === artefactName)?.shape;
    if (isStatic(shape)) shapes.set(name, shape);
  }
  return shapes;
}

/** The program of an artefact, in the form that its engine takes. */
export function judgeable(target: Target, artefact: Artefact, lowered: Lowered): Promise<Program> | Program {
  return target.engine === 'coreml-through-onnx' ? programThroughOnnx(artefact, lowered) : programOf(artefact, lowered);
}
