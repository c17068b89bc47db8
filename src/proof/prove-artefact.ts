import type { Opened, Target } from '../formats/format.js';
import { type Graph, NotEquivalentError, UsageError } from '../model/index.js';
import type { ProofReport } from './impulses/report.js';

/** Something that could be proved: a file in a format, and what its constants are rounded to. */
export interface Provable {
  readonly target: Pick<Target, 'operators'>;
  readonly precision: string | undefined;
}

/** Whether it is a file of ONNX's own operators with weights in float32. */
export function isProvable({ target, precision }: Provable): boolean {
  return target.operators === undefined && precision === 'fp32';
}

/** @throws UsageError where none of them can be proved */
export function expectProvable(all: readonly Provable[]): void {
  if (all.some(isProvable)) return;
  throw new UsageError({ what: '--prove is about ONNX files in fp32, and there is none', todo: 'leave it out' });
}

/**
 * Proves an artefact against its source by the coefficients of its blocks.
 * @param source as its file was read; types are inferred in place, in both
 * @throws InputError where a node breaks the standard
 */
export async function proveArtefact(source: Graph, { graph }: Opened): Promise<ProofReport | undefined> {
  if (!graph) return undefined;
  const { proveNetwork } = await import('./impulses/prove-network.js');
  return proveNetwork(source.model, graph.model);
}

/** What a run ends with where a block differs from its source; undefined: none does, or nothing was proved. */
export function disproof(proof: ProofReport | null | undefined): NotEquivalentError | undefined {
  const block = proof?.blocks.find(({ verdict }) => verdict === 'different');
  if (!block) return undefined;
  const what = `a merged block is not its source: ${block.reason}`;
  return new NotEquivalentError({ what, where: { node: block.node } });
}
