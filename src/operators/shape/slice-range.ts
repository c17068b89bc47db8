/** Where a slice of an axis of `size` begins, and how many it takes. */
export function sliceRange(size: number, start: number, end: number, step: number): { first: number; count: number } {
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (bound: number, least: number) => Math.min(Math.max(bound < 0 ? bound + size : bound, least), highest);
  const first = clamp(start, 0);
  const count = Math.max(Math.ceil((clamp(end, lowest) - first) / step), 0);
  return { first: count === 0 ? 0 : first, count };
}
