import type { ResolvedConvert } from '../commands/convert/options.js';
import { type ArtefactInMemory, expectFolder, expectReplaceable, type Identity, sha256 } from '../files/index.js';
import type { About } from '../formats/about.js';
import type { LowerOptions, Precision, Target } from '../formats/format.js';
import type { FormatOptions } from '../formats/index.js';
import { precisionOf } from '../formats/weight-precision.js';
import { EngineError, MobileoneError, type Unsupported, UsageError } from '../model/index.js';
import { graphsOf } from '../passes/graphs-of.js';
import type { ModelCheck } from '../proof/model-check.js';
import { expectProvable } from '../proof/prove-artefact.js';
import type { RunCheck } from '../proof/run-check.js';
import type { ModelReport } from '../report/index.js';
import { Draft } from '../run/draft.js';
import { Stations, stationsOf } from '../run/stations.js';
import { expectEnds } from '../source/ends.js';
import { expectLabelsFit, repeatedNote } from '../source/labels.js';
import type { ImageInput } from '../source/normalise-image.js';
import { describeSource, type OpenSource, openSource } from '../source/open-source.js';
import { prepare } from '../source/prepare.js';
import { previewOf } from '../source/preview.js';
import { takeStock } from '../source/take-stock.js';
import { type Lowered, writeArtefacts } from './artefacts.js';
import { lowerTargets } from './lower-targets.js';
import { outputsBefore, sourcesOf } from './outputs-before.js';
import type { Plan } from './plan.js';

/** What all models of a run share. */
export interface Run {
  readonly options: ResolvedConvert;
  readonly targets: readonly Target[];
  /** Inputs of the run beside the models: never written, never deleted. */
  readonly protect: ReadonlySet<Identity>;
  readonly labels: readonly string[] | undefined;
  readonly about: About;
  /** undefined: nothing is checked. */
  readonly check: RunCheck | undefined;
}

/** One model on its way. */
export interface Work {
  readonly run: Run;
  readonly plan: Plan;
  readonly draft: Draft;
  readonly stations: Stations;
  readonly source: OpenSource;
}

/** What became of one model. */
export interface Outcome {
  /** Artefacts that are nowhere on the disk, where they were asked for so. */
  readonly artefacts: readonly ArtefactInMemory[];
  readonly report: ModelReport;
  readonly error: MobileoneError | undefined;
}

/**
 * Takes one model all the way: read, fused, lowered for every target, written under temporary names, read back, checked,
 * put in place. Whatever a user can act on ends up in the report; a defect is thrown.
 */
export async function convertModel(plan: Plan, run: Run): Promise<Outcome> {
  const draft = new Draft(plan.path);
  const stations = stationsOf(plan.path, run.options);
  let artefacts: readonly ArtefactInMemory[] = [];
  try {
    if (run.options.outDir !== null) expectOutput(run.options.outDir, plan);
    const source = await stations.time('read', () => openSource(plan.given, { ...run.options, isHashed: true }));
    try {
      artefacts = await convertSource({ run, plan, draft, stations, source });
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
  return { report: draft.finish(stations), error: draft.error, artefacts };
}

function expectOutput(outDir: string, plan: Plan): void {
  expectFolder(outDir);
  for (const destination of plan.destinations.values()) expectReplaceable(destination);
}

/** What is said of a model that was not looked at, because something that all models need is missing. */
export function notTried(path: string, error: MobileoneError): Outcome {
  const draft = new Draft(path);
  draft.fail(error);
  return { report: draft.finish(new Stations(() => {})), error, artefacts: [] };
}

async function convertSource(work: Work): Promise<readonly ArtefactInMemory[]> {
  const { run, draft, stations, source } = work;
  const { model } = source;
  const precision = precisionOf(model);
  let image: ImageInput | undefined;
  let check: ModelCheck | EngineError | undefined;
  const changes = await prepare(model, run.options, {
    time: (station, step) => stations.time(station, step),
    onStock(stock) {
      draft.takeStock(stock);
      if (run.labels) {
        expectLabelsFit(model.graph, run.labels, pathOf(run.options.labels));
        draft.note(...repeatedNote(run.labels));
      }
      expectEnds(model.graph, run.about.described.keys());
    },
    onReady(input) {
      image = input;
      check = run.check && startCheck(run.check, source, image, precision);
    },
  });
  draft.takeFused(model, changes);
  if (run.options.nms && graphsOf(model).every((graph) => graph.count('NonMaxSuppression') === 0)) {
    throw new UsageError({ what: '--nms: the graph has no NonMaxSuppression', todo: 'leave it out' });
  }
  if (run.options.prove) {
    const candidates = run.targets.map((target) => ({
      target,
      precision: loweringOptions(target, run, precision, image).precision ?? precision,
    }));
    expectProvable(candidates);
  }
  const about = { ...run.about, preview: previewOf(model.graph, run.labels?.length) };
  const lowered = await stations.time('lower', () => lowerAll(work, precision, image, about));
  // A target that refuses comes before a check that cannot be made.
  if (check instanceof EngineError) throw check;
  return writeArtefacts(work, lowered, check);
}

function pathOf(labels: ResolvedConvert['labels']): string | undefined {
  return typeof labels === 'string' ? labels : undefined;
}

function startCheck(check: RunCheck, ...parts: Parameters<RunCheck['start']>): ModelCheck | EngineError {
  try {
    return check.start(...parts);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** Lowers for all targets before any of them becomes bytes. */
function lowerAll(
  { run, plan, source }: Work,
  sourcePrecision: 'fp16' | 'fp32',
  image: ImageInput | undefined,
  about: About,
): Lowered[] {
  const cutBefore = (unsupported: readonly Unsupported[]) => {
    const refused = sourcesOf(source.model.graph, unsupported);
    const file = source.readAgain();
    takeStock(file, run.options);
    return refused ? outputsBefore(file.graph, refused) : [];
  };
  const optionsFor = (target: Target) => ({ ...loweringOptions(target, run, sourcePrecision, image), about });
  return lowerTargets(source.model, run.targets, optionsFor, cutBefore).map(({ target, lowered }) => {
    const options = optionsFor(target);
    const precision: Precision = options.precision ?? sourcePrecision;
    const artefact = target.write(lowered.program, plan.baseName, sha256);
    return { target, options, precision, notes: lowered.notes, artefact };
  });
}

/** What is in force for one target: what the user asked, or what the format takes by itself for such a source. */
function loweringOptions(
  target: Target,
  { options, labels }: Run,
  sourcePrecision: 'fp16' | 'fp32',
  image: ImageInput | undefined,
): LowerOptions {
  const own = Object.keys(target.options).map((name) => [name, options[name as keyof FormatOptions]] as const);
  const precision = options.precision.get(target.name) ?? target.defaultPrecision(sourcePrecision);
  return {
    ...Object.fromEntries(own),
    precision,
    keepFp32: options.keepFp32 ?? [],
    image,
    labels,
    shape: options.shape,
    origins: options.origins,
  };
}
