/**
 * Why an engine gave no answer. `missing`: it is not installed or does not start. `refused`: it says that it cannot load
 * or run the model. `died`: its process ended by itself. `timeout` and `memory`: we ended it at a limit.
 */
export type FailureKind = 'missing' | 'refused' | 'died' | 'timeout' | 'memory';

/** An engine that gave no answer. Whose fault that is only the caller knows: it knows whose model was running. */
export class EngineFailure extends Error {
  readonly kind: FailureKind;

  /** @param message one line without a full stop, fit for the end of an error of ours */
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.name = 'EngineFailure';
    this.kind = kind;
  }
}
