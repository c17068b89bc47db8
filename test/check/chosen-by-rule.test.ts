import { describe, expect, test } from 'vitest';
import { faultInSelection, type SelectedBoxes } from '../../src/check/box-rule.js';
import { faultInOrder } from '../../src/check/order-rule.js';
import { Tensor } from '../../src/model/index.js';
import { run } from '../formats/coreml/judge.js';
import { network } from '../network.js';

interface Scene {
  readonly sizes: readonly [images: number, classes: number, count: number];
  readonly most: number;
  readonly iouThreshold: number;
  readonly scoreThreshold: number;
  readonly isCentred: boolean;
}

/** A number from 0 to 1 for each place of a seed. */
const drawn = (seed: number, place: number) =>
  Math.abs(Math.sin((place + 1) * 12.9898 + seed * 78.233) * 43758.5453) % 1;

function sceneOf(seed: number): Scene {
  const pick = <T>(place: number, choices: readonly T[]): T =>
    choices[Math.floor(drawn(seed, place) * choices.length)] ?? (choices[0] as T);
  return {
    sizes: [pick(1, [1, 2]), pick(2, [1, 2, 5]), pick(3, [1, 12, 40])],
    most: pick(4, [1, 3, 100]),
    iouThreshold: pick(5, [0, 0.2, 0.5, 1]),
    scoreThreshold: pick(6, [-1, 0, 0.4, 0.9]),
    isCentred: pick(7, [true, false]),
  };
}

/** In every third scene there are equal scores, of which either may go first. */
const hasTies = (seed: number) => seed % 3 === 0;
const scored = (seed: number, score: number) => (hasTies(seed) ? Math.round(20 * score) / 20 : score);

/** What ONNX Runtime selects of a scene. Corners come in any order, and some boxes and scores are the same. */
async function selectedOf(seed: number, { sizes, most, iouThreshold, scoreThreshold, isCentred }: Scene) {
  const [images, classes, count] = sizes;
  const boxes = Float32Array.from({ length: images * count * 4 }, (_, i) => {
    const box = Math.floor(i / 4) % 7 === 6 ? 4 * (Math.floor(i / 4) - 1) + (i % 4) : i;
    return 20 * drawn(seed, 100 + box) + (isCentred && i % 4 > 1 ? 4 : 0);
  });
  const scores = Float32Array.from({ length: images * classes * count }, (_, i) => scored(seed, drawn(seed, 5000 + i)));
  const model = network((n) =>
    n.node(
      'NonMaxSuppression',
      [
        n.input([images, count, 4]),
        n.input([images, classes, count]),
        n.integers(most),
        n.constant(iouThreshold),
        n.constant(scoreThreshold),
      ],
      { center_point_box: Number(isCentred) },
    ),
  );
  const [first, second] = model.graph.inputs;
  const answers = await run(
    model,
    new Map([
      [first?.name ?? '', { shape: [images, count, 4], data: boxes }],
      [second?.name ?? '', { shape: [images, classes, count], data: scores }],
    ]),
  );
  const rows = Array.from([...answers.values()][0]?.data ?? [], Number);
  const given = {
    boxes: Tensor.from('float32', [images, count, 4], Array.from(boxes)),
    scores: Tensor.from('float32', [images, classes, count], Array.from(scores)),
    isCentred,
    most,
    enough: Number.POSITIVE_INFINITY,
    iouThreshold,
    scoreThreshold,
  };
  const withTriples = (triples: readonly number[]) => ({
    ...given,
    selected: Tensor.from('int64', [triples.length / 3, 3], triples),
  });
  return { rows, given: withTriples };
}

describe('what ONNX Runtime selects', () => {
  test('is by the rule in 300 scenes, and what is changed of it is not', async () => {
    const found = { scenes: 0, shortened: 0, turned: 0, other: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const scene = sceneOf(seed);
      const { rows, given } = await selectedOf(seed, scene);
      expect(faultInSelection(given(rows)), `scene ${seed}`).toBeUndefined();
      found.scenes++;
      if (rows.length === 0) continue;
      // Its last box is none that could as well be left out.
      expect(faultInSelection(given(rows.slice(0, -3))), `scene ${seed}`).toMatch(/is not selected/);
      found.shortened++;
      if (rows.length > 3 && rows[0] === rows[3] && rows[1] === rows[4]) {
        const turned = [...rows.slice(3, 6), ...rows.slice(0, 3), ...rows.slice(6)];
        const { scores } = given(rows);
        const scoreAt = (row: number) =>
          scores.toFloat64()[
            ((rows[row] ?? 0) * scene.sizes[1] + (rows[row + 1] ?? 0)) * scene.sizes[2] + (rows[row + 2] ?? 0)
          ];
        if (scoreAt(0) !== scoreAt(3)) {
          expect(faultInSelection(given(turned)), `scene ${seed}`).toMatch(/stands behind box/);
          found.turned++;
        }
      }
      const other = await selectedOf(seed, { ...scene, iouThreshold: scene.iouThreshold === 0.5 ? 0.2 : 0.5 });
      if (!hasTies(seed) && other.rows.join() !== rows.join()) {
        expect(faultInSelection(given(other.rows)), `scene ${seed}`).toBeDefined();
        found.other++;
      }
    }
    expect(found.scenes).toBe(300);
    expect(Math.min(found.shortened, found.turned, found.other)).toBeGreaterThan(50);
  });

  test('may end early where no more of it is looked at', async () => {
    const scene: Scene = { sizes: [1, 1, 40], most: 100, iouThreshold: 0.5, scoreThreshold: 0, isCentred: false };
    const { rows, given } = await selectedOf(3, scene);
    expect(rows.length).toBeGreaterThan(15);
    expect(faultInSelection({ ...given(rows.slice(0, 15)), enough: 5 })).toBeUndefined();
    expect(faultInSelection({ ...given(rows.slice(0, 12)), enough: 5 })).toMatch(/is not selected/);
  });
});

describe('rounding may decide, and nothing more', () => {
  const boxes = (second: number) => Tensor.from('float32', [1, 2, 4], [0, 0, 2, 1, 0, 0, second, 1]);
  const given = (second: number, score: number, selected: readonly number[]): SelectedBoxes => ({
    boxes: boxes(second),
    scores: Tensor.from('float32', [1, 1, 2], [0.75, score]),
    selected: Tensor.from(
      'int64',
      [selected.length, 3],
      selected.flatMap((box) => [0, 0, box]),
    ),
    isCentred: false,
    most: 9,
    enough: Number.POSITIVE_INFINITY,
    iouThreshold: 0.5,
    scoreThreshold: 0.25,
  });

  test('at the threshold of what overlaps', () => {
    // The second box is half of the first.
    expect(faultInSelection(given(1, 0.5, [0, 1]))).toBeUndefined();
    expect(faultInSelection(given(1, 0.5, [0]))).toBeUndefined();
    expect(faultInSelection(given(1.001, 0.5, [0, 1]))).toMatch(/box 1 is selected and overlaps box 0 by 0.5005/);
    expect(faultInSelection(given(0.999, 0.5, [0]))).toMatch(/box 1 is not selected/);
  });

  test('at the threshold of scores', () => {
    expect(faultInSelection(given(0.5, 0.25, [0, 1]))).toBeUndefined();
    expect(faultInSelection(given(0.5, 0.25, [0]))).toBeUndefined();
    expect(faultInSelection(given(0.5, 0.249, [0, 1]))).toMatch(/a score of 0.249, and the threshold is 0.25/);
    expect(faultInSelection(given(0.5, 0.251, [0]))).toMatch(/box 1 is not selected/);
  });

  test('between equal scores', () => {
    expect(faultInSelection(given(0.5, 0.75, [1, 0]))).toBeUndefined();
    expect(faultInSelection(given(1.5, 0.75, [1]))).toBeUndefined();
    expect(faultInSelection(given(0.5, 0.751, [0, 1]))).toMatch(/box 1 stands behind box 0/);
  });

  test('and what is no box is none', () => {
    expect(faultInSelection(given(0.5, 0.5, [0, 2]))).toMatch(/\[0, 0, 2\] is selected, and there are/);
    expect(faultInSelection(given(0.5, 0.5, [0, 0]))).toMatch(/twice/);
    expect(faultInSelection({ ...given(0.5, 0.5, [0, 1]), most: 1 })).toMatch(/2 boxes are selected, and 1 may be/);
  });
});

describe('the largest along an axis', () => {
  const x = Tensor.from('float32', [2, 3, 2], [5, 1, 3, 2, 4, 3, 0, 0, 7, 7, 7, 9]);
  const fault = (indices: readonly number[], more = {}) =>
    faultInOrder({
      x,
      indices: Tensor.from('int64', [2, indices.length / 4, 2], indices),
      axis: 1,
      isLargest: true,
      isSorted: true,
      ...more,
    });

  test('are taken in their order, of equal ones any', () => {
    expect(fault([0, 2, 1, 2])).toBeUndefined();
    expect(fault([0, 2, 2, 2])).toBeUndefined();
    expect(fault([0, 2, 2, 1, 1, 2, 2, 1])).toBeUndefined();
    expect(fault([0, 2, 1, 1])).toMatch(/the element at 2 is not taken, 9, and one is that comes after it, 7/);
    expect(fault([2, 2, 0, 1, 1, 2, 2, 1])).toMatch(/its element 1 goes before/);
    expect(fault([2, 2, 0, 1, 1, 2, 2, 1], { isSorted: false })).toBeUndefined();
  });

  test('are others where the smallest are asked for', () => {
    expect(fault([1, 0, 0, 0], { isLargest: false })).toBeUndefined();
    expect(fault([0, 2, 1, 2], { isLargest: false })).toMatch(/the element at 1 is not taken, 3/);
  });

  test('stand where there is something', () => {
    expect(fault([0, 3, 1, 2])).toMatch(/3 is no index along an axis of 3/);
    expect(fault([0, 2, 0, 1, 1, 2, 2, 1])).toMatch(/stands there twice/);
  });
});
