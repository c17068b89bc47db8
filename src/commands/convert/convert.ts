import { convertModel, notTried, type Outcome } from '../../conversion/convert-model.js';
import { type Plan, planOutputs } from '../../conversion/plan.js';
import { type ArtefactInMemory, expectWritable, type Identity, identityAt, pathsAmong } from '../../files/index.js';
import type { Target } from '../../formats/format.js';
import { loadTargets } from '../../formats/index.js';
import { MobileoneError, UsageError } from '../../model/index.js';
import { expectProvable } from '../../proof/prove-artefact.js';
import type { RunCheck } from '../../proof/run-check.js';
import type { Report } from '../../report/index.js';
import { abortable, onAbort } from '../../run/abort.js';
import { now } from '../../run/clock.js';
import { inJobs } from '../../run/in-jobs.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import type { Progress } from '../../run/stations.js';
import { reportPlaces } from '../../run/write-reports.js';
import { labelsOf } from '../../source/labels.js';
import { asModels, type ModelGiven } from '../model-given.js';
import { rememberReport } from '../reports-of-errors.js';
import { aboutOf } from './about-options.js';
import { measureAlongDepth } from './measure-along-depth.js';
import { type ConvertOptions, type ResolvedConvert, resolveConvert } from './options.js';

/**
 * Fuses ONNX models, writes them for the targets, opens what was written and compares its answers with the source's. Final
 * names then hold the new artefacts, or what they held before; with `outDir: null` artefacts are given back as bytes.
 * @param models paths of `.onnx` files, or their bytes
 * @throws UsageError before any work where the options are wrong; else the error of the first model that failed, after all
 * were tried: see `reportOf`; and the reason of a signal that was aborted
 * @example const report = await convert('model.onnx', { to: ['onnx', 'tfjs'], outDir: 'dist' });
 * @example const { artefacts } = await convert({ name: 'model.onnx', bytes }, { to: ['onnx', 'tfjs'], outDir: null });
 */
export async function convert(
  models: ModelGiven | readonly ModelGiven[],
  options: ConvertOptions & { readonly outDir: null },
): Promise<ConvertedInMemory>;
export async function convert(
  models: ModelGiven | readonly ModelGiven[],
  options?: ConvertOptions & { readonly outDir?: string | undefined },
): Promise<Report>;
export async function convert(
  models: ModelGiven | readonly ModelGiven[],
  options: ConvertOptions,
): Promise<Report | ConvertedInMemory>;
export async function convert(
  models: ModelGiven | readonly ModelGiven[],
  options: ConvertOptions = {},
): Promise<Report | ConvertedInMemory> {
  const { report, error, artefacts } = await convertAll(asModels(models), options);
  if (error) throw rememberReport(error, report);
  return options.outDir === null ? { report, artefacts } : report;
}

/** What `convert` gives where nothing was to be written. */
export interface ConvertedInMemory {
  /** What is given alone where artefacts are written. */
  readonly report: Report;
  /** In the order of the models and their targets; `verify` takes them as they are. */
  readonly artefacts: readonly ArtefactInMemory[];
}

/**
 * The same with the first error beside the report instead of thrown.
 * @throws UsageError, and the reason of a signal that was aborted
 */
export function convertAll(models: readonly ModelGiven[], given: ConvertOptions): Promise<RunOutcome & InMemory> {
  const options = resolveConvert(given);
  return abortable(options, () => convertWith(models, options));
}

type InMemory = Pick<ConvertedInMemory, 'artefacts'>;

async function convertWith(models: readonly ModelGiven[], options: ResolvedConvert): Promise<RunOutcome & InMemory> {
  const started = now();
  if (models.length === 0) throw new UsageError({ what: 'no model was named', todo: 'name an .onnx file' });
  const targets = await loadTargets(options.to);
  if (options.prove)
    expectProvable(
      targets.map((target) => ({
        target,
        precision: options.precision.get(target.name) ?? target.defaultPrecision('fp32') ?? 'fp32',
      })),
    );
  const plans = planOutputs(models, targets, options);
  const outcomes = await convertEach(plans, options, targets);
  const isDrawn = options.check && options.html !== undefined;
  const drawn = isDrawn ? await measureAlongDepth(plans, outcomes, options) : outcomes;
  // What was called off is no end of a run, of which a report could tell.
  options.signal?.throwIfAborted();
  const closed = await closeRun('convert', started, drawn, options);
  return { ...closed, artefacts: outcomes.flatMap(({ artefacts }) => artefacts) };
}

async function convertEach(
  plans: readonly Plan[],
  options: ResolvedConvert,
  targets: readonly Target[],
): Promise<Outcome[]> {
  const checks: RunCheck[] = [];
  const closeChecks = () => {
    for (const check of checks) check.close();
  };
  const unheard = onAbort(options, closeChecks);
  try {
    // Figures that cannot be left are worth no artefact.
    for (const file of reportPlaces(options)) expectWritable(file);
    const labels = options.labels === undefined ? undefined : labelsOf(options.labels);
    const jobs = Math.min(options.jobs, plans.length);
    if (options.check) {
      const { RunCheck } = await import('../../proof/run-check.js');
      for (let job = 0; job < jobs; job++) checks.push(new RunCheck(targets, options));
    }
    const protect = identitiesOf([...plans.map(({ given }) => given), options.inputs, options.labels]);
    let done = 0;
    const { onProgress } = options;
    const told = (progress: Progress) => onProgress?.({ ...progress, models: { done, total: plans.length } });
    const common = { options: { ...options, onProgress: told }, targets, labels, about: aboutOf(options), protect };
    return await inJobs(plans, jobs, {
      async work(plan, job) {
        const outcome = await convertModel(plan, { ...common, check: checks[job] });
        options.signal?.throwIfAborted();
        done++;
        return outcome;
      },
      isLast: ({ error }) => isDiskFull(error),
    });
  } catch (error) {
    // What all models need is missing: each of them has failed by it.
    if (!(error instanceof MobileoneError) || error instanceof UsageError) throw error;
    return plans.map(({ path }) => notTried(path, error));
  } finally {
    unheard();
    closeChecks();
  }
}

function identitiesOf(given: readonly unknown[]): Set<Identity> {
  return new Set(pathsAmong(given).flatMap((path) => identityAt(path) ?? []));
}

/** The next model would meet the same disk. */
function isDiskFull(error: Error | undefined): boolean {
  const cause = error?.cause;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
}
