import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/fuzz/*.test.ts'],
    reporters: ['default', './test/count-reporter.ts'],
    // The time is up to who starts it.
    testTimeout: 0,
    maxWorkers: 2,
  },
});
