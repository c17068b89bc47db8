/** Three digits of milliseconds. */
export function showMilliseconds(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toPrecision(3) : milliseconds.toFixed(0);
}

/** `1 thread`, `all threads` */
export function showThreads(threads: 1 | 'all'): string {
  return threads === 1 ? '1 thread' : 'all threads';
}
