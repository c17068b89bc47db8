import { asOneChunk } from '../../../model/index.js';
import type { Artefact } from '../../format.js';
import { Json } from '../../json.js';
import { damaged } from './damaged.js';
import { type ReadEndpoint, readInputs, readOutputs } from './read-signature.js';
import { type ReadNode, readTopology } from './read-topology.js';
import { type ReadWeights, readWeights } from './read-weights.js';

/** A GraphModel as it was read: every part is held against the others. */
export interface ReadModel extends ReadWeights {
  readonly artefact: Artefact;
  readonly nodes: ReadonlyMap<string, ReadNode>;
  readonly inputs: readonly ReadEndpoint[];
  readonly outputs: readonly ReadEndpoint[];
  /** `userDefinedMetadata`, what is no text as JSON. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws InputError in one line where the folder is damaged, contradicts itself, or holds what is not read here */
export function readModel(artefact: Artefact): ReadModel {
  const { files, commits } = artefact;
  const json = Json.parse(asOneChunk(files.get(commits) ?? []), commits, damaged);
  const format = json.at('format').text();
  if (format !== 'graph-model') throw damaged(`its format is ${format.slice(0, 120)}, not graph-model`);
  if (json.at('modelInitializer').isThere) throw damaged('tables that are filled before a run are not read here');
  const nodes = readTopology(json.at('modelTopology'));
  const stored = readWeights(json.at('weightsManifest'), files);
  expectConstants(nodes, new Set(stored.weights.map(({ name }) => name)));
  const metadata = json.at('userDefinedMetadata');
  const entries = metadata.isThere ? metadata.entries() : new Map<string, Json>();
  // The loader prefers it where older converters have put it.
  const signature = entries.get('signature') ?? json.at('signature');
  return {
    ...stored,
    artefact,
    nodes,
    inputs: readInputs(signature, nodes),
    outputs: readOutputs(signature, nodes),
    metadata: new Map(
      Array.from(entries, ([key, { raw }]) => [key, typeof raw === 'string' ? raw : JSON.stringify(raw)]),
    ),
  };
}

/** A constant has its elements from the weight of its name, and from nowhere else. */
function expectConstants(nodes: ReadModel['nodes'], weights: ReadonlySet<string>): void {
  for (const name of weights) if (nodes.get(name)?.op !== 'Const') throw damaged(`the weight ${name} is no Const`);
  for (const { name, op, inputs } of nodes.values()) {
    if (op !== 'Const') continue;
    if (!weights.has(name)) throw damaged(`the Const ${name} has no weight`);
    if (inputs.length > 0) throw damaged(`the Const ${name} reads others`);
  }
}
