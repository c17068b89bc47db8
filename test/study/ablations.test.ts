import { afterAll, describe, expect, test } from 'vitest';
import { type Session, startEngine } from '../../src/engines/index.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { type Model, sizeOf, Tensor, type Value } from '../../src/model/index.js';
import { countGraph } from '../../src/source/counts.js';
import { ABLATIONS, macsOfVariants } from '../../src/study/ablations/ablations.js';
import { ACTIVATIONS, type ActivationName } from '../../src/study/ablations/activations.js';
import { atDepth, macsOfStages } from '../../src/study/ablations/equal-work.js';
import { Layers } from '../../src/study/ablations/layers.js';
import { ablationLines } from '../../src/study/ablations/lines.js';
import { ABLATION_NAMES } from '../../src/study/ablations/names.js';
import { type Design, PLAIN, plainNetwork } from '../../src/study/ablations/plain-network.js';
import { runAblation } from '../../src/study/ablations/run-ablation.js';

const engine = startEngine('onnxruntime', { build: 'native' });
afterAll(() => engine.close());

const macs = (design: Design) => countGraph(plainNetwork(design).graph).multiplyAccumulates;

/** 3x3 convolutions: places of the result, times 9, times pairs of channels; stage by stage, the first layer apart. */
const CONVOLUTIONS =
  112 ** 2 * 9 * (3 * 16) +
  56 ** 2 * 9 * (16 * 32 + 5 * 32 ** 2) +
  28 ** 2 * 9 * (32 * 64 + 7 * 64 ** 2) +
  14 ** 2 * 9 * (64 * 128 + 8 * 128 ** 2) +
  7 ** 2 * 9 * (128 * 256 + 5 * 256 ** 2);
const CLASSIFIER = 256 * 1000;

describe('the plain network', () => {
  test('is 30 convolutions whose work is what the formula says', () => {
    expect(plainNetwork(PLAIN).graph.count('Conv')).toBe(30);
    expect(CONVOLUTIONS).toBe(785_756_160);
    expect(macs(PLAIN)).toBe(CONVOLUTIONS + CLASSIFIER);
    expect(macsOfStages(PLAIN.stages)).toBe(CONVOLUTIONS);
  });

  test('has as much more work as its squeeze-excites have: two layers of C times C/16', () => {
    expect(macs({ ...PLAIN, squeezeExcite: 1 })).toBe(CONVOLUTIONS + CLASSIFIER + 6 * 2 * 256 * 16);
    const all = 1 * 2 * 16 * 1 + 6 * 2 * 32 * 2 + 8 * 2 * 64 * 4 + 9 * 2 * 128 * 8 + 6 * 2 * 256 * 16;
    expect(macs({ ...PLAIN, squeezeExcite: 5 })).toBe(CONVOLUTIONS + CLASSIFIER + all);
  });

  test('has equal work in branches that stand side by side, and as many times the work in branches that are added', () => {
    for (const branches of [2, 4]) {
      expect(macs({ ...PLAIN, branches, join: 'side by side' })).toBe(CONVOLUTIONS + CLASSIFIER);
      expect(macs({ ...PLAIN, branches })).toBe(branches * CONVOLUTIONS + CLASSIFIER);
    }
  });

  test('skips over each layer that keeps its size, or over every other one', () => {
    const adds = (design: Design) => plainNetwork(design).graph.count('Add');
    // Of a stage's layers the first halves the size, so 0 + 5 + 7 + 8 + 5 keep it.
    expect(adds({ ...PLAIN, skip: 'every layer' })).toBe(25);
    // The third, fifth, … have the result of the second, fourth, … layer before them, which has to be of the stage: 0 + 2 + 3 + 4 + 2.
    expect(adds({ ...PLAIN, skip: 'every two' })).toBe(11);
  });

  test.each([15, 30, 60, 120])('of %d layers has the same work within 1 %', (depth) => {
    const stages = atDepth(PLAIN.stages, depth);
    expect(stages.reduce((sum, { layers }) => sum + layers, 0)).toBe(depth);
    expect(Math.abs(macsOfStages(stages) / CONVOLUTIONS - 1)).toBeLessThan(0.01);
    expect(stages.slice(1).every(({ width }) => width % 8 === 0)).toBe(true);
  });
});

/** Runs a model of one input and one output. */
async function answer(model: Model, feed: Tensor): Promise<Float64Array> {
  const session: Session = await engine.load({ model: writeOnnx(model), optimize: true });
  const [input] = session.inputs;
  const [output] = session.outputs;
  if (!input || !output) throw new Error('a network has an input and an output');
  const results = await session.run(new Map([[input.name, feed]]), [output.name]);
  await session.release();
  return results.get(output.name)?.toFloat64() ?? new Float64Array();
}

test('what an ablation will take is estimated by the convolutions of each of its networks', () => {
  expect(macsOfVariants('branches').map((macs) => macs / CONVOLUTIONS)).toEqual([1, 1, 1, 2, 4]);
  expect(macsOfVariants('se')).toEqual([1, 1, 1, 1, 1].map((times) => times * CONVOLUTIONS));
});

describe('ONNX Runtime', () => {
  const variants = ABLATION_NAMES.flatMap((name) =>
    ABLATIONS[name].variants.slice(1).map((variant) => [name, variant.name, variant.design] as const),
  );
  const image = Tensor.from(
    'float32',
    [1, 3, 224, 224],
    Float64Array.from({ length: sizeOf([3, 224, 224]) }, (_, at) => Math.sin(at)),
  );

  test.each(variants)('runs %s %s, in numbers that neither grow nor vanish', async (_ablation, _name, design) => {
    const model = plainNetwork(design);
    model.graph.check();
    const logits = await answer(model, image);
    expect(logits.length).toBe(1000);
    const largest = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(1e-12);
    expect(largest).toBeLessThan(1e12);
  });
});

describe('activations', () => {
  /** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
  const erf = (x: number) => {
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return Math.sign(x) * (1 - series * Math.exp(-x * x));
  };
  const relu = (x: number) => Math.max(x, 0);
  /**
   * On an image whose channels have the mean 0, all biases being 0, a gate is 1/2 whatever its weights are: a squeeze-excite
   * halves, and dynamic slopes and offsets rest at those of ReLU.
   */
  const EXPECTED: Readonly<Record<ActivationName, (x: number) => number>> = {
    ReLU: relu,
    GELU: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    'SE-ReLU': (x) => relu(x / 2),
    SiLU: (x) => x / (1 + Math.exp(-x)),
    HardSwish: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
    'Dynamic Shift-Max': relu,
    'DynamicReLU-A': relu,
    'DynamicReLU-B': relu,
  };
  const channels = 8;
  const values = Array.from({ length: channels * 16 }, (_, at) => (at % 2 === 0 ? 1 : -1) * (((at >> 1) % 7) + 0.5));

  test.each(Object.keys(EXPECTED) as ActivationName[])('%s is what its paper says', async (name) => {
    const layers = new Layers();
    const x: Value = layers.input([1, channels, 4, 4]);
    layers.model.graph.setOutputs([ACTIVATIONS[name](layers, x)]);
    const result = await answer(layers.model, Tensor.from('float32', [1, channels, 4, 4], values));
    expect(result.length).toBe(values.length);
    for (const [at, value] of values.entries()) expect(result[at]).toBeCloseTo(EXPECTED[name](value), 5);
  });

  test('dynamic ones move with the mean of the image', async () => {
    for (const name of ['DynamicReLU-A', 'DynamicReLU-B', 'Dynamic Shift-Max', 'SE-ReLU'] as const) {
      const layers = new Layers();
      const x = layers.input([1, channels, 4, 4]);
      layers.model.graph.setOutputs([ACTIVATIONS[name](layers, x)]);
      const result = await answer(
        layers.model,
        Tensor.from(
          'float32',
          [1, channels, 4, 4],
          values.map((v) => v + 3),
        ),
      );
      const still = values.map((value) => EXPECTED[name](value + 3));
      expect(still.some((value, at) => Math.abs((result[at] ?? 0) - value) > 0.01)).toBe(true);
    }
  });
});

describe('an ablation', () => {
  const timing = (median: number) => ({
    engine: 'native',
    threads: 1 as const,
    median,
    mad: 0.5,
    runs: 7,
    turns: [median],
  });

  test('holds every variant against the first, engine by engine', async () => {
    const asked: string[] = [];
    const report = await runAblation('skip', async (networks) => {
      asked.push(...networks.keys());
      return new Map([
        ['none', [timing(10), { ...timing(4), threads: 'all' as const }]],
        ['over every two layers', [timing(12)]],
        ['over every layer', [timing(15), { ...timing(8), threads: 'all' as const }]],
      ]);
    });
    expect(asked).toEqual(['none', 'over every two layers', 'over every layer']);
    expect(report.variants.map(({ latency }) => latency.map(({ ratio }) => ratio))).toEqual([[1, 1], [1.2], [1.5, 2]]);
    expect(report.variants.map((variant) => variant.macs)).toEqual([786_012_160, 786_012_160, 786_012_160]);
    const lines = ablationLines(report);
    const bars = lines.map((line) => line.split('█').length - 1).filter((length) => length > 0);
    // 10, 12 and 15 of 15 in 30 characters; then 4 and 8 of 8.
    expect(bars).toEqual([20, 24, 30, 15, 30]);
    expect(lines.find((line) => line.includes('over every layer'))).toMatch(/15\.0 +0\.500 +1\.50x/);
    expect(lines[1]).toContain('1 x 16, 6 x 32, 8 x 64, 9 x 128, 6 x 256');
  });

  test('leaves out what did not run', async () => {
    const report = await runAblation('se', async () => new Map([['none', [timing(10)]]]));
    expect(report.variants.map(({ latency }) => latency.length)).toEqual([1, 0, 0, 0, 0]);
    expect(ablationLines(report).filter((line) => line.includes('all layers'))).toEqual([]);
  });
});
