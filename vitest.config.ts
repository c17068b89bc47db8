import { configDefaults, defineConfig } from 'vitest/config';

const COMMAND_LINE = 'test/cli/**';
const BROWSER = 'test/browser/**';
const exclude = [...configDefaults.exclude, 'test/fuzz/**'];

export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Engines are processes of their own; more workers than cores only make them wait for each other.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'source', exclude: [...exclude, COMMAND_LINE, BROWSER] } },
      { extends: true, test: { name: 'built', dir: 'test/cli', globalSetup: ['test/build.ts'] } },
      { extends: true, test: { name: 'browser', dir: 'test/browser' } },
    ],
  },
});
