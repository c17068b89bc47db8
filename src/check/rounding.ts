/** So much of the largest number is what a few operations in float32 make of another on its way. */
export const ROUNDING = 2 ** -21;

/** Of the finite ones. */
export function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest && Number.isFinite(value)) largest = Math.abs(value);
  return largest;
}
