import { invalid, labelOf } from './invalid.js';
import type { Message } from './schema.js';

type NodeProto = Message<'NodeProto'>;
type GraphProto = Message<'GraphProto'>;

/** Names that the graphs inside a node read from around it. Each graph is looked at once. */
class OuterNames {
  readonly #known = new Map<GraphProto, ReadonlySet<string>>();

  *readBy(node: NodeProto): Generator<string> {
    for (const name of node.input) if (name !== '') yield name;
    for (const { g, graphs } of node.attribute) {
      if (g) yield* this.#of(g);
      for (const graph of graphs) yield* this.#of(graph);
    }
  }

  /** Recursion is as deep as the file nests, and the decoder bounds that. */
  #of(graph: GraphProto): ReadonlySet<string> {
    let names = this.#known.get(graph);
    if (!names) {
      const read = new Set<string>();
      for (const node of graph.node) for (const name of this.readBy(node)) read.add(name);
      for (const { name } of graph.output) if (name) read.add(name);
      for (const { name } of [...graph.input, ...graph.initializer]) if (name) read.delete(name);
      for (const sparse of graph.sparseInitializer) if (sparse.values?.name) read.delete(sparse.values.name);
      for (const node of graph.node) for (const name of node.output) read.delete(name);
      names = read;
      this.#known.set(graph, names);
    }
    return names;
  }
}

/**
 * The nodes of one graph in an order in which every name is given before it is read; the file's own where it is one.
 * @param isGiven whether a name is known before the first node
 * @throws InputError where a name is given twice or never, or nodes wait for one another
 */
export function orderNodes(
  nodes: readonly NodeProto[],
  isGiven: (name: string) => boolean,
): { readonly nodes: readonly NodeProto[]; readonly wasSorted: boolean } {
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.output) {
      if (name === '') continue;
      if (makers.has(name)) throw invalid('a name is given twice', { node: labelOf(node), value: name });
      makers.set(name, index);
    }
  });
  const outer = new OuterNames();
  let wasSorted = true;
  const waitsFor = nodes.map((node, index) => {
    const before: number[] = [];
    for (const name of outer.readBy(node)) {
      const maker = makers.get(name);
      if (maker !== undefined) {
        if (maker >= index) wasSorted = false;
        before.push(maker);
      } else if (!isGiven(name)) {
        throw invalid('an input is missing: nothing gives this name', { node: labelOf(node), value: name });
      }
    }
    return before;
  });
  return { nodes: wasSorted ? nodes : sort(nodes, waitsFor), wasSorted };
}

function sort(nodes: readonly NodeProto[], waitsFor: readonly (readonly number[])[]): NodeProto[] {
  const sorted: NodeProto[] = [];
  const state = new Uint8Array(nodes.length);
  const OPEN = 1;
  const DONE = 2;
  for (let root = 0; root < nodes.length; root++) {
    const path: { readonly index: number; next: number }[] = state[root] === DONE ? [] : [{ index: root, next: 0 }];
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (!top) break;
      state[top.index] = OPEN;
      const wanted = waitsFor[top.index]?.[top.next++];
      if (wanted === undefined) {
        const node = nodes[top.index];
        if (node) sorted.push(node);
        state[top.index] = DONE;
        path.pop();
      } else if (state[wanted] === OPEN) {
        const loop = path.slice(path.findIndex((step) => step.index === wanted)).map(({ index }) => nodes[index]);
        throw cycle(loop.filter((node) => node !== undefined).reverse());
      } else if (state[wanted] !== DONE) path.push({ index: wanted, next: 0 });
    }
  }
  return sorted;
}

function cycle(nodes: readonly NodeProto[]) {
  const names = nodes.slice(0, 5).map(labelOf);
  return invalid(`a cycle: ${names.join(' -> ')}${nodes.length > 5 ? ` and ${nodes.length - 5} more` : ''}`);
}
