import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Graph, Model, type Node, type Value } from '../../src/model/index.js';

function emptyGraph(): Graph {
  return new Graph(new Model({ opsets: new Map([['', 17]]) }));
}

/** Nodes in their order of insertion; each is then given the results of others as operands. */
function nodes(graph: Graph, count: number): Node[] {
  return Array.from({ length: count }, (_, i) =>
    graph.insert({ operator: 'Sum', name: `n${i}`, inputs: [], origin: [] }),
  );
}

function read(graph: Graph, node: Node | undefined, maker: Node | undefined, index = 0): void {
  if (node && maker) graph.setInput(node, index, maker.output());
}

const names = (graph: Graph) => graph.sorted().map(({ name }) => name);

test('nodes that are in order stay as they were inserted', () => {
  const graph = emptyGraph();
  const [a, b, c, d] = nodes(graph, 4);
  read(graph, c, a);
  read(graph, d, b);
  read(graph, d, c, 1);
  expect(names(graph)).toEqual(['n0', 'n1', 'n2', 'n3']);
});

test('a node that came last stands right before the first that reads it', () => {
  const graph = emptyGraph();
  const [a, b, , late] = nodes(graph, 4);
  read(graph, late, a);
  read(graph, b, late);
  expect(names(graph)).toEqual(['n0', 'n3', 'n1', 'n2']);
});

test('whatever reads what, all is made before it is read, and once', () => {
  const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 60 });
  const order = fc.shuffledSubarray([...Array(20).keys()], { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(edges, order, (pairs, rank) => {
      const graph = emptyGraph();
      const made = nodes(graph, 20);
      for (const [i, [from, to]] of pairs.entries()) {
        // Along a hidden order, so that there is no cycle.
        if ((rank[from] ?? 0) < (rank[to] ?? 0)) read(graph, made[to], made[from], i);
      }
      const seen = new Set<Value | undefined>();
      for (const node of graph.sorted()) {
        for (const value of node.inputs) expect(value === undefined || seen.has(value)).toBe(true);
        for (const value of node.outputs) seen.add(value);
      }
      expect(seen.size).toBe(20);
    }),
    { seed: 5 },
  );
});

test('a cycle is named by its nodes alone', () => {
  const graph = emptyGraph();
  const [a, b, c, d] = nodes(graph, 4);
  read(graph, a, b);
  read(graph, b, c);
  read(graph, c, b);
  read(graph, d, a);
  expect(() => graph.sorted()).toThrow(/a cycle through n1, n2$/);
});

test('a chain that was inserted from its end needs no deep stack', () => {
  const graph = emptyGraph();
  const chain = nodes(graph, 20_000);
  for (const [i, node] of chain.entries()) read(graph, node, chain[i + 1]);
  expect(graph.sorted()[0]).toBe(chain.at(-1));
});
