/** Where in the user's material an error lies. */
export interface Place {
  readonly file?: string;
  readonly node?: string;
  readonly value?: string;
}

/** What an error is made of; its message is one line of all that is there. */
export interface ErrorParts {
  /** What is wrong, as a clause without a full stop. */
  readonly what: string;
  readonly where?: Place;
  /** What the reader can do about it, as an imperative. */
  readonly todo?: string;
  readonly cause?: unknown;
}

/** The classes of errors by name, and what the command line ends with for each. */
export type ErrorName =
  | 'UsageError'
  | 'InputError'
  | 'UnsupportedError'
  | 'NotEquivalentError'
  | 'OutputError'
  | 'GateError'
  | 'EngineError';
/** The exit code of a class of errors; 1 is a defect, which has no class. */
export type ErrorExitCode = 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** An error that its reader can act on. Its class says who must act; `exitCode` is that of the command line. */
export abstract class MobileoneError extends Error {
  abstract override readonly name: ErrorName;
  abstract readonly exitCode: ErrorExitCode;
  readonly what: string;
  readonly where: Place;
  readonly todo: string | undefined;

  constructor({ what, where = {}, todo, cause }: ErrorParts) {
    super(compose(what, where, todo), { cause });
    this.what = what;
    this.where = where;
    this.todo = todo;
  }
}

function compose(what: string, where: Place, todo: string | undefined): string {
  const place = [where.node && `node ${where.node}`, where.value && `value ${where.value}`].filter(Boolean).join(', ');
  return `${what}${place && ` (${place})`}${todo ? `; ${todo}` : ''}`;
}

/** The call itself is wrong: an unknown name, an impossible value or combination. */
export class UsageError extends MobileoneError {
  override readonly name = 'UsageError';
  readonly exitCode = 2;
}

/** A file that was given cannot be read, is not valid, does not fit, or is over a stated limit. */
export class InputError extends MobileoneError {
  override readonly name = 'InputError';
  readonly exitCode = 3;
}

/** One reason why a target cannot express a model. */
export interface Unsupported {
  readonly target: string;
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

/** The model is understood, but a target cannot express it. Carries every reason found, not only the first. */
export class UnsupportedError extends MobileoneError {
  override readonly name = 'UnsupportedError';
  readonly exitCode = 4;
  readonly unsupported: readonly Unsupported[];

  constructor(parts: ErrorParts, unsupported: readonly Unsupported[]) {
    super(parts);
    this.unsupported = unsupported;
  }
}

/** What was written does not answer like its source. */
export class NotEquivalentError extends MobileoneError {
  override readonly name = 'NotEquivalentError';
  readonly exitCode = 5;
}

/** The output cannot be written. */
export class OutputError extends MobileoneError {
  override readonly name = 'OutputError';
  readonly exitCode = 6;
}

/** A gate or budget that the user set is not met. */
export class GateError extends MobileoneError {
  override readonly name = 'GateError';
  readonly exitCode = 7;
}

/** Nothing could be compared: no engine, or the source's own run failed, died or did not finish. */
export class EngineError extends MobileoneError {
  override readonly name = 'EngineError';
  readonly exitCode = 8;
}
