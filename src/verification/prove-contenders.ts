import { UsageError } from '../model/index.js';
import { expectProvable, isProvable, type Provable, proveArtefact } from '../proof/prove-artefact.js';
import type { ReadingLimits } from '../source/open-source.js';
import { kindOf } from './bar.js';
import type { Contender } from './contender.js';
import { type OpenArtefact, openFound } from './open-artefact.js';

/**
 * Proves the candidates that are ONNX in fp32 against a reference that is, too. Both are read anew: by now graphs are cut and sized.
 * @throws UsageError where no candidate can be proved, or the reference is in another format
 */
export async function proveContenders(
  reference: OpenArtefact,
  contenders: readonly Contender[],
  limits: ReadingLimits,
): Promise<void> {
  if (!isProvable(asProvable(reference))) {
    throw new UsageError({ what: '--prove needs a reference that is ONNX in fp32', todo: 'leave it out' });
  }
  const opened = contenders.flatMap((contender) =>
    contender.opened ? [{ contender, artefact: contender.opened }] : [],
  );
  expectProvable(opened.map(({ artefact }) => asProvable(artefact)));
  for (const { contender, artefact } of opened) {
    if (!isProvable(asProvable(artefact))) continue;
    const { graph } = (await openFound(reference, limits)).opened;
    if (graph) contender.proof = await proveArtefact(graph, (await openFound(artefact, limits)).opened);
  }
}

function asProvable({ target, opened }: OpenArtefact): Provable {
  return { target, precision: kindOf(opened) };
}
