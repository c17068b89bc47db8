import type { ArtefactPort, ArtefactValue, Opened } from '../formats/format.js';
import type { Graph, Value } from '../model/index.js';
import { type OwnSelections, ownSelections } from './own-selections.js';

/** What of a candidate the source can be given, to select among the same numbers. */
export interface CandidateSelections extends OwnSelections {
  /** The candidate's values that it is given and that are no outputs, as ports. */
  readonly ports: readonly ArtefactPort[];
}

/**
 * @param candidate what it says of the values in it
 * @param graph of the source, with types
 * @param outputs of the candidate, as they were matched
 * @param nameOf what the candidate calls a value of the source
 * @returns undefined where the candidate has not the values that are selected among under names that are known
 */
export function selectionsOfCandidate(
  candidate: Pick<Opened, 'values' | 'outputs'>,
  graph: Graph,
  outputs: readonly ArtefactPort[],
  nameOf: (value: Value) => string,
): CandidateSelections | undefined {
  const known = new Map<string, ArtefactValue>(
    [...candidate.values, ...candidate.outputs, ...outputs].map((value) => [value.sourceName, value]),
  );
  const isTyped = ({ rank, dtype }: Value) => rank !== undefined && dtype !== undefined;
  const found = ownSelections(graph, (value) => isTyped(value) && known.has(nameOf(value)));
  if (!found) return undefined;
  const matched = new Set(outputs.map(({ sourceName }) => sourceName));
  const ports = [...found.before, ...found.between, ...found.results].flatMap((value) => {
    const port = known.get(nameOf(value));
    return port && !matched.has(port.sourceName) ? [{ ...port, dtype: undefined, shape: undefined }] : [];
  });
  return { ...found, ports };
}
