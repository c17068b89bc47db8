/** The nearest whole number, halves to the even one; the sign of zeros is kept. */
export function roundHalfToEven(x: number): number {
  const rest = Math.abs(x % 1);
  if (rest !== 0.5) return Math.abs(x) < 0.5 ? x * 0 : Math.round(x);
  return 2 * Math.round(x / 2);
}
