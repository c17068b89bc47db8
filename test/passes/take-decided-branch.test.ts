import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { onnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { Graph, type Model, type Value } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { takeDecidedBranch } from '../../src/passes/take-decided-branch.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

/** A subgraph of `model`; `build` inserts its nodes and returns its outputs. */
function branch(model: Model, build: (graph: Graph) => Value[]): { kind: 'graph'; value: Graph } {
  const graph = new Graph(model, model.graph);
  graph.setOutputs(build(graph));
  return { kind: 'graph', value: graph };
}

function insertIf(
  n: Network,
  condition: Value,
  thenBuild: (g: Graph) => Value[],
  elseBuild: (g: Graph) => Value[],
): Value[] {
  const node = n.model.graph.insert({
    operator: 'If',
    inputs: [condition],
    outputs: 1,
    attributes: new Map([
      ['then_branch', branch(n.model, thenBuild)],
      ['else_branch', branch(n.model, elseBuild)],
    ]),
    origin: [{ name: 'if', operator: 'If', index: 7 }],
  });
  return node.outputs.flatMap((value) => value ?? []);
}

const scaled = (x: Value, n: Network, factor: number) => (graph: Graph) => [
  graph
    .insert({
      operator: 'Mul',
      inputs: [x, graph.addConstant(n.constant([factor, factor + 1]).constant ?? fail(), 'factor')],
      origin: [{ name: 'mul', operator: 'Mul', index: 8 }],
    })
    .output(),
];

function fail(): never {
  throw new Error('not a constant');
}

test('of an If that is decided, the branch that runs is left', async () => {
  for (const condition of [1, 0]) {
    const model = network((n) => {
      const x = n.input([3, 2]);
      const [y] = insertIf(n, n.constant(condition, [], 'bool'), scaled(x, n, 2), scaled(x, n, -5));
      return n.relu(y ?? x);
    });
    const graph = await expectExact(model, takeDecidedBranch, 0);
    expect(graph.count('If')).toBe(0);
    expect(graph.nodeCount).toBe(2);
    expect(graph.nodesOf('Mul')[0]?.constant(1)?.toIntegers()[0]).toBe(condition ? 2 : -5);
  }
});

/** Taken by a constant: an If that is computed, around the one beside it, whose other branch holds a weight. */
function nested(n: Network, x: Value, outer: number): Value {
  const condition = n.node('Greater', [n.node('ReduceSum', [x], { keepdims: 0 }), n.constant(0)]);
  const weight = n.random([3, 2]);
  const [y] = insertIf(
    n,
    n.constant(1, [], 'bool'),
    (g) => {
      const sum = g.insert({
        operator: 'Add',
        inputs: [x, weight],
        origin: [{ name: 'add', operator: 'Add', index: 3 }],
      });
      const inner = (build: (g: Graph) => Value[]) => {
        const graph = new Graph(n.model, g);
        graph.setOutputs(build(graph));
        return { kind: 'graph', value: graph } as const;
      };
      const scaledSum = (factor: number) => inner(scaled(sum.output(), n, factor));
      const node = g.insert({
        operator: 'If',
        inputs: [outer === 2 ? condition : g.addConstant(n.constant(outer, [], 'bool').constant ?? fail(), 'inner')],
        attributes: new Map([
          ['then_branch', scaledSum(2)],
          ['else_branch', scaledSum(-5)],
        ]),
        origin: [{ name: 'inner', operator: 'If', index: 4 }],
      });
      return [node.output()];
    },
    scaled(x, n, 7),
  );
  return n.relu(y ?? x);
}

test('control flow within the branch that runs comes with it', async () => {
  const graph = await expectExact(
    network((n) => nested(n, n.input([3, 2]), 2)),
    takeDecidedBranch,
    0,
  );
  expect(graph.sorted().map(({ operator }) => operator)).toEqual(['ReduceSum', 'Greater', 'Add', 'If', 'Relu']);
});

test.each([0, 1])('a decided If within a decided If goes in the same run (%d)', async (condition) => {
  const model = network((n) => nested(n, n.input([3, 2]), condition));
  const graph = await expectExact(model, takeDecidedBranch, 0);
  expect(graph.count('If')).toBe(0);
  expect(graph.nodesOf('Mul')[0]?.constant(1)?.toIntegers()[0]).toBe(condition ? 2 : -5);
});

test('in float16 too, the engine loads what the branch that runs has left', async () => {
  const model = network((n) => nested(n, n.input([3, 2]), 2));
  optimize(model);
  onnx.lower(model, { precision: 'fp16' });
  const session = await InferenceSession.create(writeOnnx(model), { logSeverityLevel: 3 });
  expect(session.outputNames).toHaveLength(1);
  expect(
    model.graph
      .sorted()
      .filter((node) => !node.is('Cast'))
      .map((node) => node.dtypeOf(0)),
  ).not.toContain('float32');
});

test('a branch that passes on what lies outside keeps the public names', async () => {
  const model = network((n) => {
    const x = n.input([3, 2]);
    return insertIf(n, n.constant(1, [], 'bool'), () => [x], scaled(x, n, 3));
  });
  const graph = await expectExact(model, takeDecidedBranch, 0);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Identity']);
});

test('an If whose condition is computed stays', () => {
  expectUntouched(
    network((n) => {
      const x = n.input([3, 2]);
      return insertIf(n, n.input([], 'bool', 'c'), scaled(x, n, 2), scaled(x, n, -5));
    }),
    takeDecidedBranch,
  );
});
