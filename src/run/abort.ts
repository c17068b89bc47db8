/** Something that can be called off while it runs. */
export interface Abortable {
  /** Aborted, it ends what runs: engines are closed, nothing is put in place, and the reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a step; where it is called off meanwhile, what the step comes to is not told.
 * @throws the signal's reason
 */
export async function abortable<T>({ signal }: Abortable, step: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await step();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Calls `end` at once where the signal is aborted. @returns what stops listening */
export function onAbort({ signal }: Abortable, end: () => void): () => void {
  signal?.addEventListener('abort', end, { once: true });
  return () => signal?.removeEventListener('abort', end);
}
