import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { coremlCodec } from '../../../src/formats/coreml/program/schema.js';
import { InputError } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { type Network, network } from '../../network.js';
import { type Answer, filesOf, opened, runPackage, sha256 } from './judge.js';
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
