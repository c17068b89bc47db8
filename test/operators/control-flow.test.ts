import { describe, expect, test } from 'vitest';
import { Graph, type Model, type Shape, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { Network } from '../network.js';

/** A subgraph of `model`; `build` inserts its nodes and returns its outputs. */
function subgraph(model: Model, build: (graph: Graph) => readonly Value[]): Graph {
  const graph = new Graph(model, model.graph);
  graph.setOutputs(build(graph));
  return graph;
}

const of =
  (operator: string, ...inputs: Value[]) =>
  (graph: Graph) =>
    graph.insert({ operator, inputs, origin: [] }).outputs.flatMap((value) => value ?? []);

function ifNode(n: Network, condition: Value, thenBranch: Graph, elseBranch: Graph): Value {
  const node = n.model.graph.insert({
    operator: 'If',
    inputs: [condition],
    attributes: new Map([
      ['then_branch', { kind: 'graph', value: thenBranch }],
      ['else_branch', { kind: 'graph', value: elseBranch }],
    ]),
    origin: [],
  });
  inferTypes(n.model.graph);
  return node.output();
}

describe('If', () => {
  test('the result has what both branches agree on', () => {
    const n = new Network({ opset: 17 });
    const [a, b] = [n.input(['batch', 3, 8]), n.input(['batch', 5, 8], 'float32', 'y')];
    const result = ifNode(
      n,
      n.input([], 'bool', 'c'),
      subgraph(n.model, of('Relu', a)),
      subgraph(n.model, of('Abs', b)),
    );
    expect(result).toMatchObject({ dtype: 'float32' });
    expect(result.shape?.map((size, axis) => (axis === 1 ? typeof size : size))).toEqual(['batch', 'string', 8]);
  });

  test('branches of different ranks leave the rank open', () => {
    const n = new Network({ opset: 17 });
    const [a, b] = [n.input([3]), n.input([3, 1], 'float32', 'y')];
    const result = ifNode(
      n,
      n.input([], 'bool', 'c'),
      subgraph(n.model, of('Relu', a)),
      subgraph(n.model, of('Abs', b)),
    );
    expect(result).toMatchObject({ dtype: 'float32', shape: undefined });
  });

  test('x.squeeze(1) of an axis that is not 1: the branch that would be wrong is not looked at', () => {
    const n = new Network({ opset: 17 });
    const x = n.input(['batch', 7, 2]);
    const size = n.node('Gather', [n.node('Shape', [x]), n.integers([1])]);
    const isOne = n.node('Equal', [size, n.integers([1])]);
    const axes = n.integers([1]);
    const result = ifNode(n, isOne, subgraph(n.model, of('Squeeze', x, axes)), subgraph(n.model, of('Identity', x)));
    expect(result.shape).toEqual(['batch', 7, 2]);
  });
});

describe('Loop', () => {
  function loopOf(first: Shape, operator: string, ...more: readonly number[][]): readonly (Value | undefined)[] {
    const n = new Network({ opset: 17 });
    const x = n.input(first);
    const constants = more.map((values) => n.integers(values));
    const body = new Graph(n.model, n.model.graph);
    body.addInput('iteration');
    const goOn = body.addInput('condition');
    const carried = body.addInput('carried');
    const [next] = of(operator, carried, ...constants)(body);
    const [again] = of('Identity', goOn)(body);
    const [told] = of('Shape', x)(body);
    body.setOutputs([again, next, told].flatMap((value) => value ?? []));
    const node = n.model.graph.insert({
      operator: 'Loop',
      inputs: [n.integers(5), undefined, x],
      attributes: new Map([['body', { kind: 'graph', value: body }]]),
      outputs: 2,
      origin: [],
    });
    inferTypes(n.model.graph);
    return node.outputs;
  }

  test('what a body makes has the type of what goes in, and what it tells is stacked', () => {
    const [carried, told] = loopOf([2, 3], 'Relu');
    expect(carried?.dtype).toBe('float32');
    expect(told).toMatchObject({ dtype: 'int64' });
    expect(told?.shape?.slice(1)).toEqual([2]);
  });

  test('a shape is not claimed that the body may change', () => {
    const [carried] = loopOf([2, 3], 'Reshape', [3, 2]);
    expect(carried?.shape?.every((size) => typeof size === 'string') ?? true).toBe(true);
    expect(carried?.shape).not.toEqual([2, 3]);
  });
});
