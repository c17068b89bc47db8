import { expect, test } from 'vitest';
import { RunCount, type Runs } from '../../src/check/run-count.js';
import { runSource } from '../../src/check/source-run.js';
import { startEngine } from '../../src/engines/index.js';
import { seededTrials } from '../../src/trials/index.js';
import { floats, node, tinyModel } from '../engines/tiny-models.js';

/** y = 2 x, on one number or on as many as there are. */
function doubling(size: number | string): Uint8Array {
  return tinyModel({
    nodes: [node('Mul', ['x', 'two'], ['y'])],
    inputs: [{ name: 'x', dtype: 'float32', shape: [size] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [size] }],
    initializers: [floats('two', [1], [2])],
  });
}

test.each([
  // Three draws, of which two with optimisations, and one moved.
  ['one setting', 1, false, 6],
  ['two settings', 'n', false, 11],
  ['scaled inputs', 1, true, 10],
])('a source runs as often as was planned: %s', async (_, size, isScaled, expected) => {
  let time = 0;
  const count = new RunCount(() => (time += 1000));
  const engine = startEngine('onnxruntime', { build: 'native', onRun: count.ran });
  const trials = seededTrials([{ name: 'x', dtype: 'float32', shape: [size], below: 2 }]);
  const heard: Runs[] = [];
  const source = { model: doubling(size), outputs: ['y'], trials, isScaled };
  await count.during(
    () => runSource(source, engine, Promise.resolve(engine), count).reference,
    (runs) => heard.push(runs),
  );
  engine.close();
  expect(heard).toEqual(Array.from({ length: expected }, (__, i) => ({ done: i + 1, total: expected })));
});

test('nothing is told within a second, nor behind the step; what comes unplanned is counted, too', async () => {
  let time = 0;
  const count = new RunCount(() => time);
  const heard: Runs[] = [];
  count.plan(1);
  count.ran();
  count.plan(1);
  const step = async () => {
    time = 999;
    count.ran();
    time = 1000;
    count.ran();
  };
  await count.during(step, (runs) => heard.push(runs));
  count.ran();
  expect(heard).toEqual([{ done: 2, total: 2 }]);
});
