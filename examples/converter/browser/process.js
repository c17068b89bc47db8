/** The little of Node's `process` that a conversion in memory asks. */
Reflect.set(globalThis, 'process', {
  cwd: () => '/',
  platform: 'browser',
  env: {},
  hrtime() {
    const milliseconds = performance.now();
    return [Math.floor(milliseconds / 1000), Math.round((milliseconds % 1000) * 1e6)];
  },
});

/** Lets messages come in between. */
Reflect.set(globalThis, 'setImmediate', (task) => setTimeout(task));
