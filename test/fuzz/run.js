// Random graphs, until time or count is up: `npm run fuzz -- --seconds 60 --kind passes --seed 1 --count 20000`.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    /** Time for each kind; each graph that was begun is finished. */
    seconds: { type: 'string', default: '12' },
    /** Graphs of each kind at most. */
    count: { type: 'string', default: '1000000' },
    /** Number of the first graph; a failing one is made again by its number and `--count 1`. */
    seed: { type: 'string', default: '1' },
    /** One kind alone: the name of a file in this folder. */
    kind: { type: 'string', default: '' },
  },
});

const { status } = spawnSync(
  'npx',
  ['--yes', 'vitest', 'run', '--config', 'test/fuzz/vitest.config.ts', `test/fuzz/${values.kind}`],
  {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, FUZZ_SECONDS: values.seconds, FUZZ_COUNT: values.count, FUZZ_SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
