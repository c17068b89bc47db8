import { type AmongOwn, Behind, type Source, selectionsOfCandidate, sourceNetwork } from '../check/index.js';
import type { Opened, Target } from '../formats/format.js';
import { asOneChunk, type Graph, type Value } from '../model/index.js';
import { candidateOf, portOf } from './candidates.js';
import { type ReferenceForm, type ReferenceRuns, wanted } from './reference-runs.js';

/** An artefact whose outputs near ties may have moved, and the source that it is judged by. */
export interface AmongOwnParts {
  readonly target: Target;
  readonly opened: Opened;
  /** Whether it runs with a rounding to float16 behind every operator. */
  readonly rounded: boolean;
  readonly runs: ReferenceRuns;
  readonly form: ReferenceForm;
  /** The graph of the source in that form, with types, and as no pass has met it. */
  readonly graphOf: (source: Source) => Promise<Graph>;
}

/**
 * An artefact that gives back what it selects among, so that the source can be given that.
 * @returns undefined where it does not say which of its values those are
 */
export async function amongOwn({
  target,
  opened,
  rounded,
  runs,
  form,
  graphOf,
}: AmongOwnParts): Promise<AmongOwn | undefined> {
  const asItIs = await runs.start(form);
  const graph = await graphOf(asItIs);
  const { outputs } = candidateOf(target, opened, asItIs.outputs);
  const selections = selectionsOfCandidate(opened, graph, outputs, nameOf);
  if (!selections) return undefined;
  const before = [...selections.before].flatMap(wanted);
  return {
    ...candidateOf(target, opened, asItIs.outputs, { rounded }, selections.ports),
    source: await runs.start({ ...form, also: before }),
    async behind(engine) {
      const network = await sourceNetwork({
        bytes: asItIs.model instanceof Uint8Array ? asItIs.model : asOneChunk(asItIs.model),
        files: asItIs.files,
        ports: { inputs: graph.inputs.map(portOf), outputs: graph.outputs.map(portOf) },
        values: [],
        engine,
      });
      return Behind.load({ selections, network, nameOf });
    },
  };
}

const nameOf = ({ name }: Value): string => name;
