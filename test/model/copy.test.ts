import { expect, test } from 'vitest';
import { Graph, Model, Tensor } from '../../src/model/index.js';

function network(): Model {
  const model = new Model({ opsets: new Map([['', 17]]), metadata: new Map([['author', 'someone']]) });
  const { graph } = model;
  const x = graph.addInput('x', 'float32', ['batch', 4]);
  const weight = graph.addConstant(Tensor.from('float32', [4], [1, 2, 3, 4]), 'weight');
  const inner = new Graph(model, graph);
  const innerNode = inner.insert({ operator: 'Mul', inputs: [x, weight], outputs: ['inner'], origin: [] });
  inner.addOutput(innerNode.output());
  const condition = graph.addConstant(Tensor.from('bool', [], [1]), 'condition');
  const branch = graph.insert({
    operator: 'If',
    inputs: [condition],
    outputs: ['chosen'],
    attributes: new Map([['then_branch', { kind: 'graph', value: inner }]]),
    origin: [{ name: 'if', operator: 'If', index: 0 }],
  });
  const sum = graph.insert({ operator: 'Add', inputs: [branch.output(), weight], outputs: ['y'], origin: [] });
  graph.addOutput(sum.output());
  return model;
}

test('a copy has the same names, types and links, down into subgraphs', () => {
  const model = network();
  const copy = model.copy();
  copy.graph.check();
  expect(copy.graph.sorted().map((node) => [node.name, node.operator, node.inputs.map((v) => v?.name)])).toEqual(
    model.graph.sorted().map((node) => [node.name, node.operator, node.inputs.map((v) => v?.name)]),
  );
  expect(copy.graph.inputs.map((v) => [v.name, v.dtype, v.shape])).toEqual([['x', 'float32', ['batch', 4]]]);
  expect(copy.graph.outputs.map((v) => v.name)).toEqual(['y']);
  expect(copy.graph.sorted()[0]?.origin).toEqual([{ name: 'if', operator: 'If', index: 0 }]);
  expect(copy.metadata).toEqual(new Map([['author', 'someone']]));
  const [branch, sum] = copy.graph.sorted();
  const inner = branch?.subgraph('then_branch')?.sorted()[0];
  expect(inner?.input(1)).toBe(sum?.input(1));
  expect(inner?.input(0)).toBe(copy.graph.inputs[0]);
});

test('editing a copy leaves the model as it was', () => {
  const model = network();
  const copy = model.copy();
  const [branch, sum] = copy.graph.sorted();
  if (!branch || !sum) throw new Error('the copy is empty');
  copy.graph.setOutputs([copy.graph.inputs[0] ?? sum.output()]);
  copy.graph.remove(sum);
  copy.graph.remove(branch);
  model.graph.check();
  expect(model.graph.nodeCount).toBe(2);
  expect(model.graph.inputs[0]?.readerCount).toBe(1);
});

test('a copy gives no name and no symbol a second time', () => {
  const model = network();
  model.freshName('y');
  const symbol = model.freshSymbol();
  const copy = model.copy();
  expect(copy.freshName('y')).toBe('y_3');
  expect(copy.freshSymbol()).not.toBe(symbol);
});
