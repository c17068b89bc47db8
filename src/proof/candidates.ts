import type { Candidate } from '../check/index.js';
import type { Artefact, ArtefactPort, Opened, RunnableOptions, Target } from '../formats/format.js';
import { loadOnnx } from '../formats/index.js';
import { InputError, type Model, type Value } from '../model/index.js';

/**
 * Opens what this tool has just written.
 * @param labels class names that it was given
 * @throws Error where it does not open, or says other class names: a defect
 */
export function openWritten(target: Target, artefact: Artefact, labels?: readonly string[]): Opened {
  const opened = open(target, artefact);
  const [given, written] = [JSON.stringify(labels), JSON.stringify(opened.labels)];
  if (labels && written !== given) {
    throw new Error(`the ${target.name} artefact was written with other class names: ${written} for ${given}`);
  }
  return opened;
}

function open(target: Target, artefact: Artefact): Opened {
  try {
    return target.open(artefact);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new Error(`the ${target.name} artefact does not open: ${error.message}`, { cause: error });
  }
}

/**
 * An opened artefact in the form that its format's engine runs. What is no tensor, such as a class's name, is not compared.
 * @param wanted outputs of the source; one that the artefact gives in another form, as probabilities, is read where it is
 * computed inside
 */
export function candidateOf(
  target: Target,
  opened: Opened,
  wanted: readonly string[],
  options?: RunnableOptions,
  also: readonly ArtefactPort[] = [],
): Candidate {
  const { inputs, values, image } = opened;
  const outputs: ArtefactPort[] = opened.outputs.filter(({ dtype }) => dtype !== undefined);
  const inside = wanted.flatMap((name) => {
    if (outputs.some(({ sourceName }) => sourceName === name)) return [];
    return values.find(({ sourceName }) => sourceName === name) ?? [];
  });
  const own = new Set(outputs.map(({ name }) => name));
  const alsoOutputs = [...inside, ...also].flatMap(({ name }) => (own.has(name) ? [] : name));
  return {
    payload: target.runnable(opened, { ...options, alsoOutputs }),
    inputs,
    outputs: [...outputs, ...inside.map((value) => ({ ...value, dtype: undefined, shape: undefined })), ...also],
    trainedOn: image?.order,
  };
}

/** A graph of ours as it is, in ONNX. */
export async function asCandidate(model: Model): Promise<Candidate> {
  const { writeOnnx } = await loadOnnx();
  const { inputs, outputs } = model.graph;
  return { payload: { model: writeOnnx(model) }, inputs: inputs.map(portOf), outputs: outputs.map(portOf) };
}

/** An input or output of a graph, under its own name. */
export function portOf({ name, dtype = 'float32' }: Value): ArtefactPort {
  return { name, sourceName: name, dtype, shape: undefined };
}
