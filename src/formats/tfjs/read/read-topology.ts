import type { Json } from '../../json.js';
import { isReferable } from '../names.js';
import { damaged } from './damaged.js';

/** A node as the file has it. */
export interface ReadNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Reference[];
  readonly attributes: Json;
}

/** What a node reads: output `index` of another. A control input only says that the other runs first. */
export interface Reference {
  readonly node: string;
  readonly index: number;
}

/** The nodes of a graph by name. @throws InputError where two share a name, one reads what is not there, or itself */
export function readTopology(topology: Json): ReadonlyMap<string, ReadNode> {
  // The loader reads this without asking whether it is there.
  topology.at('versions').entries();
  const library = topology.at('library');
  if (library.isThere && library.at('function').isThere && library.at('function').list().length > 0) {
    throw damaged('control flow is not read here');
  }
  const nodes = new Map<string, ReadNode>();
  for (const json of topology.at('node').list()) {
    const name = json.at('name').text();
    if (!isReferable(name))
      throw json.at('name').refusal(`is ${JSON.stringify(name)}, which the loader cannot refer to`);
    if (nodes.has(name)) throw damaged(`two nodes are called ${name}`);
    const op = json.at('op').text();
    if (op === '') throw json.at('op').refusal('is empty');
    const inputs = json.at('input').isThere ? json.at('input').list() : [];
    const attributes = json.at('attr');
    if (attributes.isThere) for (const attribute of attributes.entries().values()) attribute.entries();
    nodes.set(name, { name, op, inputs: inputs.map((input) => readReference(input)), attributes });
  }
  for (const { name, inputs } of nodes.values()) {
    for (const { node } of inputs) if (!nodes.has(node)) throw damaged(`${name} reads ${node}, which is no node`);
  }
  inOrder(nodes);
  return nodes;
}

/** `name`, `name:index` or `name:output:index`, with `^` before it for a control input. */
export function readReference(json: Json): Reference {
  const [node = '', ...rest] = json.text().replace(/^\^/, '').split(':');
  const index = rest.at(-1) ?? '0';
  if (rest.length > 2 || !/^\d{1,9}$/.test(index)) throw json.refusal(`is ${JSON.stringify(json.raw)}, no reference`);
  return { node, index: Number(index) };
}

/** How a node's output is called: the first as the node. */
export function nameOfResult({ node, index }: Reference): string {
  return index === 0 ? node : `${node}:${index}`;
}

/** The nodes, each behind all that it reads. @throws InputError where one waits for itself */
export function inOrder(nodes: ReadonlyMap<string, ReadNode>): ReadNode[] {
  const waitsFor = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const { name, inputs } of nodes.values()) {
    waitsFor.set(name, inputs.length);
    for (const { node } of inputs) {
      const list = readers.get(node);
      if (list) list.push(name);
      else readers.set(node, [name]);
    }
  }
  const ready = [...nodes.values()].filter(({ name }) => waitsFor.get(name) === 0);
  // The list grows while it is walked.
  for (const { name } of ready) {
    waitsFor.delete(name);
    for (const reader of readers.get(name) ?? []) {
      const left = (waitsFor.get(reader) ?? 0) - 1;
      waitsFor.set(reader, left);
      const node = nodes.get(reader);
      if (left === 0 && node) ready.push(node);
    }
  }
  const [stuck] = waitsFor.keys();
  if (stuck !== undefined) throw damaged(`${stuck} waits for itself`);
  return ready;
}
