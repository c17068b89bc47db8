import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { float16ToNumber, numberToFloat16, sizeOf } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { runPackage } from './judge.js';

type Map1 = (x: number) => number;

/** A lowering of several operations, and its definition in float64 over the rows of [4, 3, 5], or over each number. */
interface Composite {
  readonly name: string;
  readonly operator: string;
  readonly attributes?: Parameters<Network['node']>[2];
  readonly opset?: number;
  readonly shape?: readonly number[];
  readonly only?: 'positive' | 'above 1';
  /** Below which the engine's own functions answer 0. */
  readonly resolution?: number;
  readonly constants?: (n: Network) => ReturnType<Network['constant']>[];
  readonly definition: (x: Float64Array) => ArrayLike<number>;
}

const each = (map: Map1) => (x: Float64Array) => x.map(map);

/** Along the last axis of [*, 5]. */
const rows = (map: (row: Float64Array) => ArrayLike<number>) => (x: Float64Array) =>
  Array.from({ length: x.length / 5 }, (_, row) => Array.from(map(x.slice(5 * row, 5 * row + 5)))).flat();

const sum = (values: ArrayLike<number>, map: Map1 = (x) => x) =>
  Array.from(values).reduce((total, value) => total + map(value), 0);

const square: Map1 = (x) => x * x;
const mean = (values: Float64Array) => sum(values) / values.length;
const variance = (values: Float64Array) => sum(values, (x) => square(x - mean(values))) / values.length;

/** `[1, 3, 2, 5]` as three channels of ten places. */
const overChannels = (map: (channels: readonly number[], c: number) => number) => (x: Float64Array) =>
  x.map((_, i) => map([x[i % 10] ?? 0, x[10 + (i % 10)] ?? 0, x[20 + (i % 10)] ?? 0], Math.floor(i / 10)));

const COMPOSITES: readonly Composite[] = [
  { name: 'Asinh', operator: 'Asinh', definition: each(Math.asinh) },
  { name: 'Acosh', operator: 'Acosh', only: 'above 1', definition: each(Math.acosh) },
  {
    name: 'Celu of a small alpha',
    operator: 'Celu',
    attributes: { alpha: { float: 0.0078125 } },
    resolution: 2 ** -24,
    definition: each((x) => Math.max(0, x) + Math.min(0, 0.0078125 * Math.expm1(x / 0.0078125))),
  },
  {
    name: 'Mish',
    operator: 'Mish',
    opset: 18,
    definition: each((x) => x * Math.tanh(Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0))),
  },
  {
    name: 'HardSwish',
    operator: 'HardSwish',
    definition: each((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  },
  {
    name: 'Swish with a factor',
    operator: 'Swish',
    opset: 24,
    attributes: { alpha: { float: 8 } },
    definition: each((x) => x / (1 + Math.exp(-8 * x))),
  },
  {
    name: 'PRelu with a slope for each number',
    operator: 'PRelu',
    constants: (n) => [n.constant([0.5, 0.25, -0.5, 0.125, 0])],
    definition: rows((row) => row.map((x, i) => (x < 0 ? x * ([0.5, 0.25, -0.5, 0.125, 0][i] ?? 0) : x))),
  },
  {
    name: 'Mean of two',
    operator: 'Mean',
    constants: (n) => [n.constant(60000)],
    definition: each((x) => x / 2 + 30000),
  },
  {
    name: 'LpNormalization of sums',
    operator: 'LpNormalization',
    attributes: { p: 1 },
    definition: rows((row) => row.map((x) => x / sum(row, Math.abs))),
  },
  {
    name: 'LpNormalization of squares',
    operator: 'LpNormalization',
    definition: rows((row) => row.map((x) => x / Math.sqrt(sum(row, square)))),
  },
  {
    name: 'RMSNormalization',
    operator: 'RMSNormalization',
    opset: 23,
    constants: (n) => [n.constant([1, 0.5, -1, 2, 1])],
    definition: rows((row) => {
      const root = Math.sqrt(sum(row, square) / 5 + Math.fround(1e-5));
      return row.map((x, i) => (x / root) * ([1, 0.5, -1, 2, 1][i] ?? 0));
    }),
  },
  {
    name: 'MeanVarianceNormalization',
    operator: 'MeanVarianceNormalization',
    attributes: { axes: [2] },
    definition: rows((row) => row.map((x) => (x - mean(row)) / (Math.sqrt(variance(row)) + 1e-9))),
  },
  {
    name: 'LRN',
    operator: 'LRN',
    shape: [1, 3, 2, 5],
    attributes: { size: 3, alpha: { float: 0.5 } },
    definition: overChannels((channels, c) => {
      const total = sum(channels.slice(Math.max(0, c - 1), c + 2), square);
      return (channels[c] ?? 0) / (1 + (0.5 / 3) * total) ** 0.75;
    }),
  },
  {
    name: 'LpPool',
    operator: 'LpPool',
    shape: [1, 6, 5],
    opset: 18,
    attributes: { kernel_shape: [5] },
    definition: (x) => Array.from({ length: 6 }, (_, row) => Math.sqrt(sum(x.slice(5 * row, 5 * row + 5), square))),
  },
  {
    name: 'LogSoftmax',
    operator: 'LogSoftmax',
    definition: rows((row) => {
      const most = Math.max(...row);
      return row.map((x) => x - most - Math.log(sum(row, (y) => Math.exp(y - most))));
    }),
  },
  {
    name: 'BatchNormalization of five axes',
    operator: 'BatchNormalization',
    shape: [1, 3, 1, 2, 5],
    attributes: { epsilon: { float: 0 } },
    constants: (n) => [
      n.constant([1, -0.5, 0.25]),
      n.constant([1, 0, 2]),
      n.constant([0.5, 0, -1]),
      n.constant([1, 4, 0.25]),
    ],
    definition: (x) =>
      x.map((value, i) => {
        const c = Math.floor(i / 10);
        const [scale = 0, bias = 0, center = 0, spread = 1] =
          [
            [1, 1, 0.5, 1],
            [-0.5, 0, 0, 2],
            [0.25, 2, -1, 0.5],
          ][c] ?? [];
        return ((value - center) / spread) * scale + bias;
      }),
  },
];

/** What numbers of a type are, and how close answers come to float64. */
interface Precision {
  readonly largest: number;
  /** A few of the smallest steps. */
  readonly absolute: number;
  readonly relative: number;
  readonly rounded: Map1;
  readonly exponents: readonly number[];
}

const PRECISIONS: Readonly<Record<'fp16' | 'fp32', Precision>> = {
  fp16: {
    largest: 65504,
    absolute: 2 ** -22,
    relative: 6e-3,
    rounded: (x) => float16ToNumber(numberToFloat16(x)),
    exponents: Array.from({ length: 30 }, (_, i) => i - 14),
  },
  fp32: {
    largest: 3.4e38,
    absolute: 2 ** -120,
    relative: 2e-6,
    rounded: Math.fround,
    exponents: [-66, -33, -14, -1, 0, 1, 8, 15, 33, 66, 100],
  },
};

describe.each(['fp16', 'fp32'] as const)('answers in %s are close to float64 at every magnitude', (precision) => {
  const { largest, absolute, relative, rounded, exponents } = PRECISIONS[precision];

  test.each(COMPOSITES)(
    '$name',
    async ({ operator, attributes, opset, shape = [2, 3, 5], only, resolution = 0, constants, definition }) => {
      const model = network((n) => n.node(operator, [n.input(shape), ...(constants?.(n) ?? [])], attributes), {
        opset: opset ?? 17,
      });
      const lowered = coreml.lower(model, { precision });
      const [output] = model.graph.outputs;
      let judged = 0;
      for (const exponent of exponents) {
        const x = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
          const draw = rounded(Math.sin(12.9898 * (i + 1)) * 1.96 * 2 ** exponent);
          return only === 'above 1' ? 1 + Math.abs(draw) : draw;
        }).map(rounded);
        const answers = await runPackage(lowered, new Map([['x', { shape, data: x }]]));
        const actual = answers.get(output?.name ?? '')?.data ?? [];
        const expected = Array.from(definition(x));
        expect(actual).toHaveLength(expected.length);
        const scale = Math.max(...expected.map(Math.abs).filter((value) => value <= largest));
        expected.forEach((value, i) => {
          if (Math.abs(value) > largest) return;
          const error = Math.abs((actual[i] ?? Number.NaN) - value);
          expect(error, `${actual[i]} for ${value} at 2^${exponent}`).toBeLessThanOrEqual(
            relative * scale + absolute + resolution,
          );
          judged++;
        });
      }
      expect(judged).toBeGreaterThan(exponents.length * 4);
    },
  );
});
