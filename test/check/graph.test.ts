import { describe, expect, test } from 'vitest';
import { selectionsOf } from '../../src/check/outputs-behind-selections.js';
import { ownSelections } from '../../src/check/own-selections.js';
import { resolutions } from '../../src/check/resolutions.js';
import { findSuspect } from '../../src/check/suspect.js';
import { EngineError, type Graph, InputError, Model, Tensor, type Value } from '../../src/model/index.js';
import { inversePermutation, permuteAxes, reverseAxis } from '../../src/trials/axes.js';
import { describeInputs } from '../../src/trials/input-spec.js';

const graph = () => new Model({ opsets: new Map([['', 17]]) }).graph;

function add(target: Graph, operator: string, inputs: (Value | undefined)[], dtype: Value['dtype'] = 'float32'): Value {
  const output = target.insert({ operator, inputs, origin: [] }).output();
  output.dtype = dtype;
  return output;
}
const constant = (target: Graph, shape: number[], values: number[], name = 'c') =>
  target.addConstant(Tensor.from('float32', shape, values), name);

describe('what an input must be like', () => {
  test('takes open channels from the weight of the first convolution', () => {
    const g = graph();
    const x = g.addInput('x', 'float32', ['n', 'c', 'h', 'w']);
    const shifted = add(g, 'Sub', [x, constant(g, [1], [1])]);
    g.insert({
      operator: 'Conv',
      inputs: [shifted, constant(g, [4, 3, 1, 1], Array(12).fill(0))],
      attributes: { group: 2 },
      origin: [],
    });
    expect(describeInputs(g)).toEqual([{ name: 'x', dtype: 'float32', shape: ['n', 6, 'h', 'w'], below: 2 }]);
  });

  test('takes the range of integers from those who look something up with them, also through a cast', () => {
    const g = graph();
    const ids = g.addInput('ids', 'int32', [1, 4]);
    const table = constant(g, [10, 2], Array(20).fill(0));
    const smaller = constant(g, [2, 7], Array(14).fill(0));
    const cast = add(g, 'Cast', [ids], 'int64');
    g.insert({ operator: 'Gather', inputs: [table, cast], origin: [] });
    g.insert({ operator: 'Gather', inputs: [smaller, cast], attributes: { axis: 1 }, origin: [] });
    g.addInput('flags', 'int64', [1]);
    expect(describeInputs(g).map(({ below }) => below)).toEqual([7, 2]);
  });

  test('is not known without a rank, and --shape helps', () => {
    const g = graph();
    g.addInput('x', 'float32');
    expect(() => describeInputs(g)).toThrow(InputError);
    expect(() => describeInputs(g)).toThrow('--shape');
  });

  test('is not known for a sequence, which nothing can be compared on', () => {
    const g = graph();
    g.addInput('x').otherType = new Uint8Array();
    expect(() => describeInputs(g)).toThrow(EngineError);
  });
});

describe('an output that follows from a selection', () => {
  test('is found with what the selection gives', () => {
    const g = graph();
    const scores = add(g, 'Softmax', [g.addInput('x', 'float32', [1, 4])]);
    scores.name = 'scores';
    const best = add(g, 'ArgMax', [scores], 'int64');
    const kept = add(g, 'Gather', [scores, best]);
    g.setOutputs([kept, scores]);
    expect(selectionsOf(g)).toEqual({ outputs: new Set([kept.name]), results: [best] });
  });

  test('is judged where the values were computed, not at a copy of them, which no artefact needs to have', () => {
    const g = graph();
    const scores = add(g, 'Softmax', [g.addInput('x', 'float32', [1, 4])]);
    const dropped = g.insert({ operator: 'Dropout', inputs: [add(g, 'Identity', [scores])], origin: [] }).output();
    dropped.dtype = 'float32';
    const best = add(g, 'ArgMax', [dropped], 'int64');
    g.setOutputs([best]);
    const found = ownSelections(g, (value) => value === scores || value === best);
    expect(found?.before).toEqual(new Set([scores]));
    expect(found?.chosen.map(({ places }) => places)).toEqual([best]);
    expect(ownSelections(g, (value) => value === best)).toBeUndefined();
  });

  test('is judged by what is computed, not by a constant that it is compared with, whatever form that has', () => {
    const g = graph();
    const computed = add(g, 'Softmax', [g.addInput('x', 'float32', [1, 4])]);
    computed.name = 'computed';
    const half = add(g, 'Neg', [add(g, 'Constant', [])]);
    const above = add(g, 'Greater', [computed, half], 'bool');
    g.setOutputs([above]);
    expect(selectionsOf(g)).toEqual({ outputs: new Set([above.name]), results: [above] });
  });

  test('is made by rounding to integers, which jumps by a step', () => {
    const g = graph();
    const read = add(g, 'Relu', [g.addInput('x', 'float32', [1, 4])]);
    const scale = constant(g, [], [0.5]);
    const integers = add(g, 'QuantizeLinear', [read, scale], 'uint8');
    const rounded = add(g, 'DequantizeLinear', [integers, scale]);
    g.setOutputs([rounded, read]);
    expect(selectionsOf(g)).toEqual({ outputs: new Set([rounded.name]), results: [integers] });
  });

  test('is none where sizes are compared, not values', () => {
    const g = graph();
    const x = g.addInput('x', 'float32', ['n', 4]);
    const shape = add(g, 'Shape', [x], 'int64');
    const isLarge = add(g, 'Greater', [shape, g.addConstant(Tensor.ofShape([2]))], 'bool');
    g.setOutputs([add(g, 'Where', [isLarge, x, x])]);
    expect(selectionsOf(g).outputs.size).toBe(0);
  });

  test('may follow from one selection among what another gave: all results are known', () => {
    const g = graph();
    const scores = add(g, 'Softmax', [g.addInput('x', 'float32', [1, 4])]);
    const node = g.insert({
      operator: 'TopK',
      inputs: [scores, g.addConstant(Tensor.ofShape([2]))],
      outputs: 2,
      origin: [],
    });
    const [best, places] = node.outputs.flatMap((value) => value ?? []);
    if (!best || !places) throw new Error('TopK has two results');
    best.dtype = 'float32';
    const isHigh = add(g, 'Greater', [best, scores], 'bool');
    g.setOutputs([isHigh]);
    expect(new Set(selectionsOf(g).results)).toEqual(new Set([isHigh, best, places]));
  });
});

test('what is drawn at random moves, even where its odds are constants, and so does what is selected of it', () => {
  const g = graph();
  const drawn = add(g, 'Bernoulli', [constant(g, [2], [0.5, 0.5])]);
  const isHigh = add(g, 'Greater', [drawn, constant(g, [1], [0.5])], 'bool');
  g.setOutputs([isHigh]);
  expect(selectionsOf(g)).toEqual({ outputs: new Set([isHigh.name]), results: [isHigh] });
});

describe('what a Sigmoid resolves', () => {
  test('holds for its result, moved and joined with others of its kind, and for nothing else', () => {
    const g = graph();
    const x = g.addInput('x', 'float32', [1, 4]);
    const named = (value: Value, name: string) => {
      value.name = name;
      return value;
    };
    const sigmoid = named(add(g, 'Sigmoid', [x]), 'sigmoid');
    const turned = named(add(g, 'Transpose', [add(g, 'HardSigmoid', [x])]), 'turned');
    named(add(g, 'Concat', [sigmoid, turned]), 'both');
    named(add(g, 'Concat', [sigmoid, x]), 'mixed');
    named(add(g, 'Mul', [sigmoid, sigmoid]), 'product');
    const found = resolutions(g);
    expect(['sigmoid', 'turned', 'both', 'mixed', 'product'].map((name) => found.get(name))).toEqual([
      ...Array(3).fill(20 * 2 ** -24),
      undefined,
      undefined,
    ]);
  });
});

describe('the constant behind a NaN', () => {
  const normalized = (variance: number, weight: number) => {
    const g = graph();
    const x = g.addInput('x', 'float32', [1, 1, 1, 1]);
    const one = () => constant(g, [1], [1]);
    const y = add(g, 'BatchNormalization', [
      x,
      one(),
      one(),
      constant(g, [1], [-5]),
      constant(g, [1], [variance], 'variance'),
    ]);
    g.setOutputs([add(g, 'Mul', [y, constant(g, [1], [weight], 'weight')])]);
    return findSuspect(g);
  };

  test.each([
    [-1, 1, 'the constant variance holds a negative variance'],
    [1, Number.NaN, 'the constant weight holds NaN'],
    [1, Number.NEGATIVE_INFINITY, 'the constant weight holds an infinity'],
    [1, -1, undefined],
  ])('variance %s and weight %s: %s', (variance, weight, suspect) => {
    expect(normalized(variance, weight)).toBe(suspect);
  });
});

describe('axes', () => {
  test('permuted as for a channels-last image: element [n,c,h,w] stands at [n,h,w,c]', () => {
    const nchw = Tensor.from('float32', [1, 2, 2, 3], [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
    const nhwc = permuteAxes(nchw, [0, 2, 3, 1]);
    expect(nhwc.shape).toEqual([1, 2, 3, 2]);
    expect([...nhwc.toFloat64()]).toEqual([0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15]);
    expect(permuteAxes(nhwc, inversePermutation([0, 2, 3, 1]))).toEqual(nchw);
  });

  test.each(['float16', 'uint8', 'int64', 'float64'] as const)('permuted keep every bit of %s', (dtype) => {
    const tensor = Tensor.from(dtype, [2, 3], [1, 2, 3, 4, 5, 6]);
    expect([...permuteAxes(tensor, [1, 0]).toFloat64()]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('reversed along one axis', () => {
    const tensor = Tensor.from('float32', [2, 3, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...reverseAxis(tensor, 1).toFloat64()]).toEqual([4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]);
  });
});
