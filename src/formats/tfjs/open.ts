import { sizeOf } from '../../model/index.js';
import { describeArtefact, type FilePort, withColours } from '../artefact-ports.js';
import type { Artefact, ArtefactNode, Opened } from '../format.js';
import { coarsestOf, mostHeldIn } from '../weight-precision.js';
import { programOf } from './artefact-program.js';
import { tfjsDeclaration } from './declaration.js';
import { damaged } from './read/damaged.js';
import { type ReadModel, readModel } from './read/read-model.js';
import type { ReadEndpoint } from './read/read-signature.js';
import { inOrder, nameOfResult, type ReadNode, type Reference } from './read/read-topology.js';

/** What a GraphModel says of itself. @throws InputError where it is damaged, or holds what is not read here */
export function open(artefact: Artefact): Opened<ReadModel> {
  const content = readModel(artefact);
  const { metadata, weights, paths } = content;
  const [inputs, outputs] = [content.inputs.map(filePort), content.outputs.map(filePort)];
  const said = describeArtefact({ metadata, inputs, outputs, values: valuesOf(content) }, damaged);
  const floats = weights.filter(({ dtype }) => dtype === 'float32');
  const coarsest = coarsestOf(floats.map(({ precision }) => precision));
  const known = new Set([artefact.commits, ...paths]);
  const strays = [...artefact.files.keys()].filter((path) => !known.has(path));
  return {
    ...said,
    inputs: withColours(said, tfjsDeclaration, damaged),
    nodes: () => nodesOf(content),
    program: () => programOf(content),
    precision: mostHeldIn(floats.map((each) => [each.precision, sizeOf(each.shape)] as const)),
    coarsest,
    quantization: coarsest === 'int8' ? 'weights' : undefined,
    graph: undefined,
    notes: strays.map((path) => `${path} is not named in model.json and was ignored`),
    content,
  };
}

function filePort({ key, dtype, shape }: ReadEndpoint): FilePort {
  return { name: key, dtype, shape };
}

/** Results of all nodes that compute, further ones where something reads them. */
function valuesOf(model: ReadModel): string[] {
  const computed = [...model.nodes.values()].filter(computes);
  return [...new Set([...computed.map(({ name }) => name), ...furtherResults(model)])];
}

function nodesOf(model: ReadModel): ArtefactNode[] {
  const further = furtherResults(model);
  const isConstant = ({ node }: Reference) => model.nodes.get(node)?.op === 'Const';
  const keys = new Map(model.inputs.map(({ key, node }) => [node, key]));
  const nameOf = (input: Reference) => keys.get(input.node) ?? nameOfResult(input);
  return inOrder(model.nodes)
    .filter(computes)
    .map(({ name, op, inputs }) => ({
      name,
      operator: op,
      inputs: [...new Set(inputs.filter((input) => !isConstant(input)).map(nameOf))],
      outputs: [name, ...further.filter((result) => result.startsWith(`${name}:`)), ...publicNames(model, name)],
    }));
}

/** What the signature calls the first result of a node, where that is another name. */
function publicNames({ outputs }: ReadModel, name: string): string[] {
  return outputs.flatMap(({ key, node, index }) => (node === name && index === 0 && key !== name ? [key] : []));
}

function computes({ op }: ReadNode): boolean {
  return op !== 'Const' && op !== 'NoOp' && !op.startsWith('Placeholder');
}

/** Results beside the first of their nodes that something reads. */
function furtherResults({ nodes, outputs }: ReadModel): string[] {
  const read = [...[...nodes.values()].flatMap(({ inputs }) => inputs), ...outputs];
  return [...new Set(read.filter(({ index }) => index > 0).map(nameOfResult))];
}
