import { asOneChunk, sizeOf } from '../../model/index.js';
import { describeArtefact, type FilePort, withColours } from '../artefact-ports.js';
import type { Artefact, ArtefactNode, Held, Opened } from '../format.js';
import { coarsestOf, mostHeldIn } from '../weight-precision.js';
import { programOf } from './artefact-program.js';
import { litertDeclaration } from './declaration.js';
import { labelsIn } from './metadata.js';
import type { Endpoint, LitertProgram, ProgramTensor } from './program.js';
import { damaged } from './read/damaged.js';
import { readProgram } from './read/read-program.js';

/** A file as it was read. */
export interface ReadModel {
  readonly artefact: Artefact;
  readonly program: LitertProgram;
}

/** What a TensorFlow Lite file says of itself. @throws InputError where it is damaged, or holds what is not read here */
export function open(artefact: Artefact): Opened<ReadModel> {
  const bytes = asOneChunk(artefact.files.get(artefact.commits) ?? []);
  const program = readProgram(bytes);
  const { metadata, operators } = program;
  const [inputs, outputs] = [program.inputs.map(filePort), program.outputs.map(filePort)];
  const nameOf = namesOf(program);
  const values = operators.flatMap((operator) => operator.outputs.map(nameOf));
  const said = describeArtefact({ metadata, inputs, outputs, values }, damaged);
  const held = weightsOf(program);
  const coarsest = coarsestOf(held.map(([precision]) => precision));
  return {
    ...said,
    labels: said.labels ?? labelsIn(bytes),
    inputs: withColours(said, litertDeclaration, damaged),
    nodes: () => nodesOf(program, nameOf),
    program: () => programOf(program, nameOf),
    precision: mostHeldIn(held),
    coarsest,
    quantization: isQuantized(program) ? 'activations' : coarsest === 'int8' ? 'weights' : undefined,
    graph: undefined,
    notes: [],
    content: { artefact, program },
  };
}

function filePort({ key, tensor: { type, shape, signature } }: Endpoint): FilePort {
  return { name: key, dtype: type, shape: (signature ?? shape).map((size) => (size === -1 ? undefined : size)) };
}

/** Whether values that are computed are integers that stand for floats. */
function isQuantized({ operators }: LitertProgram): boolean {
  return operators.some(({ outputs }) => outputs.some(({ quantization, type }) => quantization && type !== 'float32'));
}

function weightsOf({ operators }: LitertProgram): (readonly [Held, number])[] {
  const constants = new Set(operators.flatMap(({ inputs }) => inputs.filter((tensor) => tensor?.data)));
  return [...constants].flatMap((tensor) => {
    const precision = tensor && precisionOf(tensor);
    return precision ? [[precision, sizeOf(tensor.shape)] as const] : [];
  });
}

function precisionOf({ type }: ProgramTensor): Held | undefined {
  if (type === 'float32') return 'fp32';
  if (type === 'float16') return 'fp16';
  return type === 'int8' ? 'int8' : undefined;
}

/** What tensors are called: inputs and outputs as their users call them. */
export function namesOf({ inputs, outputs }: LitertProgram): (tensor: ProgramTensor) => string {
  const keys = new Map([...inputs, ...outputs].map(({ key, tensor }) => [tensor, key]));
  return (tensor) => keys.get(tensor) ?? tensor.name;
}

function nodesOf({ operators }: LitertProgram, nameOf: (tensor: ProgramTensor) => string): ArtefactNode[] {
  return operators.map(({ operation, inputs, outputs }) => ({
    name: outputs[0]?.name ?? '',
    operator: operation.name,
    inputs: [...new Set(inputs)].flatMap((tensor) => (tensor && !tensor.data ? [nameOf(tensor)] : [])),
    outputs: outputs.map(nameOf),
  }));
}
