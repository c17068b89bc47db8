import type { Outcome } from '../../conversion/convert-model.js';
import { MobileoneError } from '../../model/index.js';
import type { PartedReport } from '../../verification/bisect/report.js';
import type { ResolvedConvert } from './options.js';

/** Errors of inner values of what is in place, which a page draws along the network; many runs, so for a page alone. */
export async function measureAlongDepth(outcomes: readonly Outcome[], options: ResolvedConvert): Promise<Outcome[]> {
  const measured: Outcome[] = [];
  for (const outcome of outcomes) {
    const { report } = outcome;
    const paths = report.artefacts.flatMap(({ path, written }) => (written ? [path] : []));
    const parted = await partedOf(report.source.path, paths, options);
    const artefacts = report.artefacts.map((each) => ({ ...each, parted: parted.get(each.path) ?? null }));
    measured.push({ ...outcome, report: { ...report, artefacts } });
  }
  return measured;
}

/** By the artefact's path. What cannot be measured is no defect of the artefact: it was judged before. */
async function partedOf(
  source: string,
  paths: readonly string[],
  options: ResolvedConvert,
): Promise<ReadonlyMap<string, PartedReport | null>> {
  if (paths.length === 0) return new Map();
  const { shape, outputs, image, mean, std, engine, timeout, maxNodes, maxBytes, batchNorm } = options;
  const same = { shape, outputs, image, mean, std, engine, timeout, maxNodes, maxBytes, batchNorm };
  try {
    const { verifyAll } = await import('../verify/verify.js');
    const { report } = await verifyAll(source, paths, { ...same, bisect: true });
    return new Map(report.models.flatMap(({ candidates }) => candidates.map(({ path, parted }) => [path, parted])));
  } catch (error) {
    if (error instanceof MobileoneError) return new Map();
    throw error;
  }
}
