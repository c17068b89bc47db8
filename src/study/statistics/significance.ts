/**
 * How likely a coefficient of n pairs is at least so far from 0 where there is nothing between the two: two-sided, by Student's
 * t with n - 2 degrees of freedom. What is under 1e-12 has few digits that mean anything. NaN under 3 pairs.
 */
export function probabilityOf(coefficient: number, n: number): number {
  const freedom = n - 2;
  if (freedom < 1 || Number.isNaN(coefficient)) return Number.NaN;
  // t / sqrt(freedom) is the tangent of the angle whose sine the coefficient is.
  return Math.max(0, 1 - within(Math.asin(Math.abs(coefficient)), freedom));
}

/**
 * The share of Student's distribution that lies between -t and t, for t = sqrt(freedom) * tan(angle): the finite sums of
 * Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
function within(angle: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let sum = 0;
  let term = isOdd ? cosine : 1;
  for (let k = isOdd ? 3 : 2; k <= freedom; k += 2) {
    sum += term;
    term *= cosine * cosine * ((k - 1) / k);
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * (freedom === 2 ? 1 : sum);
}
