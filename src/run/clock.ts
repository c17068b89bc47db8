/**
 * Milliseconds since a moment that stays the same while the process lives. Not `performance.now()`: in Node the first
 * use of `performance` loads a dozen modules.
 */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
