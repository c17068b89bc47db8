import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { Model, Value } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { type Network, network } from '../../network.js';
import { type Answer, type Answers, opened, run, runPackage } from './judge.js';
import { readNpy } from './npy.js';

const MANY = 2 ** 53;
const LEAST = -3.5e38;

interface Thresholds {
  readonly most?: number;
  readonly overlap?: number;
  /** undefined: the operand is left out. */
  readonly score?: number;
  readonly centred?: boolean;
}

/** Boxes, scores and classes of what is selected, as every detector takes them from the triples. */
function detector(sizes: readonly [number, number, number], given: Thresholds = {}): Model {
  const { most = MANY, overlap = 0.4, score, centred = false } = given;
  const [batch, classes, count] = sizes;
  return network((n) => {
    const [boxes, scores] = [
      n.input([batch, count, 4], 'float32', 'boxes'),
      n.input([batch, classes, count], 'float32', 'scores'),
    ];
    const limits = [n.integers(most), n.constant(overlap), ...(score === undefined ? [] : [n.constant(score)])];
    const selected = n.node('NonMaxSuppression', [boxes, scores, ...limits], { center_point_box: Number(centred) });
    const at = n.node('Gather', [selected, n.constant([0, 2], undefined, 'int64')], { axis: 1 });
    return [n.node('GatherND', [boxes, at]), n.node('GatherND', [scores, selected]), selected];
  });
}

/** Boxes of four sizes at seeded places, and scores from 0 to 1. */
function scene({ graph }: Model, seed = 1): Map<string, Answer> {
  const draw = (i: number) => Math.abs(Math.sin((i + 1) * 12.9898 * seed) * 43758.5453) % 1;
  return new Map(
    graph.inputs.map(({ name, shape = [] }) => {
      const sizes = shape.map(Number);
      const length = sizes.reduce((product, size) => product * size, 1);
      const isBoxes = name.startsWith('boxes');
      const data = Float32Array.from({ length }, (_, i) => {
        if (!isBoxes) return draw(i * 7 + 3);
        const [row, column] = [Math.floor(i / 4), i % 4];
        return column < 2 ? 8 * draw(row * 2 + column) : 8 * draw(row * 2 + column - 2) + 2 + (row % 4);
      });
      return [name, { shape: sizes, data }];
    }),
  );
}

/** What counts of each padded output, after the rest was seen to be 0. */
function counted(model: Model, answers: Answers): Map<string, Answer> {
  const count = Number(answers.get('count')?.data[0]);
  return new Map(
    model.graph.outputs.map(({ name }) => {
      const { shape, data } = answers.get(name) ?? { shape: [], data: [] };
      const width = data.length / (shape[0] ?? 1);
      const all = Array.from(data);
      expect(
        all.slice(count * width).every((element) => element === 0),
        `${name} behind ${count} rows`,
      ).toBe(true);
      return [name, { shape: [count, ...shape.slice(1)], data: all.slice(0, count * width) }];
    }),
  );
}

async function expectSameBoxes(
  model: Model,
  feeds: Answers,
  deploymentTarget: 'iOS15' | 'iOS17' = 'iOS15',
): Promise<number> {
  const expected = await run(model, feeds);
  const lowered = coreml.lower(model.copy(), { precision: 'fp32', nms: 'padded', deploymentTarget });
  const actual = counted(model, await runPackage(lowered, feeds));
  for (const [name, answer] of expected) {
    expect(actual.get(name)?.shape, name).toEqual([...answer.shape]);
    expect(actual.get(name)?.data, name).toEqual(Array.from(answer.data));
  }
  return expected.get(model.graph.outputs[2]?.name ?? '')?.shape[0] ?? 0;
}

/** The same, but for the rounding of sums; integers and boxes have to be equal. */
async function expectNearBoxes(model: Model, feeds: Answers): Promise<number> {
  const expected = await run(model, feeds);
  const actual = counted(
    model,
    await runPackage(coreml.lower(model.copy(), { precision: 'fp32', nms: 'padded' }), feeds),
  );
  for (const [name, { shape, data }] of expected) {
    expect(actual.get(name)?.shape, name).toEqual([...shape]);
    Array.from(data, (element, i) => expect(actual.get(name)?.data[i]).toBeCloseTo(Number(element), 5));
  }
  return expected.get(model.graph.outputs[2]?.name ?? '')?.shape[0] ?? 0;
}

describe('boxes are those of ONNX Runtime, and the rows left over 0', () => {
  test.each<[string, readonly [number, number, number], Thresholds]>([
    ['one image, one class', [1, 1, 40], {}],
    ['several classes, each by itself', [1, 3, 40], {}],
    ['several images and classes', [3, 2, 30], { score: 0.3 }],
    ['fewer than pass', [2, 2, 40], { most: 2 }],
    ['an overlap of 0', [1, 2, 40], { overlap: 0 }],
    ['an overlap of 1', [1, 1, 40], { overlap: 1 }],
    ['a score of 0', [1, 2, 40], { score: 0 }],
    ['a high score', [2, 3, 40], { score: 0.9 }],
    ['a score below any', [1, 1, 20], { score: LEAST }],
    ['centres and sizes', [2, 2, 40], { centred: true, score: 0.2 }],
  ])('%s', async (_, sizes, given) => {
    const model = detector(sizes, given);
    expect(await expectSameBoxes(model, scene(model))).toBeGreaterThan(0);
    expect(await expectSameBoxes(model, scene(model), 'iOS17')).toBeGreaterThan(0);
  });

  test('none where no score passes, though Core ML may keep the best one', async () => {
    const model = detector([2, 2, 20], { score: 1.5 });
    expect(await expectSameBoxes(model, scene(model))).toBe(0);
    expect(await expectSameBoxes(model, scene(model), 'iOS17')).toBe(0);
  });

  test('a score at the threshold is out', async () => {
    const model = detector([1, 1, 4], { score: 0.5, overlap: 1 });
    const feeds = scene(model);
    feeds.set('scores', { shape: [1, 1, 4], data: Float32Array.of(0.5, 0.75, 0.5, 0.25) });
    expect(await expectSameBoxes(model, feeds)).toBe(1);
  });
});

describe('exported detectors answer like PyTorch', () => {
  test.each([
    ...['nms_ts17', 'nms_te18', 'batched_nms_ts17', 'batched_nms_te18'],
    // Masks are made of the coefficients of each box that is left.
    'masks_ts17',
  ])('%s', async (name) => {
    const folder = fileURLToPath(new URL(`../../../fixtures/detectors/${name}`, import.meta.url));
    const model = openModel(path.join(folder, 'model.onnx'));
    optimize(model);
    const lowered = coreml.lower(model, { precision: 'fp32', nms: 'padded' });
    const answers = await runPackage(lowered, new Map([['image', readNpy(path.join(folder, 'input.npy'))]]));
    const actual = counted(model, answers);
    const masks = name.startsWith('masks') ? ['masks'] : [];
    for (const output of ['boxes', 'scores', 'labels', ...masks]) {
      const { shape, data } = readNpy(path.join(folder, `output.${output}.npy`));
      expect(actual.get(output)?.shape).toEqual([...shape]);
      Array.from(data, (element, i) => expect(actual.get(output)?.data[i]).toBeCloseTo(Number(element), 4));
    }
    const counting = { axis: 0, count: 'count' };
    expect(opened(lowered).outputs.map(({ rows }) => rows)).toEqual([
      ...[counting, counting, counting, ...masks.map(() => counting)],
      undefined,
    ]);
  });
});

test('the form follows the system that is asked for', () => {
  const formFor = (deploymentTarget?: 'iOS16' | 'iOS17') => {
    const { program } = coreml.lower(detector([1, 1, 8]), { precision: 'fp32', nms: 'padded', deploymentTarget });
    const suppression = program.operations.find(({ type }) => type === 'non_maximum_suppression');
    return [program.version.deploymentTarget, suppression?.inputs.has('score_threshold'), suppression?.outputs.length];
  };
  expect(formFor()).toEqual(['iOS15', true, 4]);
  expect(formFor('iOS17')).toEqual(['iOS17', false, 3]);
});

describe('what follows box by box is what ONNX Runtime gives', () => {
  const picked = (n: Network, selected: Value, from: Value) =>
    n.node('GatherND', [from, n.node('Gather', [selected, n.constant([0, 2], undefined, 'int64')], { axis: 1 })]);
  const build = (behind: (n: Network, features: Value) => Value) =>
    network((n) => {
      const [boxes, scores] = [n.input([1, 20, 4], 'float32', 'boxes'), n.input([1, 2, 20], 'float32', 'scores')];
      const selected = n.node('NonMaxSuppression', [boxes, scores, n.integers(9), n.constant(0.4), n.constant(0.5)]);
      const features = n.input([1, 20, 16], 'float32', 'features');
      return [picked(n, selected, boxes), behind(n, picked(n, selected, features)), selected];
    });
  const asImages = (n: Network, features: Value) => n.node('Reshape', [features, n.integers([-1, 1, 4, 4])]);

  test.each<[string, (n: Network, features: Value) => Value]>([
    ['a product with a matrix', (n, x) => n.node('MatMul', [x, n.random([16, 6])])],
    ['a dense layer', (n, x) => n.linear(x, 5)],
    ['products with a matrix of each', (n, x) => n.node('MatMul', [n.random([3, 4]), asImages(n, x)])],
    ['a softmax', (n, x) => n.node('Softmax', [x], { axis: 1 })],
    ['a mean', (n, x) => n.node('ReduceMean', [x], { axes: [1], keepdims: 0 })],
    ['the largest', (n, x) => n.node('ArgMax', [x], { axis: 1, keepdims: 0 })],
    [
      'a convolution and what enlarges it',
      (n, x) => {
        const made = n.relu(n.conv(asImages(n, x), { channels: 2, kernel: 3, pad: 1 }));
        return n.node('Resize', [made, undefined, n.constant([1, 1, 2, 2])], { mode: 'linear' });
      },
    ],
  ])('%s', async (_, behind) => {
    const model = build(behind);
    expect(await expectNearBoxes(model, scene(model))).toBeGreaterThan(1);
  });

  test.each<[string, (n: Network, features: Value) => Value]>([
    ['a product that sums over the boxes', (n, x) => n.node('MatMul', [n.node('Transpose', [x], { perm: [1, 0] }), x])],
    ['all boxes against all', (n, x) => n.node('MatMul', [x, n.node('Transpose', [x], { perm: [1, 0] })])],
    ['a softmax over the boxes', (n, x) => n.node('Softmax', [x], { axis: 0 })],
    ['the best of the boxes', (n, x) => n.node('ArgMax', [x], { axis: 0, keepdims: 0 })],
    [
      'boxes as channels',
      (n, x) => n.node('MaxPool', [n.node('Reshape', [x, n.integers([1, -1, 4, 4])])], { kernel_shape: [2, 2] }),
    ],
  ])('%s is refused', (_, behind) => {
    expect(() => coreml.lower(build(behind), { precision: 'fp32', nms: 'padded' })).toThrow(/across the boxes/);
  });
});

describe('what a fixed number of boxes cannot say is refused by name', () => {
  const selection = (n: Network) =>
    n.node('NonMaxSuppression', [n.input([1, 8, 4]), n.input([1, 2, 8]), n.integers(8), n.constant(0.5)]);
  const lower = (build: Parameters<typeof network>[0], more = {}) =>
    coreml.lower(network(build), { precision: 'fp32', nms: 'padded', ...more });

  test.each<[string, Parameters<typeof network>[0], RegExp]>([
    ['a sum over the boxes', (n) => n.node('ReduceSum', [selection(n), n.integers([0])]), /across the boxes/],
    ['their number', (n) => n.node('Gather', [n.node('Shape', [selection(n)]), n.integers(0)]), /number of boxes/],
    [
      'the last ones',
      (n) => n.node('Slice', [selection(n), n.integers([-3]), n.integers([MANY]), n.integers([0])]),
      /first/,
    ],
    ['two selections', (n) => [selection(n), selection(n)], /there are 2/],
    [
      'no box at all, as where no limit is given',
      (n) => n.node('NonMaxSuppression', [n.input([1, 8, 4]), n.input([1, 2, 8])]),
      /selects no box/,
    ],
    [
      'a threshold that is an input',
      (n) => n.node('NonMaxSuppression', [n.input([1, 8, 4]), n.input([1, 2, 8]), n.integers(8), n.input([1])]),
      /thresholds are computed/,
    ],
    [
      'boxes that a mask picks',
      (n) => {
        const [boxes, scores] = [n.input([1, 8, 4]), n.input([1, 1, 8])];
        const isGood = n.node('Greater', [n.node('Reshape', [scores, n.integers([8])]), n.constant(0.25)]);
        const good = n.node('Reshape', [n.node('NonZero', [isGood]), n.integers([-1])]);
        const left = [boxes, scores].map((x, axis) => n.node('Gather', [x, good], { axis: axis + 1 }));
        return n.node('NonMaxSuppression', [...left, n.integers(8), n.constant(0.5)]);
      },
      /NonZero.*follows from what is in the image/,
    ],
  ])('%s', (_, build, why) => {
    expect(() => lower(build)).toThrow(why);
  });

  test('as many boxes as the image has places, where its sizes are open', () => {
    const places = (n: Network) => {
      const image = n.input([1, 5, 'h', 8]);
      const rows = n.node('Reshape', [image, n.integers([1, 5, -1])]);
      const part = (from: number, to: number) =>
        n.node('Slice', [rows, n.integers([from]), n.integers([to]), n.integers([1])]);
      const boxes = n.node('Transpose', [part(0, 4)], { perm: [0, 2, 1] });
      return n.node('NonMaxSuppression', [boxes, part(4, 5), n.integers(8), n.constant(0.5)]);
    };
    const shape = new Map([['x', [1, 5, { least: 4, most: 8 }, 8]]]);
    for (const nms of ['padded', 'pipeline'])
      expect(() => lower(places, { nms, shape })).toThrow(/follows from the size of the input.*--shape/);
  });

  test('without the option the line offers it', () => {
    expect(() => lower(selection, { nms: undefined })).toThrow(/--nms padded/);
  });
});
