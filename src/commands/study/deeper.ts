import { EngineFailure, type Threads } from '../../engines/index.js';
import type { Scratch } from '../../files/index.js';
import { writeWhole } from '../../files/index.js';
import { EngineError } from '../../model/index.js';
import { showShare } from '../../report/numbers.js';
import { now } from '../../run/clock.js';
import {
  advise,
  chromeTrace,
  engineProfiler,
  estimateSeconds,
  macsOfVariants,
  measurePeaks,
  measuring,
  NOISY,
  PLAN,
  profileNetwork,
  runAblation,
  type StartedEngine,
  timeNodeData,
  withNetwork,
} from '../../study/index.js';
import { announce } from './announce.js';
import type { ResolvedStudy, StudyOptions } from './options.js';
import type { NetworkAblation, NetworkAdvice, NetworkProfileReport } from './report.js';

/** Seconds that advice on one network may measure. */
const ADVICE_SECONDS = 120;

/** What looks deeper than at whole networks needs. */
export interface DeeperParts {
  readonly options: ResolvedStudy;
  readonly engines: readonly StartedEngine[];
  readonly scratch: Scratch;
  readonly notes: string[];
  readonly onProgress: StudyOptions['onProgress'];
}

/** Builds plain networks and measures what one choice costs; nothing where none was asked for. @throws EngineError */
export async function ablations(parts: DeeperParts): Promise<NetworkAblation[]> {
  const reports: NetworkAblation[] = [];
  announceAblations(parts);
  for (const name of parts.options.ablate ?? []) {
    reports.push(await asEngineError(() => runAblation(name, measure(parts, `--ablate ${name}`))));
  }
  return reports;
}

function announceAblations({ options, engines, onProgress }: DeeperParts): void {
  const { ablate = [], turns } = options;
  const places = timedIn({ options, engines });
  const planned = ablate.flatMap(macsOfVariants).flatMap((macs) =>
    places.engines.map((engine) => {
      const threads = engine.threads.filter((each) => places.threads.includes(each)).length;
      return { engine, threads, macs };
    }),
  );
  announce(estimateSeconds(planned, turns, PLAN), 'fewer choices, engines or turns', onProgress);
}

/** Says how long advice on so many networks may take, where that is long. */
export function announceAdvice(count: number, { options, onProgress }: DeeperParts): void {
  if (!options.advice) return;
  announce(count * (options.adviceSeconds ?? ADVICE_SECONDS), 'fewer networks, or --advice-seconds,', onProgress);
}

/** What would make each network faster; nothing where that was not asked for. @throws InputError, EngineError */
export async function advice(path: string, parts: DeeperParts): Promise<NetworkAdvice[]> {
  const { options, notes } = parts;
  if (!options.advice) return [];
  return withNetwork(path, options, async (network) => {
    const limits = { seconds: options.adviceSeconds ?? ADVICE_SECONDS, now };
    const found = await asEngineError(() => advise(network, measure(parts, path), limits));
    if (found.untried.length > 0) {
      notes.push(`${path}: not tried after ${limits.seconds} s: ${found.untried.join('; ')}`);
    }
    if (found.advice.length === 0) notes.push(`${path}: no change that was tried makes it faster beyond the noise`);
    return found.advice.map((each) => ({ path, ...each }));
  });
}

/** Where the time of a network goes; nothing where that was not asked for. @throws InputError, EngineError, OutputError */
export async function profiles(path: string, parts: DeeperParts): Promise<NetworkProfileReport[]> {
  const { options, engines, scratch, onProgress } = parts;
  if (!options.profile) return [];
  const engine = engines.find(({ engine: name }) => name === 'onnxruntime');
  if (!engine) throw new EngineError({ what: 'no engine that keeps a profile is there' });
  const threads = options.threads?.includes('1') === false && engine.threads.includes('all') ? 'all' : 1;
  const form = options.form.includes('fused') ? 'fused' : 'source';
  return withNetwork(path, options, async (network) => {
    const model = network[form];
    const profiler = engineProfiler(engine, threads, scratch);
    onProgress?.({ model: path, station: 'profile' });
    const timed = measuring({
      ...{ engines: [engine], scratch, threads: [threads], turns: 2, onNotTimed: () => {} },
    });
    const profile = await asEngineError(async () => {
      const peaks = await measurePeaks(profiler);
      const unprofiled = (await timed(new Map([[path, model]]))).get(path)?.[0]?.median ?? null;
      return profileNetwork(model, profiler, { engine: engine.name, threads, form, unprofiled, peaks });
    });
    if (options.trace !== undefined) await writeWhole(options.trace, encoded(chromeTrace(profile)));
    if (options.nodeData !== undefined) await writeWhole(options.nodeData, encoded(timeNodeData(profile)));
    return [{ path, ...profile.report }];
  });
}

/** In the first engine and on one thread, unless others were named. */
function timedIn({ options, engines }: Pick<DeeperParts, 'options' | 'engines'>) {
  const { engine, browser, threads } = options;
  return {
    engines: engine || browser ? engines : engines.slice(0, 1),
    threads: threads?.map((each): Threads => (each === 'all' ? 'all' : 1)) ?? [1],
  };
}

function measure({ options, engines, scratch, notes, onProgress }: DeeperParts, what: string) {
  const { seed, turns } = options;
  let isSaid = false;
  return measuring({
    ...{ ...timedIn({ options, engines }), scratch, seed, turns },
    onNotTimed: ({ key, engine: name, reason }) => notes.push(`${what}: ${key}: not timed in ${name}: ${reason}`),
    onNoise: (share) => {
      if (share <= NOISY || isSaid) return;
      isSaid = true;
      notes.push(`${what}: this machine is noisy: turns of one network lie ${showShare(share)} apart`);
    },
    onTurn: (key, done, total) => onProgress?.({ model: `${what}: ${key}`, station: 'time', samples: { done, total } }),
  });
}

async function asEngineError<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof EngineFailure) throw new EngineError({ what: error.message });
    throw error;
  }
}

const encoded = (text: string) => new TextEncoder().encode(text);
