import type { Outcome } from '../../conversion/convert-model.js';
import type { Plan } from '../../conversion/plan.js';
import type { ArtefactInMemory, FileInMemory } from '../../files/index.js';
import { MobileoneError } from '../../model/index.js';
import type { PartedReport } from '../../verification/bisect/report.js';
import type { ResolvedConvert } from './options.js';

/** Errors of inner values of what is in place, which a page draws along the network; many runs, so for a page alone. */
export async function measureAlongDepth(
  plans: readonly Plan[],
  outcomes: readonly Outcome[],
  options: ResolvedConvert,
): Promise<Outcome[]> {
  const measured: Outcome[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const { report, artefacts: inMemory } = outcome;
    const onDisk = report.artefacts.flatMap(({ path, written }) => (written ? [path] : []));
    const source = plans[index]?.given;
    const parted = source ? await partedOf(source, options.outDir === null ? inMemory : onDisk, options) : new Map();
    const artefacts = report.artefacts.map((each) => ({ ...each, parted: parted.get(each.path) ?? null }));
    measured.push({ ...outcome, report: { ...report, artefacts } });
  }
  return measured;
}

/** By the artefact's path. What cannot be measured is no defect of the artefact: it was judged before. */
async function partedOf(
  source: string | FileInMemory,
  artefacts: readonly (string | ArtefactInMemory)[],
  options: ResolvedConvert,
): Promise<ReadonlyMap<string, PartedReport | null>> {
  if (artefacts.length === 0) return new Map();
  const { shape, outputs, image, mean, std, engine, timeout, maxNodes, maxBytes, batchNorm, signal } = options;
  const same = { shape, outputs, image, mean, std, engine, timeout, maxNodes, maxBytes, batchNorm, signal };
  try {
    const { verifyAll } = await import('../verify/verify.js');
    const { report } = await verifyAll(source, artefacts, { ...same, bisect: true });
    return new Map(report.models.flatMap(({ candidates }) => candidates.map(({ path, parted }) => [path, parted])));
  } catch (error) {
    if (error instanceof MobileoneError) return new Map();
    throw error;
  }
}
