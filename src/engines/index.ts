import type { EngineName } from '../formats/format.js';
import { Engine } from './engine.js';
import type { EngineKind, EngineLimits } from './engine-process.js';
import { defaultMemoryLimit } from './memory.js';

export { type Chunks, Engine, type Payload, type Session } from './engine.js';
export type { EngineLimits } from './engine-process.js';
export { EngineFailure, type FailureKind } from './failure.js';
export type { EngineInfo, PortInfo, Threads, TimingPlan } from './protocol.js';
export { unknownOperator } from './unknown-operator.js';

/** Builds of ONNX Runtime: `onnxruntime-node`, an optional package, or `onnxruntime-web`. */
export type OnnxRuntimeBuild = 'native' | 'wasm';

/** Backends of TensorFlow.js in the system's Chromium, which is looked for when the engine starts. */
export type BrowserBuild = 'browser-wasm' | 'browser-webgl';

/** Any of them. */
export type EngineBuild = OnnxRuntimeBuild | BrowserBuild;

/** Which build, and what a request may cost: 300 seconds, and memory by what the machine has, where nothing is said. */
export interface EngineOptions extends Partial<EngineLimits> {
  /** undefined: of ONNX Runtime native where it is installed and starts, else wasm; of TensorFlow.js wasm in a process of its own. */
  readonly build?: EngineBuild | undefined;
  /** Called after every run that gave an answer. */
  readonly onRun?: (() => void) | undefined;
}

/** How each engine is called, the script of its process, and the builds that it is asked for. */
const KINDS: Readonly<Record<EngineName, (build?: EngineBuild) => EngineKind>> = {
  onnxruntime: (build) => ({
    title: 'ONNX Runtime',
    script: new URL('./child/onnxruntime.js', import.meta.url),
    args: build ? [build] : ['native', 'wasm'],
    optimizes: true,
  }),
  litert: () => ({ title: 'LiteRT', script: new URL('./child/litert.js', import.meta.url), args: [] }),
  'tensorflow.js': (build) =>
    build === 'browser-wasm' || build === 'browser-webgl'
      ? inBrowser(build)
      : { title: 'TensorFlow.js', script: new URL('./child/tfjs.js', import.meta.url), args: [] },
};

/** A process that drives the browser, and removes what it wrote when it ends. */
function inBrowser(build: BrowserBuild): EngineKind {
  const script = new URL('./child/browser.js', import.meta.url);
  const backend = build === 'browser-webgl' ? 'webgl' : 'wasm';
  return { title: 'TensorFlow.js in the browser', script, args: [backend], signal: 'SIGTERM' };
}

/**
 * Starts the engine that judges artefacts of this kind, in a process of its own. Call it early: while the file is being
 * read, the engine loads. A missing engine shows when it is first asked for something.
 */
export function startEngine(name: EngineName, options: EngineOptions = {}): Engine {
  const { build, onRun, timeoutSeconds = 300, memoryLimit = defaultMemoryLimit() } = options;
  return new Engine(KINDS[name](build), { timeoutSeconds, memoryLimit }, onRun);
}
