import { nameOf } from '../../files/index.js';
import { loadTargets } from '../../formats/index.js';
import { GateError, MobileoneError, type Unsupported, UnsupportedError, UsageError } from '../../model/index.js';
import type { DiffReport, ModelReport, Report } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { Draft } from '../../run/draft.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import { Stations } from '../../run/stations.js';
import { listNodes } from '../../source/list-nodes.js';
import { unsupportedIn } from '../../source/lower-for.js';
import { describeSource, openSource, type ReadingLimits } from '../../source/open-source.js';
import { prepare } from '../../source/prepare.js';
import { saysOfItself } from '../../source/says-of-itself.js';
import type { OpenArtefact } from '../../verification/open-artefact.js';
import { asModels, type ModelGiven } from '../model-given.js';
import { rememberReport } from '../reports-of-errors.js';
import { type InspectOptions, type ResolvedInspect, resolveInspect } from './options.js';
import { fusibleLine } from './summary.js';

/**
 * Says what is in ONNX models: inputs, outputs, counts before and after fusing, blocks that fusing would make or declines,
 * and what each target cannot express. Runs no engine and writes nothing but the report it is asked for.
 * @param models paths of `.onnx` files, or their bytes
 * @throws UsageError where the options are wrong; else the error of the first model that failed, after all were looked at:
 * InputError; UnsupportedError where a target that was named refuses; GateError with `expectFused`
 * @example const { models: [model] } = await inspect('model.onnx');
 */
export async function inspect(
  models: ModelGiven | readonly ModelGiven[],
  options: InspectOptions = {},
): Promise<Report> {
  const { report, error } = await inspectAll(asModels(models), options, { isReportRead: true });
  if (!error) return report;
  throw rememberReport(error, report);
}

/**
 * The same with the error beside the report instead of thrown.
 * @param reading whether anybody will read more of the report than its summary; else nothing is hashed, which takes a
 * good part of the time
 */
export async function inspectAll(
  models: readonly ModelGiven[],
  given: InspectOptions,
  { isReportRead }: { readonly isReportRead: boolean },
): Promise<RunOutcome> {
  const started = now();
  const options = resolveInspect(given);
  if (models.length === 0) throw new UsageError({ what: 'no model was named', todo: 'name an .onnx file' });
  if (options.diff !== undefined && models.length > 1) {
    throw new UsageError({ what: '--diff is of one model', todo: 'name one, and others in runs of their own' });
  }
  const outcomes: Inspected[] = [];
  const isHashed = isReportRead || options.report !== undefined;
  for (const model of models) outcomes.push(await inspectModel(model, { ...options, isHashed }));
  return closeRun('inspect', started, outcomes, options);
}

/** What became of one model. */
interface Inspected {
  readonly report: ModelReport;
  readonly error: MobileoneError | undefined;
}

/** Options, and whether the report is to hold hashes. */
type Asked = ResolvedInspect & { readonly isHashed: boolean };

async function inspectModel(model: ModelGiven, options: Asked): Promise<Inspected> {
  const draft = new Draft(nameOf(model));
  const stations = new Stations(() => {});
  try {
    const { diff } = options;
    // Before all else: where there is none, nothing is to be said of the model alone.
    const other = diff === undefined ? undefined : await stations.time('diff', () => openAny(diff, options));
    await look(draft, stations, model, options);
    if (other) draft.diff = await stations.time('diff', () => diffOf(model, other, options));
    if (options.isAsked) expectSupported(draft);
    if (options.expectFused && draft.fused.length > 0) {
      throw new GateError({ what: fusibleLine(draft.fused.length), todo: 'run mobileone convert on it' });
    }
  } catch (error) {
    if (!(error instanceof MobileoneError)) throw error;
    draft.fail(error);
  }
  return { report: draft.finish(stations), error: draft.error };
}

async function look(draft: Draft, stations: Stations, given: ModelGiven, options: Asked): Promise<void> {
  const reading = stations.time('read', () => openSource(given, options));
  // What comes next is loaded while the system reads the file.
  const [source, targets] = await Promise.all([reading, loadTargets(options.to)]);
  try {
    const { model } = source;
    const said = saysOfItself(model);
    if (said !== undefined) draft.note(said);
    const changes = await prepare(model, options, {
      time: (station, step) => stations.time(station, step),
      onStock(stock) {
        draft.takeStock(stock);
        if (options.nodes) draft.nodes = listNodes(model.graph);
      },
    });
    draft.takeFused(model, changes);
    for (const target of targets) {
      const { name } = target;
      const unsupported = await stations.time(name, () => unsupportedIn(target, model, { shape: options.shape }));
      draft.targets.push({
        target: name,
        unsupported: unsupported.map(({ node, operator, reason }) => ({ node, operator, reason })),
      });
    }
  } finally {
    // By now it is known which data files were read.
    draft.source = describeSource(source);
    draft.note(...source.external.notes);
    source.external.close();
  }
}

async function openAny(given: ModelGiven, limits: ReadingLimits): Promise<OpenArtefact> {
  const { findArtefact, openFound } = await import('../../verification/open-artefact.js');
  return openFound(await findArtefact(given, limits), limits);
}

async function diffOf(model: ModelGiven, other: OpenArtefact, limits: ReadingLimits): Promise<DiffReport> {
  const { compareStructure } = await import('../../verification/structure.js');
  const source = await openAny(model, limits);
  return { path: other.path, format: other.target.name, ...compareStructure(source.opened, other.opened) };
}

/** With targets named, refusing one of them is an error. */
function expectSupported({ targets }: Draft): void {
  const unsupported = targets.flatMap(({ target, unsupported: each }) =>
    each.map((one): Unsupported => ({ target, ...one })),
  );
  const [first] = unsupported;
  if (!first) return;
  const names = targets.filter((each) => each.unsupported.length > 0).map(({ target }) => target);
  const more = unsupported.length > 1 ? ` (and ${unsupported.length - 1} more)` : '';
  throw new UnsupportedError(
    {
      what: `${names.join(' and ')} cannot express it: ${first.operator}: ${first.reason}${more}`,
      where: { node: first.node },
    },
    unsupported,
  );
}
