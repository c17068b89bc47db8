import { expect, test } from 'vitest';
import { RunCount } from '../../src/check/run-count.js';
import { runSource } from '../../src/check/source-run.js';
import { type Engine, EngineFailure, startEngine } from '../../src/engines/index.js';
import { seededTrials } from '../../src/trials/index.js';
import { floats, node, tinyModel } from '../engines/tiny-models.js';

const DOUBLING = {
  model: tinyModel({
    nodes: [node('Mul', ['x', 'two'], ['y'])],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    initializers: [floats('two', [1], [2])],
  }),
  outputs: ['y'],
  trials: seededTrials([{ name: 'x', dtype: 'float32', shape: [1], below: 2 }]),
};

/** An engine whose runs wait for `before`, which hears the number of the run. */
function engineWith(before: (run: number) => Promise<void> | void): Engine {
  const engine = startEngine('onnxruntime', { build: 'native' });
  const load = engine.load.bind(engine);
  let runs = 0;
  engine.load = async (payload) => {
    const session = await load(payload);
    return {
      ...session,
      async run(feeds, outputs) {
        await before(runs++);
        return session.run(feeds, outputs);
      },
    };
  };
  return engine;
}

test('what is optimised runs as soon as there is one answer to compare it with', async () => {
  let hasRun = () => {};
  const optimizedRan = new Promise<void>((resolve) => {
    hasRun = resolve;
  });
  const plain = engineWith((run) => (run === 0 ? undefined : optimizedRan));
  const optimizing = engineWith(() => hasRun());
  const { reference } = runSource(DOUBLING, plain, Promise.resolve(optimizing), new RunCount());
  expect(await reference).toMatchObject({ notes: [], noise: new Map([['y', expect.any(Number)]]) });
  for (const engine of [plain, optimizing]) engine.close();
}, 20_000);

test('a draw of which a later trial is refused leaves the noise to the next', async () => {
  const plain = engineWith((run) => {
    if (run === 2) throw new EngineFailure('refused', 'an index is out of range');
  });
  let runs = 0;
  const optimizing = engineWith(() => {
    runs++;
  });
  const [draws] = DOUBLING.trials.settings;
  const trials = { ...DOUBLING.trials, settings: [[...(draws ?? []), ...(draws ?? [])]] };
  const { answered, reference } = runSource(
    { ...DOUBLING, trials },
    plain,
    Promise.resolve(optimizing),
    new RunCount(),
  );
  expect(await answered).toHaveLength(3);
  expect((await reference).notes).toEqual([
    'tried at x [1]: the source itself refuses x [1] (an index is out of range)',
  ]);
  expect(runs).toBeGreaterThanOrEqual(2);
  for (const engine of [plain, optimizing]) engine.close();
});
