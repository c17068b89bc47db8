import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    reporters: ['default', './test/count-reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Engines are processes of their own; more workers than cores only make them wait for each other.
    maxWorkers: 2,
  },
});
