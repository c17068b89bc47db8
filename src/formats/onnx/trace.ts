import { allNodes, isFloat, type Model, type Node, type Value } from '../../model/index.js';
import type { Traced } from '../metadata.js';
import type { WrittenNames } from './written-names.js';

/** What a file says of its values and nodes, which bear the names that are written. */
export function trace({ graph }: Model, written: WrittenNames): Traced {
  const nodes = [...allNodes(graph)];
  const held = sourceNames(nodes);
  for (const value of graph.inputs) held.set(value, value.name);
  const names = Array.from(held, ([value, name]) => [written.of(value), name] as const);
  const origins = nodes.map((node) => [labelOf(node, written), originsOf(node)] as const);
  return {
    names: new Map(names.filter(([name, source]) => name !== source)),
    origins: new Map(origins.filter(([, sources]) => sources.length > 0)),
  };
}

/** What the source calls each value that nodes give. A cast from float to float gives the value that it was given. */
function sourceNames(nodes: readonly Node[]): Map<Value, string> {
  const names = new Map<Value, string>();
  const casts: [Value, Value][] = [];
  for (const node of nodes) {
    for (const value of node.outputs) {
      if (value?.graph.model.isSourceName(value.name)) names.set(value, value.name);
    }
    const [x, y] = [node.inputs[0], node.outputs[0]];
    if (node.is('Cast') && x && y && !x.constant && isFloat(x.dtype) && isFloat(y.dtype)) casts.push([x, y]);
  }
  const along = (from: Value, to: Value): void => {
    const name = from.isInput ? from.name : names.get(from);
    if (name !== undefined && !names.has(to) && !to.isInput) names.set(to, name);
  };
  for (const [x, y] of [...casts].reverse()) along(y, x);
  for (const [x, y] of casts) along(x, y);
  return names;
}

function originsOf({ origin }: Node): string[] {
  return [...new Set(origin.map(({ name }) => name))];
}

function labelOf(node: Node, written: WrittenNames): string {
  const first = node.outputs.find((value) => value !== undefined);
  return written.ofNode(node) ?? (first ? written.of(first) : '');
}
