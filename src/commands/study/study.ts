import { expectWritable, isFolder, listFiles, machine, Scratch, writeWhole } from '../../files/index.js';
import { EngineError, InputError, MobileoneError, UsageError } from '../../model/index.js';
import { reportError } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { expectOwnPlaces } from '../../run/write-reports.js';
import type { Latency, NotTimed, StartedEngine } from '../../study/latency/index.js';
import { type Form, type StudiedNetwork, studyNetwork } from '../../study/network.js';
import { VERSION } from '../../version.js';
import { announce } from './announce.js';
import { studyCsv } from './csv.js';
import { expectGates } from './gates.js';
import { networkReports } from './network-reports.js';
import { type ResolvedStudy, resolveStudy, type StudyOptions } from './options.js';
import type { EngineReport, NetworkAdvice, NetworkProfileReport, StudyReport } from './report.js';
import { rememberStudy } from './reports-of-errors.js';

/** What a study came to. */
export interface StudyOutcome {
  readonly report: StudyReport;
  /** Of the first network that failed, or of the first gate that is not met. */
  readonly error: MobileoneError | undefined;
}

/**
 * Says what networks cost, and why: counts them as they are given and fused, and times them in every engine that is there.
 * @param models ONNX files, or folders of them
 * @throws UsageError before any work where the options are wrong; InputError where a file is not valid; GateError where a gate
 * is not met; EngineError where an engine that was named is not there; see `studyOf`
 * @example const { networks } = await study('model.onnx', { latency: false });
 */
export async function study(models: string | readonly string[], options: StudyOptions = {}): Promise<StudyReport> {
  const { report, error } = await studyAll(typeof models === 'string' ? [models] : models, options);
  if (!error) return report;
  throw rememberStudy(error, report);
}

/** The same with the first error beside the report instead of thrown. @throws UsageError */
export async function studyAll(models: readonly string[], given: StudyOptions): Promise<StudyOutcome> {
  const started = now();
  const options = resolveStudy(given);
  if (options.ablate && models.length > 0)
    throw new UsageError({ what: '--ablate builds its own networks', todo: 'name no model with it' });
  if (!options.ablate && models.length === 0)
    throw new UsageError({ what: 'no model was named', todo: 'name ONNX files, or folders of them' });
  const errors = new Map<MobileoneError, string | undefined>();
  const attempt = async <T>(file: string | undefined, step: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof MobileoneError) || error instanceof UsageError) throw error;
      errors.set(error, file);
      return undefined;
    }
  };
  const paths = new Set<string>();
  for (const model of models) for (const file of (await attempt(model, () => filesIn(model))) ?? []) paths.add(file);
  if (options.profile && paths.size > 1)
    throw new UsageError({ what: `--profile is of one network, and ${paths.size} were named`, todo: 'name one' });
  const places = [options.report, options.csv, options.html, options.trace, options.nodeData].flatMap(
    (place) => place ?? [],
  );
  expectOwnPlaces(places, [...paths, ...(options.compare === undefined ? [] : [options.compare])]);
  for (const place of places) expectWritable(place);
  const run = new StudyRun(options);
  try {
    await attempt(undefined, () => run.start());
    const networks: StudiedNetwork[] = [];
    for (const path of paths) {
      given.onProgress?.({ model: path, station: 'count' });
      const network = await attempt(path, () => run.read(path));
      if (network) networks.push(network);
    }
    await attempt(undefined, () => run.measure(networks, given.onProgress));
    const deeper = await run.lookDeeper(networks, given.onProgress, attempt);
    const reports = networkReports(networks, run.measured);
    const explanation = await run.explain(networks);
    await attempt(undefined, () => expectGates(reports, options));
    const report = (): StudyReport => ({
      tool: { name: 'mobileone', version: VERSION },
      command: 'study',
      exitCode: [...errors.keys()][0]?.exitCode ?? 0,
      milliseconds: Math.round((now() - started) * 10) / 10,
      machine: machine(),
      engines: run.engines,
      noise: run.noise,
      networks: reports,
      ...explanation,
      ...deeper,
      notes: [...networks.flatMap(({ path, notes }) => notes.map((note) => `${path}: ${note}`)), ...run.notes],
      errors: Array.from(errors, ([error, file]) => reportError(error, file)),
    });
    const { csv, html, report: json } = options;
    if (csv !== undefined) await attempt(csv, () => writeWhole(csv, encoded(studyCsv(report()))));
    if (html !== undefined) await attempt(html, async () => writeWhole(html, encoded(await pageOf(report()))));
    if (json !== undefined) await attempt(json, () => writeWhole(json, encoded(studyJson(report()))));
    return { report: report(), error: [...errors.keys()][0] };
  } finally {
    run.close();
  }
}

/** The report as JSON text. */
export function studyJson(report: StudyReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** Loaded when a page is wanted. */
async function pageOf(report: StudyReport): Promise<string> {
  return (await import('./page/study-page.js')).studyPage(report);
}

const encoded = (text: string) => new TextEncoder().encode(text);

/** @throws InputError where nothing is there, or a folder has no ONNX files */
function filesIn(model: string): string[] {
  if (!isFolder(model)) return [model];
  const found = (listFiles(model) ?? []).filter(({ path }) => path.endsWith('.onnx')).map(({ file }) => file);
  if (found.length === 0) throw new InputError({ what: 'the folder holds no .onnx file', where: { file: model } });
  return found;
}

/** Engines, files and times of one study. */
class StudyRun {
  readonly #options: ResolvedStudy;
  readonly #scratch: Scratch | undefined;
  #started: readonly StartedEngine[] = [];
  readonly notes: string[] = [];
  measured: { readonly latencies: readonly Latency[]; readonly notTimed: readonly NotTimed[] } = {
    latencies: [],
    notTimed: [],
  };
  noise: number | null = null;

  constructor(options: ResolvedStudy) {
    this.#options = options;
    this.#scratch = options.latency ? new Scratch() : undefined;
  }

  get engines(): readonly EngineReport[] {
    return this.#started.map(({ name, info: { name: of, version, browser = null, renderer = null } }) => ({
      engine: name,
      package: of,
      version,
      browser,
      renderer,
    }));
  }

  /** @throws EngineError where an engine that was named, or every one, is missing */
  async start(): Promise<void> {
    const { latency, engine, timeout, browser } = this.#options;
    if (!latency) return;
    const { STUDY_ENGINES, startStudyEngines } = await timing();
    const wanted = STUDY_ENGINES.filter(
      ({ name, isInBrowser = false }) => (isInBrowser && browser) || (engine?.includes(name) ?? !isInBrowser),
    );
    const { started, missing } = await startStudyEngines(wanted, timeout);
    this.#started = started;
    const inBrowser = missing.find(({ isInBrowser }) => isInBrowser);
    if (inBrowser)
      throw new EngineError({ what: inBrowser.reason, todo: 'install Chromium, or study without a browser' });
    const [first] = missing;
    if (first && (engine || started.length === 0)) {
      throw new EngineError({ what: first.reason, todo: 'use --no-latency, or name other engines with --engine' });
    }
    for (const { name, reason } of missing) this.notes.push(`${name} is left out: ${reason}`);
    for (const { name, info } of started) {
      if (info.renderer && SOFTWARE.test(info.renderer)) this.notes.push(drawnInSoftware(name, info.renderer));
    }
  }

  read(path: string): Promise<StudiedNetwork> {
    const { form, ...options } = this.#options;
    const forms = FORMS.filter((each) => form.includes(each));
    const formatNames = [...new Set(this.#started.map(({ format }) => format))];
    return studyNetwork(path, { ...options, forms }, formatNames, this.#scratch);
  }

  async measure(networks: readonly StudiedNetwork[], onProgress: StudyOptions['onProgress']): Promise<void> {
    const { seed, turns, threads } = this.#options;
    const subjects = networks.flatMap(({ forms }) => forms.map(({ subject }) => subject));
    if (this.#started.length === 0 || subjects.length === 0) return;
    const { estimateSeconds, measureLatency, NOISY, noiseOf, PLAN } = await timing();
    const numbers = threads?.map((each) => (each === 'all' ? 'all' : 1));
    const planned = this.#started.flatMap((engine) => {
      const asked = engine.threads.filter((each) => numbers?.includes(each) ?? true).length;
      return networks.flatMap(({ forms }) =>
        forms.map(({ figures }) => ({ engine, threads: asked, macs: figures.macs })),
      );
    });
    announce(estimateSeconds(planned, turns, PLAN), 'fewer engines, forms or turns', onProgress);
    this.measured = await measureLatency(subjects, this.#started, {
      seed,
      turns,
      threads: numbers,
      onTurn: (_key, done, total) => onProgress?.({ model: 'turns', station: 'time', samples: { done, total } }),
    });
    const noise = noiseOf(this.measured.latencies);
    this.noise = noise ?? null;
    if (noise !== undefined && noise > NOISY) {
      const figure = `${(100 * noise).toFixed(1)} %`;
      this.notes.push(`this machine is too noisy for small differences: turns of one network lie ${figure} apart`);
    }
  }

  /** What goes with latency; loaded where something was timed. */
  async explain(networks: readonly StudiedNetwork[]): Promise<Pick<StudyReport, 'correlations' | 'model'>> {
    const { latencies } = this.measured;
    if (latencies.length === 0) return { correlations: [], model: [] };
    const { explain } = await import('./explanations.js');
    return explain(networks, latencies);
  }

  /** What was asked for beyond figures of whole networks. What fails of one leaves the others. */
  async lookDeeper(
    networks: readonly StudiedNetwork[],
    onProgress: StudyOptions['onProgress'],
    attempt: <T>(file: string | undefined, step: () => Promise<T>) => Promise<T | undefined>,
  ): Promise<Pick<StudyReport, 'advice' | 'ablations' | 'profiles'>> {
    const [scratch, advised, profiled] = [this.#scratch, [] as NetworkAdvice[], [] as NetworkProfileReport[]];
    if (!scratch || this.#started.length === 0) return { advice: [], ablations: [], profiles: [] };
    const { ablations, advice, announceAdvice, profiles } = await import('./deeper.js');
    const parts = { options: this.#options, engines: this.#started, scratch, notes: this.notes, onProgress };
    const built = (await attempt(undefined, () => ablations(parts))) ?? [];
    announceAdvice(networks.length, parts);
    for (const { path } of networks) {
      profiled.push(...((await attempt(path, () => profiles(path, parts))) ?? []));
      advised.push(...((await attempt(path, () => advice(path, parts))) ?? []));
    }
    return { advice: advised, ablations: built, profiles: profiled };
  }

  close(): void {
    for (const { process } of this.#started) process.close();
    this.#scratch?.remove();
  }
}

/** Renderers that have no graphics processor behind them. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render/i;

function drawnInSoftware(engine: string, renderer: string): string {
  return `${engine} has no graphics processor here: a processor computes in its place (${renderer})`;
}

const FORMS: readonly Form[] = ['source', 'fused'];

/** Engines, and what is needed to time in them, loaded where they are. */
const timing = () => import('../../study/latency/index.js');
