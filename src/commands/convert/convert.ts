import { convertModel, notTried, type Outcome } from '../../conversion/convert-model.js';
import { type Plan, planOutputs } from '../../conversion/plan.js';
import { expectWritable, type Identity, identityAt } from '../../files/index.js';
import type { Target } from '../../formats/format.js';
import { formats } from '../../formats/index.js';
import { MobileoneError, UsageError } from '../../model/index.js';
import { expectProvable } from '../../proof/prove-artefact.js';
import type { RunCheck } from '../../proof/run-check.js';
import type { Report } from '../../report/index.js';
import { now } from '../../run/clock.js';
import { inJobs } from '../../run/in-jobs.js';
import { closeRun, type RunOutcome } from '../../run/run-report.js';
import { reportPlaces } from '../../run/write-reports.js';
import { readLabels } from '../../source/labels.js';
import { rememberReport } from '../reports-of-errors.js';
import { aboutOf } from './about-options.js';
import { measureAlongDepth } from './measure-along-depth.js';
import { type ConvertOptions, type ResolvedConvert, resolveConvert } from './options.js';

/**
 * Fuses ONNX models, writes them for the targets, opens what was written and compares its answers with the source's. Final
 * names then hold the new artefacts, or what they held before.
 * @param models paths of `.onnx` files
 * @throws UsageError before any work where the options are wrong; else the error of the first model that failed, after all
 * were tried: see `reportOf`
 * @example const report = await convert('model.onnx', { to: ['onnx', 'tfjs'], outDir: 'dist' });
 */
export async function convert(models: string | readonly string[], options: ConvertOptions = {}): Promise<Report> {
  const { report, error } = await convertAll(typeof models === 'string' ? [models] : models, options);
  if (!error) return report;
  throw rememberReport(error, report);
}

/** The same with the first error beside the report instead of thrown. @throws UsageError */
export async function convertAll(models: readonly string[], given: ConvertOptions): Promise<RunOutcome> {
  const started = now();
  const options = resolveConvert(given);
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
  return closeRun('convert', started, isDrawn ? await measureAlongDepth(outcomes, options) : outcomes, options);
}

async function convertEach(
  plans: readonly Plan[],
  options: ResolvedConvert,
  targets: readonly Target[],
): Promise<Outcome[]> {
  const checks: RunCheck[] = [];
  try {
    // Figures that cannot be left are worth no artefact.
    for (const file of reportPlaces(options)) expectWritable(file);
    const labels = options.labels === undefined ? undefined : readLabels(options.labels);
    const jobs = Math.min(options.jobs, plans.length);
    if (options.check) {
      const { RunCheck } = await import('../../proof/run-check.js');
      for (let job = 0; job < jobs; job++) checks.push(new RunCheck(targets, options));
    }
    const protect = identitiesOf([...plans.map(({ path }) => path), options.inputs, options.labels]);
    const common = { options, targets, labels, about: aboutOf(options), protect };
    return await inJobs(plans, jobs, {
      work: (plan, job) => convertModel(plan, { ...common, check: checks[job] }),
      isLast: ({ error }) => isDiskFull(error),
    });
  } catch (error) {
    // What all models need is missing: each of them has failed by it.
    if (!(error instanceof MobileoneError) || error instanceof UsageError) throw error;
    return plans.map(({ path }) => notTried(path, error));
  } finally {
    for (const check of checks) check.close();
  }
}

async function loadTargets(names: readonly string[]): Promise<Target[]> {
  return Promise.all(
    names.map((name) => {
      const format = formats.get(name);
      if (!format) throw new UsageError({ what: `there is no target ${name}` });
      return format.load();
    }),
  );
}

function identitiesOf(paths: readonly (string | undefined)[]): Set<Identity> {
  return new Set(paths.flatMap((path) => (path === undefined ? [] : (identityAt(path) ?? []))));
}

/** The next model would meet the same disk. */
function isDiskFull(error: Error | undefined): boolean {
  const cause = error?.cause;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
}
