/** The greater of two; `Math.max` takes no bigints. */
export function greaterOf(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** The lesser of two. */
export function lesserOf(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
