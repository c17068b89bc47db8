import type { EngineBuild, Threads } from '../../engines/index.js';
import type { EngineName } from '../../formats/format.js';
import { formats } from '../../formats/index.js';

/** An engine that networks are timed on, and the format that it runs. */
export interface StudyEngine {
  /** As users and reports call it. */
  readonly name: string;
  readonly engine: EngineName;
  /** Which build of it. */
  readonly build?: EngineBuild | undefined;
  readonly format: string;
  /** About what it does on one thread of a processor of these years, for estimates alone. */
  readonly macsPerMillisecond: number;
  /** How many threads it can be asked to compute in. */
  readonly threads: readonly Threads[];
  /** Whether it runs in the system's browser, which is started where that is asked for. */
  readonly isInBrowser?: boolean;
}

type Build = Pick<StudyEngine, 'build' | 'macsPerMillisecond' | 'threads' | 'isInBrowser'>;

/** What is timed of each engine: every build that there is of it. */
const BUILDS: Readonly<Record<EngineName, readonly Build[]>> = {
  onnxruntime: [
    { build: 'native', macsPerMillisecond: 15e6, threads: [1, 'all'] },
    { build: 'wasm', macsPerMillisecond: 4e6, threads: [1] },
  ],
  'tensorflow.js': [
    { macsPerMillisecond: 4e6, threads: [1] },
    { build: 'browser-wasm', macsPerMillisecond: 4e6, threads: [1], isInBrowser: true },
    // Where a processor stands in for the graphics processor: what is faster ends sooner.
    { build: 'browser-webgl', macsPerMillisecond: 1e6, threads: [1], isInBrowser: true },
  ],
  litert: [{ macsPerMillisecond: 5e6, threads: [1] }],
};

/**
 * Every engine that runs a format as it will be deployed, in the order of reports; called by its build, or by the format where
 * it has one build alone. A format with a caveat runs elsewhere.
 */
export const STUDY_ENGINES: readonly StudyEngine[] = [...formats.values()]
  .filter(({ caveat }) => caveat === undefined)
  .flatMap(({ name, engine }) =>
    BUILDS[engine].map((each) => ({ ...each, name: each.build ?? name, engine, format: name })),
  );
