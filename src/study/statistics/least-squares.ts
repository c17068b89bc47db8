import { fcnnlsVector } from 'ml-fcnnls';

/** What predicts, a row for each case, and what is predicted. */
export interface Cases {
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

/**
 * The coefficients, none of them negative, for which the squares of the relative errors have the least sum: each case counts as
 * much as any other, however large its target. A column that is 0 throughout has the coefficient 0.
 */
export function fitRelative({ rows, targets }: Cases): number[] {
  const [first = []] = rows;
  // Columns are scaled to a largest of 1, or products of counts and times would lose their digits.
  const weighted = rows.map((row, i) => row.map((value) => value / (targets[i] ?? 1)));
  const scales = first.map((_, column) => Math.max(...weighted.map((row) => Math.abs(row[column] ?? 0))));
  const used = scales.flatMap((scale, column) => (scale > 0 ? [column] : []));
  const scaled = weighted.map((row) => used.map((column) => (row[column] ?? 0) / (scales[column] ?? 1)));
  const found = fcnnlsVector(
    scaled,
    targets.map(() => 1),
  ).K.to1DArray();
  const coefficients = first.map(() => 0);
  for (const [i, column] of used.entries()) coefficients[column] = (found[i] ?? 0) / (scales[column] ?? 1);
  return coefficients;
}

/** The sum of a row's values, each times its coefficient. */
export function predict(row: readonly number[], coefficients: readonly number[]): number {
  return row.reduce((sum, value, column) => sum + value * (coefficients[column] ?? 0), 0);
}

/**
 * What each case is predicted to be by a fit of the others: all of its group are left out of the fit at once, since what is much
 * like it would tell its target.
 * @param groups for each case the group that it belongs to
 */
export function predictLeftOut(cases: Cases, groups: readonly string[]): number[] {
  const byGroup = new Map<string, number[]>();
  for (const group of new Set(groups)) {
    const kept = groups.flatMap((other, i) => (other === group ? [] : [i]));
    byGroup.set(group, fitRelative(only(cases, kept)));
  }
  return cases.rows.map((row, i) => predict(row, byGroup.get(groups[i] ?? '') ?? []));
}

function only({ rows, targets }: Cases, places: readonly number[]): Cases {
  return { rows: places.map((i) => rows[i] ?? []), targets: places.map((i) => targets[i] ?? 0) };
}
