import type { Json } from '../../json.js';
import type { Kind } from '../program.js';
import { damaged } from './damaged.js';
import type { ReadNode } from './read-topology.js';
import { readReference } from './read-topology.js';
import { readKind, readShape } from './read-types.js';

/** An input or output of the signature: the key under which people see it, and what it is of which node. */
export interface ReadEndpoint {
  readonly key: string;
  readonly node: string;
  readonly index: number;
  readonly dtype: Kind;
  readonly shape: readonly (number | undefined)[] | undefined;
}

type Nodes = ReadonlyMap<string, ReadNode>;

/** The inputs, which are all placeholders there are, and say what those say. @throws InputError where they do not */
export function readInputs(signature: Json, nodes: Nodes): ReadEndpoint[] {
  const inputs = readEndpoints(signature.at('inputs'), nodes);
  for (const { key, node, dtype, shape } of inputs) {
    const { op, attributes } = nodes.get(node) ?? {};
    if (!attributes?.isThere || !op?.startsWith('Placeholder')) throw damaged(`the input ${key} is no placeholder`);
    const type = attributes.at('dtype');
    if (type.isThere && readKind(type.at('type')) !== dtype) throw damaged(`the input ${key} is not ${dtype}`);
    const sizes = attributes.at('shape').isThere ? readShape(attributes.at('shape').at('shape')) : undefined;
    if (sizes && shape && sizes.join() !== shape.join())
      throw damaged(`the input ${key} is [${sizes}], not [${shape}]`);
  }
  const fed = new Set(inputs.map(({ node }) => node));
  if (fed.size < inputs.length) throw damaged('two inputs are one placeholder');
  for (const { name, op } of nodes.values()) {
    if (op === 'Placeholder' && !fed.has(name)) throw damaged(`the placeholder ${name} is no input of the signature`);
  }
  return inputs;
}

/** What the model calls its outputs, in the order of the file. @throws InputError where there are none */
export function readOutputs(signature: Json, nodes: Nodes): ReadEndpoint[] {
  const outputs = readEndpoints(signature.at('outputs'), nodes);
  if (outputs.length === 0) throw damaged('it has no outputs');
  return outputs;
}

function readEndpoints(json: Json, nodes: Nodes): ReadEndpoint[] {
  return Array.from(json.entries(), ([key, endpoint]) => {
    const { node, index } = readReference(endpoint.at('name'));
    if (!nodes.has(node)) throw endpoint.at('name').refusal(`is ${node}, which is no node`);
    return { key, node, index, dtype: readKind(endpoint.at('dtype')), shape: readShape(endpoint.at('tensorShape')) };
  });
}
