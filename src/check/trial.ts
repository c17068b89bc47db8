import { formatShape, InputError, type Tensor } from '../model/index.js';

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
}

export interface Trials {
  readonly trials: readonly Trial[];
  /** Whether a user gave them: then classes are judged as well. */
  readonly isUserGiven: boolean;
  readonly notes: readonly string[];
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
