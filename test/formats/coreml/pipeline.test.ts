import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { coremlCodec } from '../../../src/formats/coreml/program/schema.js';
import { InputError, type Model, type Value } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { type Network, network } from '../../network.js';
import { type Answer, filesOf, opened, run, runPackage, sha256 } from './judge.js';
import { readNpy } from './npy.js';

const SIZE = 64;
const MODEL = 'Data/com.apple.CoreML/model.mlmodel';
const WEIGHTS = 'Data/com.apple.CoreML/weights/0-weight.bin';
const folderOf = (name: string) => fileURLToPath(new URL(`../../../fixtures/detectors/${name}`, import.meta.url));

function lowered(name: string, options = {}) {
  const model = openModel(path.join(folderOf(name), 'model.onnx'));
  optimize(model);
  return coreml.lower(model, { precision: 'fp32', nms: 'pipeline', ...options });
}

/** Corners in pixels, best scores and their classes, of what Core ML gives. */
function asDetected(confidence: Answer | undefined, coordinates: Answer | undefined) {
  const [rows = 0, classes = 1] = confidence?.shape ?? [];
  const row = (answer: Answer | undefined, at: number, width: number) =>
    Array.from(answer?.data ?? []).slice(at * width, (at + 1) * width);
  const all = Array.from({ length: rows }, (_, at) => {
    const scores = row(confidence, at, classes);
    const [x = 0, y = 0, width = 0, height = 0] = row(coordinates, at, 4).map((share) => share * SIZE);
    const best = Math.max(...scores);
    const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    return { box, best, label: scores.indexOf(best) };
  });
  return {
    boxes: all.flatMap(({ box }) => box),
    scores: all.map(({ best }) => best),
    labels: all.map(({ label }) => label),
  };
}

describe("Core ML's own suppression gives PyTorch's boxes", () => {
  test.each(['nms_ts17', 'nms_te18', 'batched_nms_ts17', 'batched_nms_te18'])('%s', async (name) => {
    const answers = await runPackage(
      lowered(name),
      new Map([['image', readNpy(path.join(folderOf(name), 'input.npy'))]]),
    );
    const found = asDetected(answers.get('confidence'), answers.get('coordinates'));
    for (const output of ['boxes', 'scores', 'labels'] as const) {
      const { data } = readNpy(path.join(folderOf(name), `output.${output}.npy`));
      expect(found[output]).toHaveLength(data.length);
      Array.from(data, (element, i) => expect(found[output][i]).toBeCloseTo(Number(element), 3));
    }
  });

  test('the package says thresholds, classes and sizes as the format has them', () => {
    const { program } = lowered('batched_nms_ts17', { labels: ['a', 'b', 'c'] });
    const files = filesOf(coreml.write(program, 'model', sha256));
    expect([...files.keys()]).toEqual([MODEL, WEIGHTS, 'Manifest.json']);
    const { pipeline, description } = coremlCodec.decode('Model', files.get(MODEL) ?? new Uint8Array());
    expect(pipeline?.models).toHaveLength(2);
    expect(pipeline?.models[1]?.nonMaximumSuppression).toMatchObject({
      pickTop: { perClass: true },
      iouThreshold: Math.fround(0.45),
      confidenceThreshold: undefined,
      stringClassLabels: { vector: ['a', 'b', 'c'] },
    });
    expect(description?.input.map(({ name, type }) => [name, type?.isOptional ?? false])).toEqual([
      ['image', false],
      ['iouThreshold', true],
      ['confidenceThreshold', true],
    ]);
    const [confidence] = description?.output ?? [];
    expect(confidence?.type?.multiArrayType?.shapeRange?.sizeRanges).toMatchObject([
      { upperBound: 12 },
      { lowerBound: 3, upperBound: 3 },
    ]);
  });

  test('what comes out has its types, and as many rows as there are', () => {
    expect(opened(lowered('nms_te18')).outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual([
      { name: 'confidence', dtype: 'float32', shape: [undefined, 3] },
      { name: 'coordinates', dtype: 'float32', shape: [undefined, 4] },
    ]);
  });

  test('class names are read back', () => {
    expect(opened(lowered('nms_ts17', { labels: ['a', 'b', 'c'] })).labels).toEqual(['a', 'b', 'c']);
    expect(() => lowered('nms_ts17', { labels: ['a'] })).toThrow(InputError);
  });
});

describe('of one class, thresholds are those of the graph', () => {
  const boxes = [0, 0, 2, 2, 0, 0, 2, 2.1, 4, 4, 6, 6, 10, 10, 12, 12];
  const detector = (score: number | undefined) =>
    network((n) => {
      const image = n.input([1, 3, 16, 16], 'float32', 'image');
      const zero = n.node('ReduceSum', [n.mul(image, n.constant(0))], { keepdims: 0 });
      const [table, scores] = [n.constant(boxes, [4, 4]), n.constant([0.9, 0.8, 0.5, 0.25])].map((x) => n.add(x, zero));
      const given = [n.node('Unsqueeze', [table, n.integers([0])]), n.node('Unsqueeze', [scores, n.integers([0, 1])])];
      const limits = [n.integers(9), n.constant(0.5), ...(score === undefined ? [] : [n.constant(score)])];
      const selected = n.node('NonMaxSuppression', [...given, ...limits]);
      const kept = n.node('Gather', [selected, n.integers(2)], { axis: 1 });
      return [n.node('Gather', [table, kept]), n.node('Gather', [scores, kept])];
    });
  const image = { shape: [1, 3, 16, 16], data: new Float32Array(3 * 256) };

  test.each([
    [undefined, [0.9, 0.5, 0.25]],
    [0, [0.9, 0.5, 0.25]],
    [0.5, [0.9]],
    [0.95, []],
  ])('a score of %s', async (score, left) => {
    const made = coreml.lower(detector(score), { precision: 'fp32', nms: 'pipeline' });
    const answers = await runPackage(made, new Map([['image', image]]));
    expect(answers.get('confidence')?.shape).toEqual([left.length, 1]);
    expect(Array.from(answers.get('confidence')?.data ?? [], (x) => Math.round(Number(x) * 100) / 100)).toEqual(left);
    // Boxes that no exporter of PyTorch wrote have y first.
    expect(answers.get('coordinates')?.shape).toEqual([left.length, 4]);
    if (left.length > 1)
      expect(Array.from(answers.get('coordinates')?.data ?? []).slice(4, 8)).toEqual([5 / 16, 5 / 16, 2 / 16, 2 / 16]);
  });
});

interface Ends {
  readonly boxes: Value;
  readonly scores: Value;
  readonly labels: Value;
  /** The triples, by what the boxes' classes are multiplied by before they are added. */
  select(step: number | undefined, attributes?: { center_point_box: number }): Value;
  first(triples: Value, most: number): Value;
  pick(from: Value, numbers: Value): Value;
}

/** A detector of five boxes and three classes, of which the end is for the caller to say. */
function detectorOf(build: (n: Network, ends: Ends) => readonly Value[]): Model {
  return network((n) => {
    const image = n.input([1, 3, 16, 16], 'float32', 'image');
    const zero = n.node('ReduceSum', [n.mul(image, n.constant(0))], { keepdims: 0 });
    const corners = [0, 0, 4, 4, 0, 0, 4, 5, 0, 1, 4, 5, 8, 8, 12, 12, 9, 8, 12, 12];
    const table = [0.9, 0.1, 0, 0.2, 0.8, 0.1, 0.7, 0, 0, 0, 0.3, 0.6, 0, 0.2, 0.5];
    const boxes = n.add(n.constant(corners, [5, 4]), zero);
    const confidence = n.add(n.constant(table, [5, 3]), zero);
    const scores = n.node('ReduceMax', [confidence], { axes: [1], keepdims: 0 });
    const labels = n.node('ArgMax', [confidence], { axis: 1, keepdims: 0 });
    const column = n.node('Unsqueeze', [n.node('Cast', [labels], { to: 1 }), n.integers([1])]);
    return build(n, {
      boxes,
      scores,
      labels,
      select(step, attributes) {
        const moved = step === undefined ? boxes : n.add(boxes, n.mul(column, n.constant(step)));
        const given = [
          n.node('Unsqueeze', [moved, n.integers([0])]),
          n.node('Unsqueeze', [scores, n.integers([0, 1])]),
        ];
        return n.node('NonMaxSuppression', [...given, n.integers(9), n.constant(0.5)], attributes ?? {});
      },
      first: (triples, most) =>
        n.node('Slice', [
          n.node('Gather', [triples, n.integers(2)], { axis: 1 }),
          n.integers([0]),
          n.integers([most]),
          n.integers([0]),
        ]),
      pick: (from, numbers) => n.node('Gather', [from, numbers]),
    });
  });
}

describe('what a detector says in another way is taken for what it is', () => {
  const image = { shape: [1, 3, 16, 16], data: new Float32Array(3 * 256) };
  const pipelineOf = (model: Model) => coreml.lower(model, { precision: 'fp32', nms: 'pipeline' });
  const answersOf = (model: Model) => runPackage(pipelineOf(model), new Map([['image', image]]));

  test('triples as they are, or the image and the box of each', async () => {
    const model = detectorOf((n, { boxes, scores, select }) => {
      const triples = select(undefined);
      const at = n.node('Gather', [triples, n.constant([0, 2], undefined, 'int64')], { axis: 1 });
      const [table, row] = [
        n.node('Unsqueeze', [boxes, n.integers([0])]),
        n.node('Unsqueeze', [scores, n.integers([0, 1])]),
      ];
      return [n.node('GatherND', [table, at]), n.node('GatherND', [row, triples])];
    });
    const expected = await run(model, new Map([['image', image]]));
    const answers = await answersOf(model);
    expect(Array.from(answers.get('confidence')?.data ?? [])).toEqual(
      Array.from([...expected.values()][1]?.data ?? []),
    );
  });

  test('the best of a batch of one, chosen before', async () => {
    const model = detectorOf((n, { boxes, scores, labels }) => {
      const row = n.node('Unsqueeze', [scores, n.integers([0])]);
      const [best, places] = n.nodes('TopK', [row, n.integers([4])], { axis: 1 }, 2);
      if (!best || !places) throw new Error('it gives two');
      const at = n.node('Squeeze', [places, n.integers([0])]);
      const [left, which] = [n.node('Gather', [boxes, at]), n.node('Gather', [labels, at])];
      const given = [n.node('Unsqueeze', [left, n.integers([0])]), n.node('Unsqueeze', [best, n.integers([0])])];
      const triples = n.node('NonMaxSuppression', [...given, n.integers(9), n.constant(0.5)]);
      const kept = n.node('Gather', [triples, n.integers(2)], { axis: 1 });
      const flat = n.node('Squeeze', [best, n.integers([0])]);
      return [n.node('Gather', [left, kept]), n.node('Gather', [flat, kept]), n.node('Gather', [which, kept])];
    });
    const [, scores] = [...(await run(model, new Map([['image', image]]))).values()];
    const answers = await answersOf(model);
    expect(answers.get('confidence')?.shape).toEqual([scores?.data.length, 3]);
    const table = Array.from(answers.get('confidence')?.data ?? [], Number);
    const best = Array.from(scores?.data ?? [], (_, row) => Math.max(...table.slice(3 * row, 3 * row + 3)));
    expect(best).toEqual(Array.from(scores?.data ?? []));
  });

  test('classes moved apart by a number as large as the image', () => {
    const model = detectorOf((_, { boxes, labels, select, first, pick }) => {
      const kept = first(select(16), 5);
      return [pick(boxes, kept), pick(labels, kept)];
    });
    expect(pipelineOf(model).program.suppression).toMatchObject({ perClass: true, most: 5 });
  });

  test.each<[string, (n: Network, ends: Ends) => readonly Value[], RegExp]>([
    [
      'classes that are not moved apart, but by nothing',
      (_, { boxes, labels, select, first, pick }) => {
        const kept = first(select(0), 5);
        return [pick(boxes, kept), pick(labels, kept)];
      },
      /apart by less than the image/,
    ],
    [
      'centres and sizes, of which sizes are moved as well',
      (_, { boxes, labels, select, first, pick }) => {
        const kept = first(select(64, { center_point_box: 1 }), 5);
        return [pick(boxes, kept), pick(labels, kept)];
      },
      /makes them larger as well/,
    ],
    [
      'no boxes, though others were compared',
      (_, { scores, labels, select, first, pick }) => {
        const kept = first(select(64), 5);
        return [pick(scores, kept), pick(labels, kept)];
      },
      /it gives no boxes/,
    ],
    [
      'as many boxes as there are, and fewer scores',
      (_, { boxes, scores, select, first, pick }) => {
        const triples = select(undefined);
        return [pick(boxes, first(triples, 5)), pick(scores, first(triples, 2))];
      },
      /unlike numbers of the boxes/,
    ],
    [
      'all but the last',
      (_, { boxes, select, first, pick }) => [pick(boxes, first(select(undefined), -1))],
      /not picked by what it selects/,
    ],
  ])('%s is refused', (_, build, why) => {
    expect(() => pipelineOf(detectorOf(build))).toThrow(why);
  });
});

describe('another form is refused with the reason', () => {
  const select = (n: Network, classes: number) =>
    n.node('NonMaxSuppression', [n.input([1, 8, 4]), n.input([1, classes, 8]), n.integers(8), n.constant(0.5)]);
  test.each<[string, Parameters<typeof network>[0], RegExp]>([
    ['several classes, each by itself', (n) => select(n, 2), /each class by itself/],
    ['triples as they are', (n) => select(n, 1), /not picked by what it selects/],
    ['two selections', (n) => [select(n, 1), select(n, 1)], /there are 2/],
  ])('%s', (_, build, why) => {
    expect(() => coreml.lower(network(build), { precision: 'fp32', nms: 'pipeline' })).toThrow(why);
  });

  test('masks of the boxes, for which there is no place behind the suppression', () => {
    expect(() => lowered('masks_ts17')).toThrow(/the output masks is not picked by what it selects.*--nms padded/);
  });
});
