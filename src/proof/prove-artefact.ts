import type { Opened, Target } from '../formats/format.js';
import { type Model, NotEquivalentError, UsageError } from '../model/index.js';
import type { ProofReport } from './impulses/report.js';

/** What a proof found, and the error that it ends with where something differs. */
export interface Proof {
  readonly report: ProofReport;
  readonly error: NotEquivalentError | undefined;
}

/** Something that could be proved: a file in a format, and what its constants are rounded to. */
interface Candidate {
  readonly target: Target;
  readonly precision: string | undefined;
}

/** Whether it is a graph of ONNX's operators with weights in float32. */
export function isProvable({ target, precision }: Candidate): boolean {
  return target.graph !== undefined && precision === 'fp32';
}

/** @throws UsageError where none of them can be proved */
export function expectProvable(candidates: readonly Candidate[]): void {
  if (candidates.some(isProvable)) return;
  throw new UsageError({ what: '--prove is about ONNX files in fp32, and there is none', todo: 'leave it out' });
}

/**
 * Proves an artefact against its source by the coefficients of its blocks.
 * @param source as its file was read; types are inferred in place
 * @throws InputError where a node breaks the standard
 */
export async function proveArtefact(source: Model, { graph }: Target, opened: Opened): Promise<Proof | undefined> {
  if (!graph) return undefined;
  const { proveNetwork } = await import('./impulses/prove-network.js');
  const report = proveNetwork(source, graph(opened));
  const block = report.blocks.find(({ verdict }) => verdict === 'different');
  if (!block) return { report, error: undefined };
  const what = `a merged block is not its source: ${block.reason}`;
  return { report, error: new NotEquivalentError({ what, where: { node: block.node } }) };
}
