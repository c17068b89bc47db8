import type { Verdict } from '../check/index.js';
import type { ResolvedConvert } from '../commands/convert/options.js';
import {
  expectFolder,
  expectReplaceable,
  type Identity,
  putInPlace,
  type Staged,
  sha256,
  stageArtefact,
  TemporaryFolder,
} from '../files/index.js';
import type { LowerOptions, Precision, Target } from '../formats/format.js';
import type { FormatOptions } from '../formats/index.js';
import { EngineError, MobileoneError, type Model, type Unsupported } from '../model/index.js';
import { optimize } from '../passes/pipeline.js';
import type { Proof, Written } from '../proof/proof.js';
import type { Prover } from '../proof/prover.js';
import type { ModelReport } from '../report/index.js';
import { Draft } from '../run/draft.js';
import { Stations } from '../run/stations.js';
import { declinedBlocks, fusedBlocks } from '../source/blocks.js';
import { countGraph } from '../source/counts.js';
import { precisionOf } from '../source/describe.js';
import { expectLabelsFit } from '../source/labels.js';
import { type ImageInput, normaliseImage } from '../source/normalise-image.js';
import { describeSource, type OpenSource, openSource } from '../source/open-source.js';
import { takeStock } from '../source/take-stock.js';
import { growthNotes, reportArtefact } from './artefact-report.js';
import { expectClassNames } from './class-names.js';
import { lowerTargets } from './lower-targets.js';
import { outputsBefore, sourcesOf } from './outputs-before.js';
import { expectNotAmong, type Plan } from './plan.js';
import { readBack } from './read-back.js';

/** What all models of a run share. */
export interface Run {
  readonly options: ResolvedConvert;
  readonly targets: readonly Target[];
  /** Inputs of the run beside the models: never written, never deleted. */
  readonly protect: ReadonlySet<Identity>;
  readonly labels: readonly string[] | undefined;
  /** undefined: nothing is checked. */
  readonly prover: Prover | undefined;
}

/** One model on its way. */
interface Work {
  readonly run: Run;
  readonly plan: Plan;
  readonly draft: Draft;
  readonly stations: Stations;
  readonly source: OpenSource;
}

/** What became of one model. */
export interface Outcome {
  readonly report: ModelReport;
  readonly error: MobileoneError | undefined;
}

/** What is in force for one target: what the user asked, or what the source brings along. */
interface Asked {
  readonly options: LowerOptions;
  readonly precision: Precision;
}

/**
 * Takes one model all the way: read, fused, lowered for every target, written under temporary names, read back, checked,
 * put in place. Whatever a user can act on ends up in the report; a defect is thrown.
 */
export async function convertModel(plan: Plan, run: Run): Promise<Outcome> {
  const draft = new Draft(plan.path);
  const stations = new Stations((station) => run.options.onProgress?.({ model: plan.path, station }));
  try {
    expectFolder(run.options.outDir);
    for (const destination of plan.destinations.values()) expectReplaceable(destination);
    const source = await stations.time('read', () => openSource(plan.path, run.options));
    try {
      await convertSource({ run, plan, draft, stations, source });
    } finally {
      // By now it is known which data files were read.
      draft.source = describeSource(source);
      draft.note(...source.external.notes);
      source.external.close();
    }
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    draft.fail(error);
  }
  return { report: draft.finish(stations), error: draft.error };
}

/** What is said of a model that was not looked at, because something that all models need is missing. */
export function notTried(path: string, error: MobileoneError): Outcome {
  const draft = new Draft(path);
  draft.fail(error);
  return { report: draft.finish(new Stations(() => {})), error };
}

async function convertSource(work: Work): Promise<void> {
  const { run, draft, stations, source } = work;
  const { model } = source;
  await stations.time('look', () => draft.takeStock(takeStock(model, run.options)));
  if (run.labels) expectLabelsFit(model.graph, run.labels, run.options.labels ?? '');
  const image = run.options.image && normaliseImage(model, run.options.image, run.options.mean, run.options.std);
  const precision = precisionOf(model);
  const proof = run.prover && startProof(run.prover, source, image, precision);
  const asked = askedOf(run, image, precision);
  await stations.time('fuse', () => fuse(model, run.options, draft));
  const written = await stations.time('lower', () => lowerAll(work, asked));
  // A target that refuses comes before a check that cannot be made.
  if (proof instanceof EngineError) throw proof;
  await writeAll(work, written, proof);
}

function startProof(prover: Prover, ...parts: Parameters<Prover['start']>): Proof | EngineError {
  try {
    return prover.start(...parts);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

function fuse(model: Model, options: ResolvedConvert, draft: Draft): void {
  const { fuse: isFused, maxCost, batchNorm } = options;
  const changes = optimize(model, { fuse: isFused, maxCost, batchNorm, typed: true });
  draft.after = countGraph(model.graph);
  draft.fused = fusedBlocks(model.graph);
  draft.declined = declinedBlocks(changes.declined);
  draft.note(...model.notes, ...changes.notes);
}

function askedOf(
  { options, labels }: Run,
  image: ImageInput | undefined,
  sourcePrecision: 'fp16' | 'fp32',
): (target: Target) => Asked {
  return (target) => {
    const precision = options.precision ?? target.defaultPrecision(sourcePrecision);
    const own = Object.keys(target.options).map((name) => [name, options[name as keyof FormatOptions]] as const);
    return {
      precision: precision ?? sourcePrecision,
      options: { ...Object.fromEntries(own), precision, keepFp32: options.keepFp32 ?? [], image, labels },
    };
  };
}

/** Lowers for all targets before any of them becomes bytes. */
function lowerAll({ run, plan, source }: Work, askedOfTarget: (target: Target) => Asked): Written[] {
  const cutBefore = (unsupported: readonly Unsupported[]) => {
    const refused = sourcesOf(source.model.graph, unsupported);
    const file = source.readAgain();
    takeStock(file, run.options);
    return refused ? outputsBefore(file.graph, refused) : [];
  };
  const lowered = lowerTargets(source.model, run.targets, (target) => askedOfTarget(target).options, cutBefore);
  return lowered.map(({ target, lowered: each }) => ({
    target,
    lowered: each,
    artefact: target.write(each.program, plan.baseName, sha256),
    ...askedOfTarget(target),
  }));
}

async function writeAll(work: Work, written: readonly Written[], proof: Proof | undefined): Promise<void> {
  const { run, plan, draft, stations, source } = work;
  const protect = new Set([...run.protect, source.identity, ...source.external.files.map((file) => file.identity)]);
  for (const { shown } of plan.destinations.values()) expectNotAmong(shown, protect);
  const temporary = new TemporaryFolder(run.options.outDir);
  const staged = new Map<Written, Staged>();
  const verdicts = new Map<Written, Verdict>();
  let isPlaced = false;
  try {
    for (const each of written) {
      const destination = plan.destinations.get(each.target.name);
      if (!destination) throw new Error(`no place was planned for ${each.target.name}`);
      const stage = await stations.time('write', () => stageArtefact(each.artefact, destination, temporary));
      staged.set({ ...each, artefact: stage.artefact }, stage);
    }
    for (const each of staged.keys()) {
      await expectClassNames(each);
      if (!proof) await stations.time('read back', () => readBack(each));
      else verdicts.set(each, await stations.time('check', () => proof.judge(each, source.model)));
    }
    const errors = [...staged.keys()].flatMap((each) => verdicts.get(each)?.error ?? []);
    for (const error of errors) draft.fail(error);
    if (errors.every(({ exitCode }) => run.options.keep && exitCode === 5)) {
      await stations.time('put in place', () => putInPlace([...staged.values()], protect));
      isPlaced = true;
    }
  } finally {
    // No system takes away a file that it still writes.
    await Promise.allSettled(Array.from(staged.values(), ({ onDisk }) => onDisk));
    temporary.remove({ isPlaced });
    draft.artefacts = Array.from(staged, ([each, { destination, written: files }]) =>
      reportArtefact({
        target: each.target.name,
        path: destination.shown,
        precision: each.precision,
        files,
        notes: [...each.lowered.notes, ...growthNotes(files, each, source, draft)],
        verdict: verdicts.get(each),
        isPlaced,
      }),
    );
  }
}
