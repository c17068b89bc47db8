import type { Graph, Model } from '../../model/index.js';
import { inferTypes } from '../../operators/infer.js';
import { computeElements } from './compute-elements.js';
import { Prover } from './prover.js';
import type { ProofReport } from './report.js';

/**
 * Proves, node by node, that a written network is its source. A value that bears the name of one of the source's is held to
 * equal that: a node that makes it has to be a copy of the source's, reading corresponding values, or the map from
 * corresponding values to it has to have the source's coefficients.
 * @param source as its file was read, types not inferred
 * @param written the same of what was written
 * @throws InputError where a node breaks the standard
 */
export function proveNetwork(source: Model, written: Model): ProofReport {
  takeSizes(source.graph, written.graph);
  for (const { graph } of [source, written]) {
    inferTypes(graph);
    computeElements(graph);
  }
  return new Prover(source, written).prove();
}

/** Sizes that the source leaves open and the written file has fixed: those are the ones that it is equal for. */
function takeSizes(source: Graph, written: Graph): void {
  for (const value of source.inputs) {
    const fixed = written.inputs.find(({ name }) => name === value.name)?.shape;
    if (fixed?.length !== value.shape?.length) continue;
    value.shape = value.shape?.map((size, axis) => (typeof size === 'number' ? size : (fixed?.[axis] ?? size)));
  }
}
