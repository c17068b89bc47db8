import { asOneChunk, bytesOf } from '../../model/index.js';
import type { FedInput, Piece, Runnable } from '../format.js';
import { Json } from '../json.js';
import { TYPE_NAMES } from './attributes.js';
import type { Kind } from './program.js';
import { damaged } from './read/damaged.js';
import type { ReadModel } from './read/read-model.js';
import type { ReadEndpoint } from './read/read-signature.js';
import { nameOfResult, readReference } from './read/read-topology.js';
import type { ReadWeight } from './read/read-weights.js';

const SHARD = 'group1-shard1of1.bin';

/** A GraphModel with those nodes alone that a piece needs; what is fed comes from placeholders. */
export function pieceOf(model: ReadModel, { fed, outputs }: Piece): Runnable {
  const { files, commits } = model.artefact;
  const json = Json.parse(asOneChunk(files.get(commits) ?? []), commits, damaged);
  const topology = json.at('modelTopology');
  const instead = new Map(fed.map(({ name, as }) => [name, as]));
  const results = outputs.map((name) => [name, resultOf(model, name)] as const);
  const needed = nodesFor(
    model,
    results.map(([, result]) => nodeOf(result)),
    instead,
  );
  const nodes = topology
    .at('node')
    .list()
    .filter((node) => needed.has(node.at('name').text()))
    .map((node) => (node.at('input').isThere ? withInputs(node, instead) : node.raw));
  const inputs = model.inputs.filter(({ node }) => needed.has(node));
  const weights = model.weights.filter(({ name }) => needed.has(name));
  const chunks = weights.map(({ elements }) => bytesOf(elements()));
  const made = {
    format: 'graph-model',
    signature: {
      inputs: Object.fromEntries([...inputs.map(asKept), ...fed.map(asFed)]),
      outputs: Object.fromEntries(results.map(([key, result]) => [key, asOutput(model, result)])),
    },
    modelTopology: { versions: topology.at('versions').raw, node: [...fed.map(placeholder), ...nodes] },
    weightsManifest: [{ paths: [SHARD], weights: weights.map(described) }],
  };
  return { model: [new TextEncoder().encode(JSON.stringify(made))], files: new Map([[SHARD, chunks]]) };
}

/** The result that an output of the signature is; all other names are those of results. */
function resultOf({ outputs, nodes }: ReadModel, name: string): string {
  const output = outputs.find(({ key }) => key === name);
  if (output) return nameOfResult(output);
  if (!nodes.has(nodeOf(name))) throw new Error(`no value is called ${name}`);
  return name;
}

function nodesFor({ nodes }: ReadModel, from: readonly string[], instead: ReadonlyMap<string, string>): Set<string> {
  const needed = new Set<string>();
  const waiting = [...from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    for (const input of nodes.get(name)?.inputs ?? []) if (!instead.has(nameOfResult(input))) waiting.push(input.node);
  }
  return needed;
}

function withInputs(node: Json, instead: ReadonlyMap<string, string>): object {
  const input = node
    .at('input')
    .list()
    .map((each) => instead.get(nameOfResult(readReference(each))) ?? each.raw);
  return { ...Object.fromEntries(Array.from(node.entries(), ([key, { raw }]) => [key, raw])), input };
}

function placeholder({ as, dtype, shape }: FedInput): object {
  return { name: as, op: 'Placeholder', attr: { dtype: { type: typeOf(dtype) }, shape: { shape: shapeOf(shape) } } };
}

function asFed({ as, dtype, shape }: FedInput): readonly [string, object] {
  return [as, { name: `${as}:0`, dtype: typeOf(dtype), tensorShape: shapeOf(shape) }];
}

function asKept({ key, node, dtype, shape }: ReadEndpoint): readonly [string, object] {
  return [key, { name: `${node}:0`, dtype: TYPE_NAMES[dtype], ...(shape && { tensorShape: shapeOf(shape) }) }];
}

/** Files say of their outputs alone what they are; the loader does not ask. */
function asOutput({ outputs }: ReadModel, result: string): object {
  const dtype = outputs.find((output) => nameOfResult(output) === result)?.dtype ?? 'float32';
  return { name: withIndex(result), dtype: TYPE_NAMES[dtype] };
}

/** TensorFlow.js computes all integers as int32, and all floats as float32. */
function typeOf(dtype: string): string {
  const kind: Kind = dtype === 'bool' ? 'bool' : dtype.startsWith('float') ? 'float32' : 'int32';
  return TYPE_NAMES[kind];
}

function shapeOf(sizes: readonly (number | undefined)[]): object {
  return { dim: sizes.map((size) => ({ size: String(size ?? -1) })) };
}

/** As the loader widens them. */
function described({ name, shape, dtype }: ReadWeight): object {
  return { name, shape, dtype };
}

function nodeOf(result: string): string {
  return result.split(':')[0] ?? result;
}

function withIndex(result: string): string {
  return result.includes(':') ? result : `${result}:0`;
}
