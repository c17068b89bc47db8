import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { coreml } from '../../src/formats/coreml/index.js';
import type { Lowered } from '../../src/formats/format.js';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { type TfjsProgram, tfjs } from '../../src/formats/tfjs/index.js';
import { lowerModel } from '../../src/formats/tfjs/lower.js';
import { type Graph, type Model, sizeOf, type Value } from '../../src/model/index.js';
import { erfOf } from '../../src/operators/compute/error-function.js';
import { optimize } from '../../src/passes/pipeline.js';
import * as core from '../formats/coreml/judge.js';
import * as web from '../formats/tfjs/judge.js';
import { type Network, network } from '../network.js';
import { onePlusErf } from './gelu.js';

/** How much larger than that of the source's own form an error may be. */
const MOST = 2;
/** Half a unit in the last place: what no engine can be better than. */
const ROUNDING = 2 ** -24;

/** A form that we spell or compose in another way, and what it is in real arithmetic. */
interface Form {
  readonly name: string;
  /** Of the one input; sizes as real networks have them. */
  readonly shape: readonly number[];
  build(n: Network, x: Value): Value;
  exact(x: Float64Array, model: Model): Float64Array;
}

const pointwise = (f: (x: number) => number) => (x: Float64Array) => x.map(f);
const gelu = pointwise((x) => 0.5 * x * (1 + erfOf(x / Math.SQRT2)));

const forms: readonly Form[] = [
  {
    name: 'GELU as torch.export writes it',
    shape: [1, 64, 56, 56],
    build: (n, x) => n.mul(x, n.mul(n.constant(0.5), onePlusErf(n, x))),
    exact: gelu,
  },
  {
    name: 'GELU as TorchScript writes it',
    shape: [1, 64, 56, 56],
    build: (n, x) => n.mul(n.mul(x, onePlusErf(n, x)), n.constant(0.5)),
    exact: gelu,
  },
  {
    name: 'HardSwish written out',
    shape: [1, 64, 56, 56],
    build: (n, x) => n.div(n.mul(x, clipped(n, x)), n.constant(6)),
    exact: pointwise((x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6),
  },
  {
    name: 'HardSigmoid written out',
    shape: [1, 64, 56, 56],
    build: (n, x) => n.div(clipped(n, x), n.constant(6)),
    exact: pointwise((x) => Math.min(Math.max(x + 3, 0), 6) / 6),
  },
  ...[7, 14, 56, 80].map(
    (size): Form => ({
      name: `a mean over ${size} x ${size} pixels`,
      shape: [1, 32, size, size],
      build: (n, x) => n.node('ReduceMean', [x], { axes: [2, 3] }),
      exact: (x) => means(x, size * size),
    }),
  ),
  {
    name: 'a mean over 80 x 80 pixels that drops its axes',
    shape: [2, 24, 80, 80],
    build: (n, x) => n.node('ReduceMean', [x], { axes: [-1, -2], keepdims: 0 }),
    exact: (x) => means(x, 6400),
  },
  {
    name: 'an average pooling over the whole image',
    shape: [1, 32, 40, 40],
    build: (n, x) => n.node('AveragePool', [x], { kernel_shape: [40, 40] }),
    exact: (x) => means(x, 1600),
  },
  {
    name: 'a global average pooling',
    shape: [1, 32, 56, 56],
    build: (n, x) => n.globalAveragePool(x),
    exact: (x) => means(x, 3136),
  },
  {
    name: 'LayerNormalization written out',
    shape: [1, 196, 192],
    build: normalised,
    exact: (x) => normalisedExactly(x, 192),
  },
  {
    name: 'a batch norm behind Gemm',
    shape: [16, 256],
    build: (n, x) => n.batchNorm(n.linear(x, 64)),
    exact: (x, { graph }) => linearAndNorm(x, operandsOf(graph, 'Gemm'), operandsOf(graph, 'BatchNormalization')),
  },
];

function clipped(n: Network, x: Value): Value {
  return n.node('Clip', [n.add(x, n.constant(3)), n.constant(0), n.constant(6)]);
}

function means(x: Float64Array, count: number): Float64Array {
  return Float64Array.from({ length: x.length / count }, (_, i) => mean(x.subarray(i * count, (i + 1) * count)));
}

function mean(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value, 0) / x.length;
}

function normalised(n: Network, x: Value): Value {
  const difference = n.sub(x, n.node('ReduceMean', [x], { axes: [-1] }));
  const variance = n.node('ReduceMean', [n.node('Pow', [difference, n.constant(2)])], { axes: [-1] });
  return n.div(difference, n.node('Sqrt', [n.add(variance, n.constant(1e-5))]));
}

function normalisedExactly(x: Float64Array, width: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let from = 0; from < x.length; from += width) {
    const row = x.subarray(from, from + width);
    const center = mean(row);
    const deviation = Math.sqrt(mean(row.map((value) => (value - center) ** 2)) + 1e-5);
    result.set(
      row.map((value) => (value - center) / deviation),
      from,
    );
  }
  return result;
}

function operandsOf(graph: Graph, operator: string): Float64Array[] {
  return graph.nodesOf(operator)[0]?.inputs.flatMap((value) => value?.constant?.toFloat64() ?? []) ?? [];
}

function linearAndNorm(x: Float64Array, linear: readonly Float64Array[], norm: readonly Float64Array[]): Float64Array {
  const [weight = x, bias = x] = linear;
  const [scale = x, shift = x, center = x, variance = x] = norm;
  const [features, channels] = [weight.length / bias.length, bias.length];
  return Float64Array.from({ length: (x.length / features) * channels }, (_, at) => {
    const [row, c] = [Math.floor(at / channels), at % channels];
    let sum = bias[c] ?? 0;
    for (let k = 0; k < features; k++) sum += (x[row * features + k] ?? 0) * (weight[c * features + k] ?? 0);
    const slope = (scale[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + Math.fround(1e-5));
    return (sum - (center[c] ?? 0)) * slope + (shift[c] ?? 0);
  });
}

/** Numbers as they lie behind a ReLU or a normalisation: about a unit wide, most of them positive. */
function inputOf(shape: readonly number[]): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(3 * Math.sin(12.9898 * (i + 1)) + 1.5));
}

/** Root of the mean squared error, over that of the answer. */
function errorOf(answer: ArrayLike<number>, exact: Float64Array): number {
  let [errors, squares] = [0, 0];
  for (const [i, value] of exact.entries()) {
    errors += ((answer[i] ?? Number.NaN) - value) ** 2;
    squares += value ** 2;
  }
  return Math.sqrt(errors / squares);
}

describe.each(forms)('$name', (form) => {
  const made = () => network((n) => form.build(n, n.input(form.shape)));
  const fused = () => {
    const model = readOnnx(writeOnnx(made()));
    optimize(model);
    return model;
  };
  const x = inputOf(form.shape);
  const exact = form.exact(x, made());
  const feeds = new Map([['x', { shape: form.shape, data: x }]]);

  async function run(model: Model, graphOptimizationLevel: 'all' | 'disabled'): Promise<ArrayLike<number>> {
    const session = await InferenceSession.create(writeOnnx(model), { graphOptimizationLevel, logSeverityLevel: 4 });
    const results = await session.run({ x: new OrtTensor('float32', Float32Array.from(x), form.shape) });
    await session.release();
    return (Object.values(results)[0]?.data ?? []) as Float32Array;
  }

  /** What the source's own form is off by, with ONNX Runtime's own choice of kernels and without it. */
  async function bound(): Promise<number> {
    const errors = [await run(made(), 'disabled'), await run(made(), 'all')].map((answer) => errorOf(answer, exact));
    return MOST * Math.max(ROUNDING, ...errors);
  }

  const only = (answers: web.Answers) => [...answers.values()][0]?.data ?? [];

  test('in ONNX', async () => {
    expect(errorOf(await run(fused(), 'all'), exact)).toBeLessThanOrEqual(await bound());
  });

  async function errorInTfjs(lowered: Lowered<TfjsProgram>): Promise<number> {
    return errorOf(only(await web.run(lowered, feeds)), exact);
  }

  test('in TensorFlow.js', async () => {
    const asWritten = MOST * (await errorInTfjs(lowerModel(made(), {})));
    expect(await errorInTfjs(tfjs.lower(fused(), {}))).toBeLessThanOrEqual(Math.max(asWritten, await bound()));
  });

  test('in Core ML', async () => {
    const lowered = coreml.lower(fused(), { precision: 'fp32' });
    expect(errorOf(only(await core.runPackage(lowered, feeds)), exact)).toBeLessThanOrEqual(await bound());
  });
});
