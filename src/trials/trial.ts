import { formatShape, InputError, isFloat, Tensor } from '../model/index.js';
import { Random } from './random.js';

/** One set of inputs to try, in the source's axes and channel order. */
export interface Trial {
  /** What it is, for messages: `normal 1`, `inputs 17`. */
  readonly label: string;
  /** Trials of one setting have equal shapes. Setting 0 must run; where the source refuses a later one, that is a note. */
  readonly setting: number;
  /** What the source gets. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** What the artefact gets: pixels, where the source gets what they are normalised to. */
  readonly artefactFeeds: ReadonlyMap<string, Tensor>;
  /** Of the file or the arrays that it was made of, lower-case hexadecimal; seeded ones have none. */
  readonly sha256?: string;
}

/** One way to settle the open sizes, drawn when it is needed. */
export type Draw = () => readonly Trial[];

/** What is tried, drawn when it is needed: inputs of many settings can be more than memory holds. */
export interface Trials {
  /** For each setting of the open sizes the ways to settle them, best first: the first that the source takes is used. */
  readonly settings: readonly (readonly Draw[])[];
  /** So many settings, from the first on, the source must run: one, or those that a user named. */
  readonly required?: number;
  /** Whether a user gave them: then classes are judged as well. */
  readonly isUserGiven: boolean;
  readonly notes: readonly string[];
  /** Draws of other kinds, for a source that does not reproduce itself on these. */
  readonly others: readonly Trials[];
}

/** The same trials with each of them changed, when it is drawn. */
export function mapTrials(trials: Trials, change: (trial: Trial) => Trial): Trials {
  return {
    ...trials,
    settings: trials.settings.map((ways) => ways.map((draw) => () => draw().map(change))),
    others: trials.others.map((other) => mapTrials(other, change)),
  };
}

/** The same trial with every float times a power of two, so that nothing is rounded in float32. */
export function scaleTrial(trial: Trial, exponent: number): Trial {
  return mapFloats(trial, `times 2^${exponent}`, () => (value) => value * 2 ** exponent);
}

/** The same trial with signs drawn anew, seeded: of normal draws this makes others that are independent of them. */
export function signTrial(trial: Trial, seed: number): Trial {
  return mapFloats(trial, `signs ${seed}`, () => {
    const random = new Random(seed);
    return (value) => (random.integer(2) === 0 ? value : -value);
  });
}

/** @param changing makes what changes the floats of one tensor, in their order; it is made alike for source and artefact */
function mapFloats(trial: Trial, change: string, changing: () => (value: number) => number): Trial {
  const changed = (tensor: Tensor) => Tensor.from(tensor.dtype, tensor.shape, tensor.toFloat64().map(changing()));
  const mapped = (feeds: Trial['feeds']) =>
    new Map(Array.from(feeds, ([name, tensor]) => [name, isFloat(tensor.dtype) ? changed(tensor) : tensor]));
  return {
    ...trial,
    label: `${trial.label}, ${change}`,
    feeds: mapped(trial.feeds),
    artefactFeeds: mapped(trial.artefactFeeds),
  };
}

const MOST_BYTES = 256 * 2 ** 20;

/** @throws InputError where the inputs of one trial would take more than 256 MiB */
export function expectAffordable(shapes: ReadonlyMap<string, readonly number[]>, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  const list = [...shapes].map(([name, shape]) => `${name} ${formatShape(shape)}`).join(', ');
  throw new InputError({
    what: `limit: a trial input takes ${bytes} bytes, more than ${MOST_BYTES} (${list})`,
    todo: 'give smaller sizes with --shape, or use --no-check',
  });
}
