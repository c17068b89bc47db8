import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { interpolationMatrix, isCopy, nearestIndices, sourcePositions } from '../../src/lowering/resampling.js';
import type { Node, PlainAttribute } from '../../src/model/index.js';
import { resize } from '../../src/operators/index.js';
import { network } from '../network.js';

type Attributes = Readonly<Record<string, PlainAttribute>>;

const COORDINATES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
];
const SIZES = [1, 2, 3, 4, 5, 7, 10];
const SCALES = [0.3, 0.5, 0.6, 0.75, 1.1, 1.25, 1.5, 2, 2.6, 3];
const RESULTS = [1, 2, 3, 4, 5, 6, 7, 9, 11];
const POLICIES = ['stretch', 'not_larger', 'not_smaller'];

/** Resizes of the last axis by each scale, and to each size under each policy, all in one network; a value is its position. */
function grid(attributes: readonly Attributes[]) {
  return network(
    (n) => {
      const inputs = SIZES.map((size) => n.input([1, 1, 1, size]));
      return attributes.flatMap((shared) =>
        inputs.flatMap((x) => [
          ...SCALES.filter((scale) => Math.fround(Number(x.shape?.[3]) * scale) >= 1).map((scale) =>
            n.node('Resize', [x, undefined, n.constant([1, 1, 1, scale])], shared),
          ),
          ...RESULTS.flatMap((result) =>
            POLICIES.map((keep_aspect_ratio_policy) =>
              n.node('Resize', [x, undefined, undefined, n.integers([result])], {
                ...shared,
                axes: [3],
                keep_aspect_ratio_policy,
              }),
            ),
          ),
        ]),
      );
    },
    { opset: 19 },
  );
}

/** The last axis as the table has it. */
function expected(node: Node): number[] {
  const parameters = resize.parameters(node);
  const size = Number(node.input(0).shape?.[3]);
  const result = Number(parameters.sizes?.[3]);
  if (isCopy(parameters, [size], [result])) return Array.from({ length: size }, (_, index) => index);
  const axis = { size, result, scale: parameters.scales?.[3] ?? result / size };
  const positions = sourcePositions(axis, parameters) ?? [];
  if (parameters.mode === 'nearest') return nearestIndices(axis, parameters, positions);
  const matrix = interpolationMatrix(axis, parameters, positions);
  return positions.map((_, row) =>
    matrix.subarray(row * size, (row + 1) * size).reduce((sum, weight, index) => sum + weight * index, 0),
  );
}

async function judge(attributes: readonly Attributes[]) {
  const model = grid(attributes);
  const { graph } = model;
  const session = await InferenceSession.create(writeOnnx(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const feeds = graph.inputs.map(({ name, shape = [] }) => {
    const size = Number(shape[3]);
    return [
      name,
      new Tensor(
        'float32',
        Float32Array.from({ length: size }, (_, i) => i),
        [1, 1, 1, size],
      ),
    ] as const;
  });
  const answers = await session.run(Object.fromEntries(feeds));
  const wrong = graph.outputs.flatMap(({ name, producer }) => {
    const given = Array.from((answers[name]?.data ?? []) as Float32Array);
    const made = producer ? expected(producer) : [];
    const isSame =
      given.length === made.length && made.every((value, i) => Math.abs(value - (given[i] ?? Number.NaN)) < 2e-5);
    return isSame || !producer ? [] : [`${JSON.stringify(resize.parameters(producer))} ${given} is not ${made}`];
  });
  await session.release();
  return { judged: graph.outputs.length, wrong };
}

const NEAREST = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

test('the nearest element is the one that ONNX Runtime takes', async () => {
  const modes = COORDINATES.flatMap((coordinate_transformation_mode) =>
    NEAREST.map((nearest_mode) => ({ mode: 'nearest', coordinate_transformation_mode, nearest_mode })),
  );
  const { judged, wrong } = await judge(modes);
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(5000);
});

test('interpolated elements weigh as in ONNX Runtime', async () => {
  const modes = COORDINATES.flatMap((coordinate_transformation_mode) => [
    { mode: 'linear', coordinate_transformation_mode },
    { mode: 'cubic', coordinate_transformation_mode },
    { mode: 'cubic', coordinate_transformation_mode, exclude_outside: 1 },
  ]);
  const { judged, wrong } = await judge(modes);
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(4000);
});

test('elements smoothed by antialias weigh as in ONNX Runtime', async () => {
  const modes = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap(
    (coordinate_transformation_mode) =>
      [
        { mode: 'linear', exclude_outside: 0 },
        { mode: 'linear', exclude_outside: 1 },
        { mode: 'cubic', exclude_outside: 0 },
        { mode: 'cubic', exclude_outside: 1 },
      ].map((mode) => ({ ...mode, antialias: 1, coordinate_transformation_mode })),
  );
  const { judged, wrong } = await judge(modes);
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(2000);
});
