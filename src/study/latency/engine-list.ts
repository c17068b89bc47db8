import type { Threads } from '../../engines/index.js';
import type { EngineName } from '../../formats/format.js';

/** An engine that networks are timed on, and the format that it runs. */
export interface StudyEngine {
  /** As users and reports call it. */
  readonly name: string;
  readonly engine: EngineName;
  /** Which build of ONNX Runtime. */
  readonly build?: 'native' | 'wasm';
  readonly format: string;
  /** About what it does on one thread of a processor of these years, for estimates alone. */
  readonly macsPerMillisecond: number;
  /** How many threads it can be asked to compute in. */
  readonly threads: readonly Threads[];
}

/** Every engine that runs in a process of its own, in the order of reports. */
export const STUDY_ENGINES: readonly StudyEngine[] = [
  {
    name: 'native',
    engine: 'onnxruntime',
    build: 'native',
    format: 'onnx',
    macsPerMillisecond: 15e6,
    threads: [1, 'all'],
  },
  { name: 'wasm', engine: 'onnxruntime', build: 'wasm', format: 'onnx', macsPerMillisecond: 4e6, threads: [1] },
  { name: 'tfjs', engine: 'tensorflow.js', format: 'tfjs', macsPerMillisecond: 4e6, threads: [1] },
  { name: 'litert', engine: 'litert', format: 'litert', macsPerMillisecond: 5e6, threads: [1] },
];
