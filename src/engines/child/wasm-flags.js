// @ts-check
import { setFlagsFromString } from 'node:v8';

/**
 * Sets V8 to run a large module of WebAssembly a few times. By default it compiles whatever was called a little once more with
 * its optimising compiler, most of which is code that loads a model and is done by then; and reads every function before the
 * first is called, of which a model needs a tenth. Loops of kernels reach this budget within a run. Call it right before that
 * module is compiled, when no other thread starts any more: what Node carries of its own modules is compiled for V8's own
 * flags, and those that are loaded later are compiled anew. A version that does not know a flag goes on without.
 */
export function expectFewRuns() {
  setFlagsFromString('--wasm-tiering-budget=200000000');
  setFlagsFromString('--wasm-lazy-validation');
}
