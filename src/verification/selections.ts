import { type OwnSelections, ownSelections } from '../check/index.js';
import type { ArtefactPort, ArtefactValue } from '../formats/format.js';
import type { Value } from '../model/index.js';
import type { OpenArtefact } from './open-artefact.js';
import { type Reference, sourceNameOf } from './reference.js';

/** What of a candidate the reference can be given, to select among the same numbers. */
export interface CandidateSelections extends OwnSelections {
  /** The candidate's values that it is given and that are no outputs, as ports. */
  readonly ports: readonly ArtefactPort[];
}

/**
 * @param outputs of the candidate, as they were matched
 * @returns undefined where nothing is selected, or the candidate has not the values that it takes under names that are known
 */
export function selectionsOfCandidate(
  { opened }: OpenArtefact,
  { graph, artefact, outputs: facts }: Reference,
  outputs: readonly ArtefactPort[],
): CandidateSelections | undefined {
  if (!graph || facts.every(({ role }) => role === 'output')) return undefined;
  const known = new Map<string, ArtefactValue>(
    [...opened.values, ...opened.outputs, ...outputs].map((value) => [value.sourceName, value]),
  );
  const isTyped = ({ rank, dtype }: Value) => rank !== undefined && dtype !== undefined;
  const nameOf = ({ name }: Value) => sourceNameOf(artefact, name);
  const found = ownSelections(graph, (value) => isTyped(value) && known.has(nameOf(value)));
  if (!found) return undefined;
  const matched = new Set(outputs.map(({ sourceName }) => sourceName));
  const ports = [...found.before, ...found.between, ...found.results].flatMap((value) => {
    const port = known.get(nameOf(value));
    return port && !matched.has(port.sourceName) ? [{ ...port, dtype: undefined, shape: undefined }] : [];
  });
  return { ...found, ports };
}
