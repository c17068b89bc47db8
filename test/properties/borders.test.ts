import { expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { network } from '../network.js';
import { answers, differenceOfAnswers } from './answers.js';
import { borderedNetwork } from './borders.js';
import { Draw } from './random-networks.js';

/** Rounding alone; what a wrong border does is a hundred thousand times larger. */
const ROUNDING = 4e-6;
const COUNT = 150;

/** Reflection by two pixels needs three; all that is written is right at any size. */
const SMALL = { batch: 2, height: 3, width: 4 };
const TINY = [
  { batch: 1, height: 1, width: 1 },
  { batch: 2, height: 2, width: 1 },
];

test('images with borders, written or copied, wholly or not: merged answers like the source, at sizes from 1', async () => {
  let [merged, kept] = [0, 0];
  for (let seed = 1; seed <= COUNT; seed++) {
    const model = network((n) => borderedNetwork(n, new Draw(seed)), { seed });
    const { graph } = model;
    const before = writeOnnx(model);
    const [convolutions, isReflected] = [
      graph.count('Conv'),
      graph.nodesOf('Pad').some((node) => node.string('mode', '') === 'reflect'),
    ];
    optimize(model);
    graph.check();
    if (graph.count('ScatterND', 'Where', 'Concat') > 0) kept++;
    else if (graph.count('Conv') < convolutions) merged++;
    const after = writeOnnx(model);
    const again = readOnnx(after);
    optimize(again);
    expect(Buffer.compare(writeOnnx(again), after), `a second run on network ${seed}`).toBe(0);
    for (const sizes of [SMALL, ...(isReflected ? [] : [TINY[seed % 2] ?? SMALL])]) {
      const expected = await answers(before, graph, sizes);
      const difference = differenceOfAnswers(expected, await answers(after, graph, sizes));
      expect(difference, `network ${seed} at ${sizes.height} x ${sizes.width}`).toBeLessThan(ROUNDING);
    }
  }
  expect(merged).toBeGreaterThan(COUNT / 4);
  expect(kept).toBeGreaterThan(COUNT / 10);
});
