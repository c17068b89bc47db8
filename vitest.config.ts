import { configDefaults, defineConfig } from 'vitest/config';

/** They start the program as users do; what others test is not built. */
const BUILT = 'test/{cli,cases,docs}/**/*.test.ts';
const BROWSER = 'test/browser/**/*.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/count-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Engines are processes of their own; more workers than cores only make them wait for each other.
    maxWorkers: 2,
    // It imports JSON in a way that Node does not know.
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@actions/workflow-parser', '@actions/workflow-parser/actions/action-parser'] },
      },
    },
    projects: [
      {
        extends: true,
        test: { name: 'source', exclude: [...configDefaults.exclude, BUILT, BROWSER, 'test/fuzz/**'] },
      },
      { extends: true, test: { name: 'built', include: [BUILT], globalSetup: ['test/build.ts'] } },
      { extends: true, test: { name: 'browser', include: [BROWSER], globalSetup: ['test/build.ts'] } },
    ],
  },
});
