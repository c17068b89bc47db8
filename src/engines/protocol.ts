/** What the frames between this process and an engine's say; see `child/frames.js` for how. */

export interface TensorHeader {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Elements of a string tensor; its attachment is empty. */
  readonly strings?: readonly string[];
}

/** An input or output as the engine knows it. Without `dtype` it is no tensor; a size is a symbol where it is open. */
export interface PortInfo {
  readonly name: string;
  readonly dtype?: string;
  readonly shape?: readonly (number | string)[] | undefined;
}

/** What an engine says of a model that it loaded. */
export interface SessionInfo {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
}

/** Who answers. */
export interface EngineInfo {
  /** Package that does the work. */
  readonly name: string;
  readonly version: string;
  /** The browser that it runs in, where that is one. */
  readonly browser?: string | undefined;
  /** What draws for it, where it computes in a graphics library. */
  readonly renderer?: string | null | undefined;
}

/** A file that holds bytes which are known already. */
export interface KnownFile {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** How many threads an engine may compute one node in. */
export type Threads = 1 | 'all';

/** Attachments: the model (empty where it comes `from` a file), then one for each of `files`. */
export interface LoadRequest {
  readonly ask: 'load';
  readonly session: number;
  readonly files: readonly string[];
  /** Whether the engine may rewrite the graph; `extended`: without changing how values lie in memory. */
  readonly optimize: boolean | 'extended';
  /** Threads that one node may be computed in, `all` for as many as the machine has; 1 where nothing is said, so that sums are added in one order. */
  readonly threads?: Threads;
  /** Set where what each node takes is to be written down: how names of files begin that the engine may make for that. */
  readonly profile?: string;
  readonly from?: KnownFile;
}

/** Attachments: the elements of each feed. */
export interface RunRequest {
  readonly ask: 'run';
  readonly session: number;
  readonly feeds: readonly TensorHeader[];
  readonly outputs: readonly string[];
}

/** How long an engine runs a model to find out what one run takes. */
export interface TimingPlan {
  /** Runs before the first that counts: at least one, and until so many milliseconds are over. */
  readonly warmUpMilliseconds: number;
  /** Runs that count: so many at least, and more until the time is up, but not over the most. */
  readonly least: number;
  readonly most: number;
  readonly milliseconds: number;
}

/** Attachments: the elements of each feed. All runs are on the same; what they give stays where it is. */
export interface TimeRequest extends Omit<RunRequest, 'ask'> {
  readonly ask: 'time';
  readonly plan: TimingPlan;
}

/** No attachments. Ends what a session writes down of its runs. */
export interface ProfileRequest {
  readonly ask: 'profile';
  readonly session: number;
}

/** No attachments. The model may be forgotten. */
export interface ReleaseRequest {
  readonly ask: 'release';
  readonly session: number;
}

/** What this process asks of an engine, one after the other. */
export type Request = LoadRequest | RunRequest | TimeRequest | ProfileRequest | ReleaseRequest;

/** What an engine says: `ready` or `missing` once, unasked; then one answer to every request. */
export type Answer =
  | { readonly ready: EngineInfo }
  | { readonly missing: string }
  | { readonly refused: string }
  | { readonly loaded: SessionInfo }
  /** The file does not hold those bytes any more; nothing was loaded. */
  | { readonly changed: true }
  /** Attachments: the elements of each output. */
  | { readonly outputs: readonly TensorHeader[] }
  /** What each run took, in milliseconds, in their order. */
  | { readonly times: readonly number[] }
  /** Attachment: what the engine wrote down, as text. */
  | { readonly profiled: true }
  | { readonly released: true };
