/**
 * How likely a coefficient of n pairs is at least so far from 0 where there is nothing between the two: two-sided, by Student's
 * t with n - 2 degrees of freedom. NaN under 3 pairs.
 */
export function probabilityOf(coefficient: number, n: number): number {
  const freedom = n - 2;
  if (freedom < 1 || Number.isNaN(coefficient)) return Number.NaN;
  // t / sqrt(freedom) is the tangent of the angle whose sine the coefficient is.
  const outside = 1 - within(Math.asin(Math.abs(coefficient)), freedom);
  // What is left of 1 has no digits where it is small.
  return outside > LARGE ? outside : beyond(1 - coefficient ** 2, freedom);
}

const LARGE = 0.01;

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

/**
 * The share beyond both: the regularised incomplete beta function of x = 1 - coefficient², a = freedom / 2 and b = 1/2 by its
 * series (26.5.4), all of whose terms are above 0.
 */
function beyond(x: number, freedom: number): number {
  const a = freedom / 2;
  let sum = 0;
  let term = 1;
  for (let n = 0; term > Number.EPSILON * sum; n++) {
    sum += term;
    term *= (x * (a + 0.5 + n)) / (a + 1 + n);
  }
  return (x ** a * Math.sqrt(1 - x) * sum) / (a * betaWithHalf(freedom));
}

/** The beta function of freedom / 2 and 1/2. */
function betaWithHalf(freedom: number): number {
  let beta = freedom % 2 === 1 ? Math.PI : 2;
  for (let a = freedom % 2 === 1 ? 0.5 : 1; a < freedom / 2; a++) beta *= a / (a + 0.5);
  return beta;
}
