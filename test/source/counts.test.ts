import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readOnnx } from '../../src/core.js';
import { type DataType, Model, Tensor } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { countGraph } from '../../src/source/counts.js';
import { corpusFolder } from '../corpus.js';

const zeros = (shape: readonly number[], dtype: DataType = 'float32') =>
  Tensor.from(dtype, shape, new Float64Array(shape.reduce((a, b) => a * b, 1)));

test('multiply-accumulates are those of the textbook, at batch 1 whatever the batch is', () => {
  for (const batch of [1, 4, 'n']) {
    const model = new Model({ opsets: new Map([['', 17]]) });
    const { graph } = model;
    const x = graph.addInput('x', 'float32', [batch, 4, 10, 10]);
    const conv = graph.insert({
      operator: 'Conv',
      inputs: [x, graph.addConstant(zeros([8, 2, 3, 3])), graph.addConstant(zeros([8]))],
      attributes: { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] },
      origin: [],
    });
    const up = graph.insert({
      operator: 'ConvTranspose',
      inputs: [conv.output(), graph.addConstant(zeros([8, 3, 2, 2]))],
      attributes: { strides: [2, 2] },
      origin: [],
    });
    const pooled = graph.insert({ operator: 'GlobalAveragePool', inputs: [up.output()], origin: [] });
    const flat = graph.insert({ operator: 'Flatten', inputs: [pooled.output()], origin: [] });
    const gemm = graph.insert({
      operator: 'Gemm',
      inputs: [flat.output(), graph.addConstant(zeros([7, 3])), graph.addConstant(zeros([7]))],
      attributes: { transB: 1 },
      origin: [],
    });
    const product = graph.insert({
      operator: 'MatMul',
      inputs: [gemm.output(), graph.addConstant(zeros([7, 5]))],
      origin: [],
    });
    graph.addOutput(product.output());
    inferTypes(graph);
    const counts = countGraph(graph);
    // Conv: 8 outputs of 2 channels x 3 x 3 at 5 x 5; ConvTranspose: 8 x 3 x 2 x 2 at 5 x 5; then 3 x 7 and 7 x 5.
    expect(counts.multiplyAccumulates, `batch ${batch}`).toBe(8 * 2 * 9 * 25 + 8 * 3 * 4 * 25 + 21 + 35);
    expect(counts.parameters).toBe(144 + 8 + 96 + 21 + 7 + 35);
    expect(counts).toMatchObject({ nodes: 6, operators: { Conv: 1, MatMul: 1 }, weightBytes: 4 * counts.parameters });
  }
});

test('a shape that is not known makes the multiply-accumulates unknown, not wrong', () => {
  const model = new Model({ opsets: new Map([['', 17]]) });
  const { graph } = model;
  const x = graph.addInput('x', 'float32', ['n', 4, 'h', 'w']);
  graph.addOutput(
    graph.insert({ operator: 'Conv', inputs: [x, graph.addConstant(zeros([8, 4, 3, 3]))], origin: [] }).output(),
  );
  inferTypes(graph);
  expect(countGraph(graph).multiplyAccumulates).toBeNull();
});

test('parameters of MobileOne S0 are those that PyTorch counts, running statistics included', () => {
  const model = readOnnx(readFileSync(path.join(corpusFolder(), 'mobileone_s0_ts13', 'model.onnx')));
  inferTypes(model.graph);
  // timm's mobileone_s0 before re-parameterisation, by numel(): parameters, and running means and variances.
  expect(countGraph(model.graph).parameters).toBe(5_293_272 + 88_192);
});
