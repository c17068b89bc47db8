import { expect, test } from 'vitest';
import { bound } from '../../src/layout/rule.js';
import { ruleOf } from '../../src/layout/rules.js';
import { Model } from '../../src/model/index.js';
import * as rows from '../../src/operators/rows/index.js';

/** What needs ONNX's order, by the reason: a new operator is either found here, or says how it fits into a layout. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  'its axes are told by their place: batch, time, heads, rows, columns, classes': [
    ...['Attention', 'RotaryEmbedding', 'LSTM', 'GRU', 'RNN', 'Gemm', 'MatMulInteger', 'QLinearMatMul', 'Det', 'Trilu'],
    ...['DFT', 'STFT', 'Multinomial', 'EyeLike', 'NonMaxSuppression', 'Einsum', 'ReverseSequence'],
    ...['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'],
  ],
  'no target has it in another order': [
    ...['ConvInteger', 'QLinearConv', 'DeformConv', 'GridSample', 'RoiAlign', 'MaxRoiPool', 'MaxUnpool', 'Col2Im'],
    ...['CenterCropPad', 'AffineGrid', 'DynamicQuantizeLinear', 'TensorScatter', 'OneHot'],
  ],
  'goes by places, which ONNX counts in its own order': [
    ...['GatherElements', 'GatherND', 'ScatterElements', 'Scatter', 'ScatterND', 'NonZero', 'Compress', 'Unique'],
  ],
  'draws in its own order': [
    ...['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli'],
  ],
  'takes no tensor that has an order': [
    ...['Constant', 'ConstantOfShape', 'Range', 'HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
    ...['If', 'Loop', 'Scan', 'SequenceConstruct', 'SequenceAt', 'SequenceLength', 'ConcatFromSequence'],
    ...['SplitToSequence', 'OptionalHasElement', 'OptionalGetElement'],
    ...['StringSplit', 'StringNormalizer', 'TfIdfVectorizer'],
  ],
};

const nodeOf = (operator: string) =>
  new Model({ opsets: new Map([['', 22]]) }).graph.insert({ operator, inputs: [], origin: [] });

test.each(Object.values(rows).map(({ name }) => name))(
  '%s lies in some order, or there is a reason why not',
  (name) => {
    const reasons = Object.values(BOUND).flat();
    expect(reasons.filter((other) => other === name)).toHaveLength(ruleOf(nodeOf(name)) === bound ? 1 : 0);
  },
);
