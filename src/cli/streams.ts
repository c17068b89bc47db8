import { OutputError } from '../model/errors.js';

/** Whoever read our output went away. Everything else still happens, quietly. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}

/**
 * Writes all of a text to standard output and waits for the last byte: a slow reader at the end of a pipe gets it too.
 * @throws OutputError where the bytes cannot be written; a reader that went away is none
 */
export function writeOut(text: string): Promise<void> {
  return write(process.stdout, text).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    const what = code === 'ENOSPC' ? 'No space left on the device' : `the system says ${code}`;
    throw new OutputError({ what: `standard output cannot be written: ${what}`, cause: error });
  });
}

/** The same for standard error, where a failure can be told to nobody. */
export function writeError(text: string): Promise<void> {
  return write(process.stderr, text).catch(() => {});
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (text === '') return Promise.resolve();
  return new Promise((resolve, reject) => {
    // A failure comes to the callback and as an event, which would end the process if nobody listened.
    if (stream.listenerCount('error') === 0) stream.on('error', () => {});
    stream.write(text, (error) => {
      if (error && !isGone(error)) reject(error);
      else resolve();
    });
  });
}
