import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with the plain line that a pipeline can read. A file that could not be loaded counts as one failure. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let [passed, failed] = [0, unhandled.length];
    for (const module of modules) {
      let own = 0;
      for (const test of module.children.allTests()) {
        own++;
        if (test.result().state === 'passed') passed++;
        else failed++;
      }
      if (own === 0) failed++;
    }
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
