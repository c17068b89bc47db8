import { formatAsked, isFlexible } from '../../model/index.js';
import { callback, count, type Declaration, flag, listOf, number, path } from '../../option-kinds.js';
import type { Progress } from '../../run/stations.js';
import { ABLATION_NAMES, type AblationName } from '../../study/ablations/names.js';
import { STUDY_ENGINES } from '../../study/latency/engine-list.js';
import { CHECKING, type CheckingOptions } from '../checking-options.js';
import {
  asMap,
  expectKnown,
  LIMITS,
  present,
  READING,
  type ReadingOptions,
  type Resolved,
  usage,
} from '../reading-options.js';

/** What `study` can be asked. */
export interface StudyOptions extends ReadingOptions, Pick<CheckingOptions, 'timeout'> {
  /**
   * Forms to study.
   * @default ['source', 'fused']
   */
  readonly form?: readonly string[] | undefined;
  /** Engines to time in; all that are there by default. */
  readonly engine?: readonly string[] | undefined;
  /** Also times in the system's Chromium: TensorFlow.js with its wasm and webgl backends. */
  readonly browser?: boolean | undefined;
  /** Numbers of threads, `1` and `all`; both by default, where an engine has more than one. */
  readonly threads?: readonly string[] | undefined;
  /**
   * false: counts alone, without any engine.
   * @default true
   */
  readonly latency?: boolean | undefined;
  /**
   * How many turns each network has in each engine.
   * @default 10
   */
  readonly turns?: number | undefined;
  /**
   * By which the order of turns is drawn.
   * @default 1
   */
  readonly seed?: number | undefined;
  /** Also writes a line for each latency to this file, in timm's columns. */
  readonly csv?: string | undefined;
  /** Also writes a page with tables and plots to this file, which needs no network. */
  readonly html?: string | undefined;
  /** Fails where a median is over this one, in milliseconds. */
  readonly maxLatency?: number | undefined;
  /** Fails where the fused network is not so many times as fast as its source. */
  readonly minSpeedup?: number | undefined;
  /** Fails where a network, fused where that form is studied, has more multiply-accumulates. */
  readonly maxMacs?: number | undefined;
  /** Fails where a network, fused where that form is studied, has more parameters. */
  readonly maxParams?: number | undefined;
  /** Builds plain networks with each form of these choices and measures what it costs; takes no model. */
  readonly ablate?: readonly AblationName[] | undefined;
  /** Shows where the time of one network goes, by the engine's own profiler. */
  readonly profile?: boolean | undefined;
  /** Also writes the profile to this file, in the Chrome trace format. */
  readonly trace?: string | undefined;
  /** Also writes the time of each layer to this file, as node data for Model Explorer. */
  readonly nodeData?: string | undefined;
  /** Tries on copies what would make networks faster, and tells what was measured to gain. */
  readonly advice?: boolean | undefined;
  /** Seconds that advice on one network may measure. */
  readonly adviceSeconds?: number | undefined;
  /** A report of an earlier run: fails where a median is over the one there by more than 5 % and three times its spread. */
  readonly compare?: string | undefined;
  /** Called as each step begins. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const FORMS = ['source', 'fused'];
const THREADS = ['1', 'all'];

/** What is timed, where and how often. */
const TIMING = {
  latency: { kind: flag, flag: '--no-latency', help: 'counts alone, without any engine' },
  form: { kind: listOf(() => FORMS), flag: '--form <list>', help: 'source, fused (both)' },
  engine: {
    kind: listOf(() => STUDY_ENGINES.map(({ name }) => name)),
    flag: '--engine <list>',
    help: `engines to time in: ${STUDY_ENGINES.map(({ name }) => name).join(', ')} (all that are there, without a browser's)`,
  },
  browser: {
    kind: flag,
    flag: '--browser',
    help: "also in the system's Chromium, or the one that the variable CHROMIUM names: TensorFlow.js with wasm and webgl",
  },
  threads: {
    kind: listOf(() => THREADS),
    flag: '--threads <list>',
    help: '1, all (both; native alone has more than 1)',
  },
  turns: { kind: count, flag: '--turns <n>', help: 'turns of each network in each engine, in random order (10)' },
  seed: { kind: count, flag: '--seed <n>', help: 'by which the order of turns is drawn (1)' },
} satisfies Partial<Record<keyof StudyOptions, Declaration>>;

/** Where results go beside the report. */
const RESULTS = {
  csv: { kind: path, flag: '--csv <file>', help: "writes a line for each latency, in timm's columns" },
  html: { kind: path, flag: '--html <file>', help: 'writes a page with tables and plots' },
} satisfies Partial<Record<keyof StudyOptions, Declaration>>;

/** What a run fails by. */
const GATES = {
  maxLatency: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--max-latency <ms>',
    help: 'exit code 7 where a median is over it',
  },
  minSpeedup: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--min-speedup <r>',
    help: 'exit code 7 where a fused network is not r times as fast as its source',
  },
  maxMacs: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--max-macs <n>',
    help: 'exit code 7 where a network has more, fused where that is studied',
  },
  maxParams: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--max-params <n>',
    help: 'exit code 7 where a network has more, fused where that is studied',
  },
  compare: {
    kind: path,
    flag: '--compare <report>',
    help: 'exit code 7 where a median is over the one of that report by more than 5 % and three times its MAD',
  },
} satisfies Partial<Record<keyof StudyOptions, Declaration>>;

/** What looks deeper than whole networks. */
const DEEPER = {
  ablate: {
    kind: listOf(() => ABLATION_NAMES),
    flag: '--ablate <list>',
    help: `builds a plain network with each form of a choice and times it: ${ABLATION_NAMES.join(', ')}; takes no model`,
  },
  profile: {
    kind: flag,
    flag: '--profile',
    help: "where the time of one network goes, by ONNX Runtime's own profiler",
  },
  trace: { kind: path, flag: '--trace <file>', help: 'writes the profile for chrome://tracing and Perfetto' },
  nodeData: { kind: path, flag: '--node-data <file>', help: 'writes the time of each layer for Model Explorer' },
  advice: { kind: flag, flag: '--advice', help: 'what would make it faster, each change measured on a copy' },
  adviceSeconds: {
    kind: number((value) => value > 0, 'a number above 0'),
    flag: '--advice-seconds <n>',
    help: 'how long advice on one network may measure (120)',
  },
} satisfies Partial<Record<keyof StudyOptions, Declaration>>;

/** How each of them is read and judged. */
export const studyOptions = (): Readonly<Record<keyof StudyOptions, Declaration>> => ({
  ...TIMING,
  ...READING,
  ...RESULTS,
  ...GATES,
  ...DEEPER,
  timeout: CHECKING.timeout,
  onProgress: { kind: callback, flag: '', help: '' },
});

const DEFAULTS = Object.freeze({ ...LIMITS, form: FORMS, latency: true, turns: 10, seed: 1 });

/** Options with every default in its place. */
export type ResolvedStudy = Resolved<StudyOptions, typeof DEFAULTS>;

/** What is about latency, and means nothing without. */
const OF_LATENCY = {
  engine: '--engine',
  browser: '--browser',
  threads: '--threads',
  turns: '--turns',
  seed: '--seed',
  timeout: '--timeout',
  maxLatency: '--max-latency',
  minSpeedup: '--min-speedup',
  compare: '--compare',
  ablate: '--ablate',
  profile: '--profile',
  advice: '--advice',
} as const;

/** Engines that keep a profile. */
const PROFILED = STUDY_ENGINES.filter(({ engine }) => engine === 'onnxruntime').map(({ name }) => name);

const NEEDING = [
  ['trace', '--trace', 'profile'],
  ['nodeData', '--node-data', 'profile'],
  ['adviceSeconds', '--advice-seconds', 'advice'],
] as const;

/** @throws UsageError for an unknown key, an impossible value or an impossible combination */
export function resolveStudy(given: StudyOptions = {}): ResolvedStudy {
  expectKnown(given, studyOptions());
  const { shape, ...rest } = present(given);
  const options = { ...DEFAULTS, ...rest, shape: asMap(shape) };
  const flexible = [...options.shape].find(([, sizes]) => sizes.some(isFlexible));
  if (flexible) {
    const [name, sizes] = flexible;
    throw usage(`--shape: ${name} ${formatAsked(sizes)}: a study measures one size`, 'give one number an axis');
  }
  if (!options.latency) {
    for (const [key, name] of Object.entries(OF_LATENCY)) {
      if (key in rest) throw usage(`${name} has no meaning with --no-latency`, 'leave one of them out');
    }
  }
  if (options.profile && options.engine?.some((name) => PROFILED.includes(name)) === false)
    throw usage('--profile needs ONNX Runtime', `name ${PROFILED.join(' or ')} with --engine`);
  for (const [key, name, needed] of NEEDING) {
    if (options[key] !== undefined && !options[needed]) throw usage(`${name} needs --${needed}`, `add --${needed}`);
  }
  if (options.minSpeedup !== undefined && !FORMS.every((form) => options.form.includes(form)))
    throw usage('--min-speedup needs both forms', 'leave --form out');
  return options;
}
