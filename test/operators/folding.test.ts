import { describe, expect, test } from 'vitest';
import { Tensor } from '../../src/model/index.js';
import { REDUCERS, reduce } from '../../src/operators/compute/reduce.js';
import * as rows from '../../src/operators/rows/index.js';
import { casesIn } from './cases.js';

/** What is never folded, by the reason. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  'random numbers are drawn anew in every run': [
    ...['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial'],
  ],
  'a pass takes the branch, and a loop runs in the engine': ['If', 'Loop', 'Scan'],
  'no dense numbers': [
    ...['SequenceConstruct', 'SequenceAt', 'SequenceLength', 'ConcatFromSequence', 'SplitToSequence'],
    ...['OptionalHasElement', 'OptionalGetElement', 'StringConcat', 'RegexFullMatch', 'StringSplit'],
    ...['StringNormalizer', 'TfIdfVectorizer'],
  ],
  'a pass of its own drops it': ['Dropout'],
  'reads activations, which are no constants in any network that was seen': [
    ...['Attention', 'RotaryEmbedding', 'TensorScatter', 'LSTM', 'GRU', 'RNN', 'NonMaxSuppression', 'RoiAlign'],
    ...['MaxRoiPool', 'GridSample', 'AffineGrid', 'DeformConv', 'MaxUnpool', 'Col2Im', 'ReverseSequence'],
    ...['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss', 'CenterCropPad', 'Det', 'Unique'],
    ...['Resize', 'Upsample'],
  ],
  'integer arithmetic of quantized activations': [
    ...['ConvInteger', 'MatMulInteger', 'QLinearConv', 'QLinearMatMul', 'DynamicQuantizeLinear'],
  ],
  'made once by the engine, and small in the file': [...['MelWeightMatrix', 'DFT', 'STFT']],
};

const operators: readonly { readonly name: string; readonly compute?: unknown }[] = Object.values(rows);
const left = Object.values(LEFT).flat();
const tried = new Set(
  [...casesIn('computed-cases.jsonl'), ...casesIn('movement-cases.jsonl')].map(({ operator }) => operator),
);

describe('every operator is folded, or says why not', () => {
  test.each(operators.map((row) => [row.name, row] as const))('%s', (name, row) => {
    expect(left.filter((other) => other === name)).toHaveLength(row.compute ? 0 : 1);
    if (row.compute && name !== 'Constant') expect(tried).toContain(name);
  });

  test('no reason is given for an operator that there is not', () => {
    const names = operators.map((row) => row.name);
    expect(left.filter((name) => !names.includes(name))).toEqual([]);
  });
});

test('an integer total that leaves its type stays for the engine: ONNX Runtime ends a product at 2^63 - 1, and wraps a sum', () => {
  const total = (name: string, numbers: readonly bigint[]) => {
    const reducer = REDUCERS.get(name);
    if (!reducer) throw new Error(`no ${name}`);
    return reduce(Tensor.fromBigInts('int64', [numbers.length], numbers), [0], false, reducer)?.toBigInts();
  };
  expect(total('ReduceProd', [2n ** 31n, 2n ** 31n])).toEqual([2n ** 62n]);
  expect(total('ReduceProd', [2n ** 31n, 2n ** 32n])).toBeUndefined();
  expect(total('ReduceSum', [2n ** 62n, -(2n ** 62n), 7n])).toEqual([7n]);
  expect(total('ReduceSum', [2n ** 62n, 2n ** 62n])).toBeUndefined();
});
