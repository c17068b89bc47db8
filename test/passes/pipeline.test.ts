import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { Graph, type Model, Tensor } from '../../src/model/index.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { spellGlobalPooling } from '../../src/passes/spell-global-pooling.js';
import { allCases, type Case, digitsCases } from '../corpus.js';
import { network } from '../network.js';
import { expectSameAnswers } from './apply-pass.js';

function read(one: Case): Model {
  return readOnnx(readFileSync(one.model), {
    externalData: (location, offset, length) =>
      readFileSync(join(dirname(one.model), location)).subarray(offset, length && offset + length),
  });
}

/** Operators and edges, without names and weights; a mean over the image is one thing, however it is spelled. */
function structure({ graph }: Model): string[] {
  spellGlobalPooling.run(graph, new Changes());
  const place = new Map(graph.sorted().flatMap((node, i) => node.outputs.map((value, k) => [value, `${i}.${k}`])));
  return graph.sorted().map((node) => {
    const inputs = node.inputs.map((value) =>
      value?.constant ? `constant ${value.shape}` : (place.get(value) ?? 'input'),
    );
    return `${node.operator}(${inputs})`;
  });
}

describe.each(allCases())('$name', (one) => {
  test("reaches the convolutions of PyTorch's own re-parameterisation and loses every batch norm", () => {
    const model = read(one);
    optimize(model);
    model.graph.check();
    expect(model.graph.count('Conv')).toBe(one.ideal.convolutions);
    expect(model.graph.count('BatchNormalization')).toBe(0);
    if (one.ideal.nodes !== undefined) expect(model.graph.nodeCount).toBe(one.ideal.nodes);
    expect(model.graph.sorted().filter((node) => node.origin.length === 0)).toEqual([]);
  });

  test('has nothing left to do for a second run', () => {
    const model = read(one);
    optimize(model);
    expect(optimize(model).count).toBe(0);
  });
});

test('one network gives one graph, whichever exporter wrote it', () => {
  const plain = digitsCases().filter(({ name }) => !name.includes('_se_'));
  const structures = plain.map((one) => {
    const model = read(one);
    optimize(model);
    return structure(model);
  });
  expect(structures.length).toBeGreaterThan(5);
  for (const other of structures) expect(other).toEqual(structures[0]);
});

test('without fusing the graph is cleaned alone', () => {
  const model = network((n) => n.node('Identity', [n.relu(n.batchNorm(n.conv(n.input([1, 3, 8, 8]), { kernel: 3 })))]));
  optimize(model, { fuse: false });
  expect(model.graph.sorted().map((node) => node.operator)).toEqual(['Conv', 'BatchNormalization', 'Relu']);
});

test('a block behind a constant that arrives through Identity is one convolution on the first run', async () => {
  const model = network((n) => {
    const scales = n.node('Identity', [n.constant([1, 1, 2, 2])]);
    const a = n.node('Resize', [n.input([1, 2, 3, 3]), undefined, scales], { mode: 'nearest' });
    const wide = n.node('Conv', [a, n.random([2, 2, 3, 3])], { pads: [1, 1, 1, 1] });
    return n.add(n.add(wide, n.node('Conv', [a, n.random([2, 2, 1, 1])])), a);
  });
  const before = writeOnnx(model);
  optimize(model);
  expect(model.graph.sorted().map((node) => node.operator)).toEqual(['Resize', 'Conv']);
  await expectSameAnswers(model.graph, before, writeOnnx(model), 1e-6);
});

test('a chain of 100,000 identities is no problem', () => {
  const model = network((n) => {
    let y = n.relu(n.input([2, 3]));
    for (let i = 0; i < 100_000; i++) y = n.node('Identity', [y]);
    return y;
  });
  optimize(model);
  expect(model.graph.nodeCount).toBe(1);
});

test('branches of an If are cleaned too, and keep what they read from outside', async () => {
  const model = network((n) => {
    const x = n.input([2, 3]);
    const condition = n.input([], 'bool', 'condition');
    const outer = n.relu(x);
    const branch = (scale: number) => {
      const graph = new Graph(n.model, n.model.graph);
      const origin = [{ name: 'inner', operator: 'Identity', index: 100 }];
      const same = graph.insert({ operator: 'Identity', inputs: [outer], origin }).output();
      const factor = graph.addConstant(Tensor.from('float32', [], [scale]));
      graph.addOutput(graph.insert({ operator: 'Mul', inputs: [same, factor], origin }).output());
      return { kind: 'graph', value: graph } as const;
    };
    return n.node('If', [condition], { then_branch: branch(2), else_branch: branch(3) });
  });
  const before = writeOnnx(model);
  optimize(model);
  model.graph.check();
  const inner = model.graph.nodesOf('If').flatMap((node) => [...node.subgraphs()]);
  expect(inner.map((graph) => graph.sorted().map((node) => node.operator))).toEqual([['Mul'], ['Mul']]);
  await expectSameAnswers(model.graph, before, writeOnnx(model), 0);
});
