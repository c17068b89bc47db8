import { operatorsWith } from '../../operators/index.js';
import type { StaticFigures } from '../static/index.js';
import { fitRelative, median, predict, predictLeftOut } from '../statistics/index.js';
import type { Observed } from './correlations.js';
import type { ExplainedReport, TimeModelReport } from './report.js';

/** What only puts elements elsewhere: it takes them one by one, where what computes reads whole rows. */
const REARRANGING = new Set([...operatorsWith('moves'), ...operatorsWith('joins')]);

/**
 * What time is made of: a part that every run has, one for each node that is work, one for each byte moved, and one for each
 * multiply-accumulate, by class of operator.
 */
const TERMS: readonly { readonly name: string; of(figures: StaticFigures): number }[] = [
  { name: 'run', of: () => 1 },
  { name: 'nodes', of: ({ operators }) => Object.values(operators).reduce((sum, { nodes }) => sum + nodes, 0) },
  { name: 'bytes', of: (figures) => (figures.bytesMoved ?? 0) - bytesRearranged(figures) },
  { name: 'bytes rearranged', of: bytesRearranged },
  { name: 'macs dense', of: ({ products }) => (products.dense?.macs ?? 0) + (products.grouped?.macs ?? 0) },
  { name: 'macs pointwise', of: ({ products }) => products.pointwise?.macs ?? 0 },
  { name: 'macs depthwise', of: ({ products }) => products.depthwise?.macs ?? 0 },
  { name: 'macs matrix', of: ({ products }) => products.matrix?.macs ?? 0 },
];

function bytesRearranged({ operators }: StaticFigures): number {
  return Object.entries(operators).reduce((sum, [name, { bytes }]) => sum + (REARRANGING.has(name) ? bytes : 0), 0);
}

/** So many networks for each term, and so many families, or the fit would only repeat what it was given. */
const NETWORKS_A_TERM = 2;
const LEAST_FAMILIES = 3;

/** Fits a model of latency to what was observed; undefined where there are too few networks or families, or sizes not known. */
export function fitTimeModel({ engine, threads, observations }: Observed): TimeModelReport | undefined {
  const known = observations.filter(({ figures }) => figures.bytesMoved !== null && figures.macs !== null);
  const groups = known.map(({ family }) => family);
  const families = new Set(groups).size;
  if (known.length < NETWORKS_A_TERM * TERMS.length || families < LEAST_FAMILIES) return undefined;
  const rows = known.map(({ figures }) => TERMS.map(({ of }) => of(figures)));
  const targets = known.map(({ latency }) => latency);
  const coefficients = fitRelative({ rows, targets });
  const leftOut = predictLeftOut({ rows, targets }, groups);
  return {
    ...{ engine, threads, n: known.length, families },
    coefficients: byTerm(coefficients),
    medianError: median(targets.map((latency, i) => Math.abs((leftOut[i] ?? 0) - latency) / latency)),
    networks: known.map(({ path, latency }, i) => ({
      path,
      latency,
      predicted: leftOut[i] ?? 0,
      ...explain(rows[i] ?? [], coefficients),
    })),
  };
}

function explain(row: readonly number[], coefficients: readonly number[]): Pick<ExplainedReport, 'shares' | 'bound'> {
  const whole = predict(row, coefficients);
  const shares = row.map((value, i) => (value * (coefficients[i] ?? 0)) / whole);
  const largest = shares.indexOf(Math.max(...shares));
  return { shares: byTerm(shares), bound: TERMS[largest]?.name ?? '' };
}

function byTerm(values: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(TERMS.map(({ name }, i) => [name, values[i] ?? 0]));
}
