import { expect, test } from 'vitest';
import { Graph } from '../../src/model/index.js';
import { inferStale } from '../../src/operators/refine.js';
import { network } from '../network.js';

test('a node that reads another value is inferred anew, and all who read its result', () => {
  const { graph } = network((n) => {
    const hidden = n.node('Identity', [n.constant([1, 1, 2, 2])]);
    return n.relu(n.node('Resize', [n.input([1, 2, 3, 3]), undefined, hidden], { mode: 'nearest' }));
  });
  const [identity, resize] = graph.sorted();
  if (!identity || !resize) throw new Error('no nodes');
  expect(graph.outputs[0]?.shape?.slice(2)).not.toEqual([6, 6]);
  graph.replace(identity.output(), identity.input(0));
  inferStale([graph]);
  expect(graph.outputs[0]?.shape).toEqual([1, 2, 6, 6]);
  expect(graph.staleCount).toBe(0);
});

test('what was known stays known where inference has nothing to say', () => {
  const { graph } = network((n) => {
    const x = n.input(['batch', 4]);
    return n.node('Reshape', [n.relu(x), n.node('Cast', [n.input([2], 'float32', 'sizes')], { to: 7 })]);
  });
  const [relu, , reshape] = graph.sorted();
  if (!relu || !reshape) throw new Error('no nodes');
  reshape.output().shape = ['batch', 4];
  graph.markStale(reshape);
  inferStale([graph]);
  expect(reshape.output().shape).toEqual(['batch', 4]);
});

test('what a branch now tells reaches who reads the If', () => {
  const model = network((n) => {
    const condition = n.input([], 'bool', 'condition');
    const x = n.input(['rows', 3]);
    const branch = () => {
      const graph = new Graph(n.model, n.model.graph);
      const sizes = graph.insert({ operator: 'Identity', inputs: [n.integers([3, 2])], origin: [] }).output();
      graph.addOutput(graph.insert({ operator: 'Reshape', inputs: [x, sizes], origin: [] }).output());
      return { kind: 'graph', value: graph } as const;
    };
    return n.relu(n.node('If', [condition], { then_branch: branch(), else_branch: branch() }));
  });
  const { graph } = model;
  const branches = graph.nodesOf('If').flatMap((node) => [...node.subgraphs()]);
  for (const branch of branches) {
    const [identity] = branch.nodesOf('Identity');
    if (identity) branch.replace(identity.output(), identity.input(0));
  }
  inferStale([graph, ...branches]);
  expect(graph.outputs[0]?.shape).toEqual([3, 2]);
});
