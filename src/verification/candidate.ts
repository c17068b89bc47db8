import { type Candidate, type CandidateSelections, selectionsOfCandidate } from '../check/index.js';
import type { ArtefactPort, ImageOptions } from '../formats/format.js';
import { admits } from '../model/index.js';
import { turned } from '../trials/axes.js';
import type { Trial } from '../trials/index.js';
import { type Matching, matchPorts } from './match.js';
import type { OpenArtefact } from './open-artefact.js';
import { type Reference, sourceNameOf } from './reference.js';

/** An artefact that is compared with the reference. */
export interface OpenCandidate {
  readonly artefact: OpenArtefact;
  readonly matching: Matching;
  /** How it is run, as it will be deployed. */
  readonly runs: Candidate;
  /** Set where it selects, and what it selects among is known of it: the reference can be given that. */
  readonly selections: CandidateSelections | undefined;
  /** The file as it is, where what runs is another form of it: that must at least load. */
  readonly mustLoad: Candidate['payload'] | undefined;
}

/**
 * Says which inputs and outputs of a candidate are the reference's, and how it runs. What computes in float16 runs with a
 * rounding behind every operator, as on a device.
 * @throws UsageError, NotEquivalentError or EngineError as `matchPorts` does
 */
export function makeCandidate(
  artefact: OpenArtefact,
  reference: Reference,
  map: ReadonlyMap<string, string>,
): OpenCandidate {
  const { target, opened } = artefact;
  const matching = matchPorts(reference.anchors, opened, map);
  const outputs = matching.outputs.map(({ port }) => port);
  const own = new Set(opened.outputs.map(({ name }) => name));
  const selections = selectionsIn(artefact, reference, outputs);
  const given = [...outputs, ...(selections?.ports ?? [])];
  const alsoOutputs = given.flatMap(({ name }) => (own.has(name) ? [] : name));
  const rounded = target.arithmetic.get(opened.precision) === 'fp16' && opened.quantization === undefined;
  return {
    artefact,
    matching,
    runs: {
      payload: target.runnable(opened, { alsoOutputs, rounded }),
      inputs: matching.inputs.map(({ port }) => port),
      outputs,
      trainedOn: opened.image?.order,
    },
    selections,
    mustLoad: rounded ? target.runnable(opened) : undefined,
  };
}

/** undefined where nothing is selected, or the candidate does not say what it selects among. */
function selectionsIn(
  { opened }: OpenArtefact,
  { graph, artefact, outputs: facts }: Reference,
  outputs: readonly ArtefactPort[],
): CandidateSelections | undefined {
  if (!graph || facts.every(({ role }) => role === 'output')) return undefined;
  return selectionsOfCandidate(opened, graph, outputs, ({ name }) => sourceNameOf(artefact, name));
}

/** How a candidate is run to give back what the reference is to be given, too. */
export function givingBack({ runs, selections }: OpenCandidate): Candidate {
  return selections ? { ...runs, outputs: [...runs.outputs, ...selections.ports] } : runs;
}

/** A side that takes pixels gets them from trials whose colours lie in this order, whatever it says the network was trained on. */
export function withColours(runs: Candidate, order: ImageOptions['order'] | undefined): Candidate {
  return runs.trainedOn && order ? { ...runs, trainedOn: order } : runs;
}

/** What a side is fed: pixels where it normalises them by itself, else what the network was trained on. */
export function feedsFor(trial: Trial, { trainedOn }: Candidate): Trial {
  return trainedOn ? trial : { ...trial, artefactFeeds: trial.feeds };
}

/** Whether a candidate takes the sizes of a trial. */
export function takes({ inputs }: Candidate, trial: Trial): boolean {
  return inputs.every((port) => fitsSizes(port, trial));
}

function fitsSizes({ sourceName, shape, asked, permutation }: ArtefactPort, trial: Trial): boolean {
  const given = trial.feeds.get(sourceName)?.shape;
  if (asked && given && !admits(turned(asked, permutation), given)) return false;
  const fits = (size: number | undefined, axis: number) =>
    size === undefined || !given || size === given[permutation?.[axis] ?? axis];
  return shape?.every(fits) ?? true;
}
