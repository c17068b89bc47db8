import { describe, expect, test } from 'vitest';
import { isFloat, sameShape, Tensor } from '../../src/model/index.js';
import { type Operator, operatorOf, operatorsWith, resultsFor, type Trait } from '../../src/operators/index.js';
import { inferNode } from '../../src/operators/infer.js';
import * as rows from '../../src/operators/rows/index.js';
import { signatureOf } from '../../src/operators/schema.js';
import { type Case, casesIn, nodeOf } from './cases.js';

const operators: readonly Operator[] = Object.values(rows);
const withData = [...casesIn('computed-cases.jsonl'), ...casesIn('movement-cases.jsonl')];
const states = (name: string, trait: Trait) => operators.find((row) => row.name === name)?.traits.includes(trait);

/** What the layout asks, which test/layout/rules.test.ts accounts for, and how many results have to be asked for. */
const OF_THE_FORM: readonly Trait[] = ['spatial', 'keepsAxes', 'optionalResults'];
const OF_THE_VALUES = ({ traits }: Operator) => traits.filter((trait) => !OF_THE_FORM.includes(trait));

/** What has no trait that says what its values are, by the reason: a new operator is either found here, or says what it is. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  'makes its elements from nothing': [
    ...['Constant', 'ConstantOfShape', 'EyeLike', 'OneHot', 'Range', 'AffineGrid'],
    ...['HannWindow', 'HammingWindow', 'BlackmanWindow', 'MelWeightMatrix'],
  ],
  'has whole graphs, sequences or optional values inside': [
    ...['If', 'Loop', 'Scan', 'SequenceConstruct', 'SequenceAt', 'SequenceLength', 'ConcatFromSequence'],
    ...['SplitToSequence', 'OptionalHasElement', 'OptionalGetElement'],
  ],
  'makes features of text': ['StringSplit', 'StringNormalizer', 'TfIdfVectorizer'],
  'sums over elements, which may cancel out': [
    ...['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceLogSum', 'Einsum', 'Det', 'DFT'],
    ...['STFT', 'NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'],
  ],
  'is more than one product of two operands': [
    ...['Attention', 'RotaryEmbedding', 'LSTM', 'GRU', 'RNN', 'DeformConv'],
    ...['ConvInteger', 'MatMulInteger', 'QLinearConv', 'QLinearMatMul', 'DynamicQuantizeLinear'],
  ],
  'normalises or adds up along axes, with a scale for each place at most': [
    ...['BatchNormalization', 'InstanceNormalization', 'GroupNormalization', 'LayerNormalization', 'RMSNormalization'],
    ...['LpNormalization', 'MeanVarianceNormalization', 'LRN', 'CumSum', 'CumProd'],
    ...['DequantizeLinear'],
  ],
  'looks through windows': [
    ...['AveragePool', 'MaxPool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'MaxUnpool'],
    ...['Resize', 'Upsample', 'GridSample', 'RoiAlign', 'MaxRoiPool', 'Col2Im'],
  ],
  'puts something else beside what it moves': [
    ...['Pad', 'CenterCropPad', 'Trilu', 'ScatterElements', 'Scatter', 'ScatterND', 'TensorScatter'],
  ],
};

test.each(operators.map((row) => [row.name, row] as const))('%s has traits, or a reason why not', (name, row) => {
  const reasons = Object.values(WITHOUT).flat();
  expect(reasons.filter((other) => other === name)).toHaveLength(OF_THE_VALUES(row).length > 0 ? 0 : 1);
});

test('no reason is given for an operator that there is not', () => {
  const names = operators.map(({ name }) => name);
  expect(
    Object.values(WITHOUT)
      .flat()
      .filter((name) => !names.includes(name)),
  ).toEqual([]);
});

/** Says of a case whether a trait shows in it; undefined where nothing can be seen. */
type Sign = (given: Case) => boolean | undefined;

/** Operators with a case at least in which it can be seen: whether it shows in all of them. */
function seen(sign: Sign, cases: readonly Case[] = withData): (readonly [string, boolean])[] {
  const found = new Map<string, boolean>();
  for (const given of cases) {
    const shows = sign(given);
    if (shows !== undefined) found.set(given.operator, shows && found.get(given.operator) !== false);
  }
  return [...found];
}

const computed = (given: Case, operands: readonly (Tensor | undefined)[]) => resultsFor(nodeOf(given), operands);

/** Whether float64 holds the elements. */
const isNumeric = (tensor: Tensor | undefined) =>
  tensor !== undefined && !['string', 'int64', 'uint64'].includes(tensor.dtype);
const numbers = (tensor: Tensor | undefined) => [...(tensor?.toFloat64() ?? [])];

/** Every place once, no axis kept. */
function shuffled(count: number): number[] {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  let step = Math.max(1, Math.floor(count * 0.382));
  while (divides(count, step) !== 1) step++;
  return Array.from({ length: count }, (_, at) => (at * step + Math.floor(count / 3)) % count);
}

function withPlaces(tensor: Tensor, places: readonly number[]): Tensor {
  const values = numbers(tensor);
  return Tensor.from(
    tensor.dtype,
    tensor.shape,
    places.map((place) => values[place] ?? 0),
  );
}

/** With its operands taken from other places, some never and some more than once, the result is what it was at those. */
const isElementwise: Sign = (given) => {
  const [result, ...others] = given.results;
  const operands = given.operands.filter((tensor) => tensor !== undefined);
  const before = computed(given, given.operands)?.[0];
  if (!result || others.length > 0 || result.size < 3 || !before) return undefined;
  if (!operands.every(({ shape }) => broadcasts(shape, result.shape))) return false;
  if (![...operands, result].every(isNumeric)) return undefined;
  if (!operands.some(({ shape }) => sameShape(shape, result.shape))) return undefined;
  if (!operands.every(({ shape, size }) => size === 1 || sameShape(shape, result.shape))) return undefined;
  const places = shuffled(result.size).map((place) => Math.max(0, place - 1));
  const turned = computed(
    given,
    given.operands.map((tensor) => (tensor && tensor.size > 1 ? withPlaces(tensor, places) : tensor)),
  );
  const values = numbers(before);
  return String(numbers(turned?.[0])) === String(places.map((place) => values[place]));
};

function broadcasts(shape: readonly number[], to: readonly number[]): boolean {
  const offset = to.length - shape.length;
  return offset >= 0 && shape.every((size, axis) => size === 1 || size === to[axis + offset]);
}

/** Where a number comes does not hang on what it is: with others in their stead, the others are there. */
function isMoved({ operands, ...given }: Case, count: number): boolean | undefined {
  const moved = operands.slice(0, count).filter((tensor) => tensor !== undefined);
  const total = moved.reduce((sum, { size }) => sum + size, 0);
  const dtype = moved[0]?.dtype;
  if (dtype === undefined || !WIDE_FLOATS.includes(dtype) || total < 3 || total > 100) return undefined;
  if (given.results.some((result) => result.dtype !== dtype || result.size === 0)) return undefined;
  if (moved.some((tensor) => tensor.dtype !== dtype)) return false;
  if (operands.slice(count).some((tensor) => tensor?.dtype === dtype)) return false;
  const [first, second] = [(place: number) => place, (place: number) => total - 1 - place].map((turn) => {
    let at = 0;
    const numbered = operands.map((tensor, index) => {
      if (!tensor || index >= count) return tensor;
      const from = at;
      at += tensor.size;
      return Tensor.from(
        dtype,
        tensor.shape,
        Array.from({ length: tensor.size }, (_, i) => codeOf(turn(from + i), total)),
      );
    });
    return computed({ operands, ...given }, numbered)?.flatMap(numbers);
  });
  if (!first || !second) return undefined;
  const codes = Array.from({ length: total }, (_, place) => codeOf(place, total));
  return first.every((value, at) => codes.includes(value) && second[at] === codes[total - 1 - codes.indexOf(value)]);
}

const WIDE_FLOATS: readonly string[] = ['float16', 'float32', 'float64'];

/** Negative and positive, no whole numbers, and with a gap: no mean of all is one of them. */
const codeOf = (place: number, total: number) => {
  const half = Math.floor(total / 2);
  return place - half + 0.25 + (place >= half ? 64 : 0);
};

const hasMoved: Sign = (given) => isMoved(given, 1);
const hasJoined: Sign = (given) => {
  const [before, after] = [given.operands, given.results].map((tensors) =>
    tensors.reduce((sum, tensor) => sum + (tensor?.size ?? 0), 0),
  );
  return given.operands.length > 1 && !given.operands.includes(undefined) && before === after
    ? isMoved(given, given.operands.length)
    : undefined;
};

const isReshaped: Sign = ({ operands: [operand], results: [result, ...others] }) => {
  if (!operand || !result || !isNumeric(operand) || result.size < 2) return undefined;
  const isKept = operand.dtype === result.dtype && String(numbers(operand)) === String(numbers(result));
  if (isKept && sameShape(operand.shape, result.shape)) return undefined;
  return isKept && others.length === 0;
};

const isSquashed: Sign = (given) => {
  const operands = given.operands.map((tensor) =>
    tensor && isFloat(tensor.dtype)
      ? Tensor.from(
          tensor.dtype,
          tensor.shape,
          shuffled(tensor.size).map((n) => n - tensor.size / 2),
        )
      : tensor,
  );
  const result = computed(given, operands)?.[0];
  if (!result || !isFloat(result.dtype) || result.size < 10 || !isElementwise(given)) return undefined;
  const values = numbers(result);
  // Ones and zeros are no fractions of 1.
  return values.some((value) => value !== 0 && value !== 1)
    ? values.every((value) => value >= 0 && value <= 1)
    : undefined;
};

const SIGNS: readonly (readonly [trait: Trait, sign: Sign, least: number])[] = [
  ['elementwise', isElementwise, 60],
  ['moves', hasMoved, 13],
  ['joins', hasJoined, 1],
  ['reshapes', isReshaped, 4],
  ['squashes', isSquashed, 2],
];

/** They compute no constants here, or none of one type. */
const UNSEEN = ['Dropout', 'StringConcat', 'RegexFullMatch', 'CastLike', 'ReverseSequence'];

describe.each(SIGNS)('%s', (trait, sign, least) => {
  const found = seen(sign);

  test.each(found)(
    '%s: it shows in all cases that ONNX and ONNX Runtime answer (%s), and so the row says',
    (name, shows) => {
      expect(states(name, trait)).toBe(shows);
    },
  );

  test('is seen of all operators that say it, but for those that compute nothing to see', () => {
    const names = found.filter(([, shows]) => shows).map(([name]) => name);
    const saying = operators.filter(({ traits }) => traits.includes(trait)).map(({ name }) => name);
    expect(saying.filter((name) => !names.includes(name) && !UNSEEN.includes(name))).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(least);
  });
});

test('what selects gives integers, booleans or ones and zeros: no float that moves with its operand', () => {
  const smooth = withData.filter((given) => states(given.operator, 'selects') && given.operator !== 'Unique');
  expect(smooth.length).toBeGreaterThan(40);
  const isMark = (value: number) => value === 0 || value === 1;
  for (const { operator, results } of smooth) {
    // The largest numbers themselves are the first result of TopK.
    const floats = results.slice(operator === 'TopK' ? 1 : 0).filter(({ dtype }) => isFloat(dtype));
    expect(floats.filter((tensor) => !numbers(tensor).every(isMark))).toEqual([]);
  }
});

test('random are those whose draws ONNX lets a seed decide, and a Dropout, which draws while it trains alone', () => {
  const seeded = operators.filter(({ name }) => signatureOf(name)?.attributes.has('seed')).map(({ name }) => name);
  expect(operatorsWith('random').sort()).toEqual(seeded.filter((name) => name !== 'Dropout').sort());
  expect(seeded.length).toBeGreaterThan(5);
});

test('what draws at random is never computed beforehand', () => {
  const computing = operators.filter(({ traits, compute }) => traits.includes('random') && compute);
  expect(computing).toEqual([]);
});

test('a measure stays when other elements are measured', () => {
  const measured = withData.filter((given) => states(given.operator, 'measures'));
  expect(measured.length).toBeGreaterThan(3);
  for (const given of measured) {
    const turned = given.operands.map(
      (tensor) =>
        tensor &&
        new Tensor(
          tensor.dtype,
          tensor.shape,
          tensor.bytes.map(() => 0),
        ),
    );
    expect(computed(given, turned)?.flatMap(numbers), given.name).toEqual(
      given.results.flatMap((tensor) => [...tensor.toBigInts()].map(Number)),
    );
  }
});

/** Of several results, what the first one hangs on. */
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
  'all of them are parts of one answer': [
    'Split',
    'TopK',
    'DynamicQuantizeLinear',
    'StringSplit',
    'If',
    'Loop',
    'Scan',
  ],
  'they are what becomes of the cache that was given': ['Attention'],
  'more of them ask for training': ['BatchNormalization'],
};

test('whatever gives several results says whether the first one hangs on the others', () => {
  const several = operators.filter(({ name }) => (signatureOf(name)?.mostOutputs ?? 1) > 1).map(({ name }) => name);
  expect([...operatorsWith('optionalResults'), ...Object.values(ASKED_FOR).flat()].sort()).toEqual(several.sort());
});

test('what is a product says how many multiply-accumulates it takes, and nothing else does', () => {
  const counted = operators.filter(({ multiplyAccumulates }) => multiplyAccumulates).map(({ name }) => name);
  expect(counted.sort()).toEqual(operatorsWith('product').sort());
});

test('what a row calls a copy of its operand is one in all cases that ONNX and ONNX Runtime answer', () => {
  const copying = withData.filter((given) => {
    const node = nodeOf(given);
    inferNode(node);
    const row = operatorOf(node);
    return row?.isCopy?.(node, row.parameters(node));
  });
  for (const { name, operands, results } of copying) {
    expect([results[0]?.dtype, results[0]?.shape, results[0]?.bytes], name).toEqual([
      operands[0]?.dtype,
      operands[0]?.shape,
      operands[0]?.bytes,
    ]);
  }
  expect(new Set(copying.map(({ operator }) => operator)).size).toBeGreaterThan(5);
});

test('a reduction leaves ones in place of its axes, or nothing', () => {
  const reducing = operators.filter(({ reducedAxes }) => reducedAxes).map(({ name }) => name);
  const cases = [...withData, ...casesIn('type-cases.jsonl')].filter(({ operator }) => reducing.includes(operator));
  const judged = new Set<string>();
  for (const given of cases) {
    const node = nodeOf(given);
    const row = operatorOf(node);
    const reduced = row?.reducedAxes?.(node, row.parameters(node));
    const sizes = given.operands[0]?.shape ?? [];
    if (!reduced?.axes) continue;
    const { axes, keepDims } = reduced;
    const left = sizes.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
    expect(given.results[0]?.shape, given.name).toEqual(left);
    judged.add(given.operator);
  }
  expect(judged).toEqual(new Set(reducing));
});

/** Whose result has another type where no attribute says it, by ONNX's schemas. */
const OTHER_TYPE: Readonly<Record<string, readonly string[]>> = {
  'that of an operand': ['EyeLike', 'Bernoulli', 'RandomNormalLike', 'RandomUniformLike'],
  'that of a scale or zero point': ['QuantizeLinear', 'DequantizeLinear'],
  int32: ['Multinomial'],
};

test('what an attribute gives an element type is float32 without it, or has a reason why not', () => {
  const stating = operators.filter(({ float32Unless }) => float32Unless);
  for (const { name, float32Unless = '' } of stating) expect(signatureOf(name)?.attributes).toContain(float32Unless);
  const typed = operators.filter(({ name }) =>
    ['dtype', 'output_dtype', 'output_datatype'].some((type) => signatureOf(name)?.attributes.has(type)),
  );
  const stated = [...stating.map(({ name }) => name), ...Object.values(OTHER_TYPE).flat()];
  expect(stated.sort()).toEqual(typed.map(({ name }) => name).sort());
});
