import {
  type CorrelationReport,
  correlate,
  familyOf,
  fitTimeModel,
  type Latency,
  type Observed,
  type StudiedNetwork,
  type TimeModelReport,
} from '../../study/index.js';

/** What goes with latency, and what it is made of, in each engine: of fused networks where that form was studied, else as given. */
export function explain(
  networks: readonly StudiedNetwork[],
  latencies: readonly Latency[],
): { readonly correlations: readonly CorrelationReport[]; readonly model: readonly TimeModelReport[] } {
  const all = observed(networks, latencies);
  return {
    correlations: all.flatMap(correlate).map((each) => ({
      ...each,
      ...mapped(each, ['spearman', 'pearson', 'low', 'high'], 4),
    })),
    model: all.flatMap((each) => fitTimeModel(each) ?? []).map(modelReport),
  };
}

function observed(networks: readonly StudiedNetwork[], latencies: readonly Latency[]): Observed[] {
  const shipped = networks.flatMap(({ path, forms }) => {
    const form = forms.find((each) => each.form === 'fused') ?? forms[0];
    return form ? [{ path, ...form }] : [];
  });
  const kinds = new Map(latencies.map(({ engine, threads }) => [`${engine} ${threads}`, { engine, threads }]));
  return Array.from(kinds.values(), ({ engine, threads }) => ({
    engine,
    threads,
    observations: shipped.flatMap(({ path, figures, subject }) => {
      const found = latencies.find(
        (each) => each.key === subject.key && each.engine === engine && each.threads === threads,
      );
      return found ? [{ path, family: familyOf(path), figures, latency: found.median }] : [];
    }),
  }));
}

function modelReport({ coefficients, medianError, networks, ...rest }: TimeModelReport): TimeModelReport {
  return {
    ...rest,
    coefficients: Object.fromEntries(
      Object.entries(coefficients).map(([term, value]) => [term, Number(value.toPrecision(4))]),
    ),
    medianError: rounded(medianError, 4),
    networks: networks.map(({ latency, predicted, shares, ...network }) => ({
      ...network,
      latency: rounded(latency, 3),
      predicted: rounded(predicted, 3),
      shares: Object.fromEntries(Object.entries(shares).map(([term, share]) => [term, rounded(share, 3)])),
    })),
  };
}

function mapped<K extends string>(
  from: Readonly<Record<K, number>>,
  keys: readonly K[],
  digits: number,
): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, rounded(from[key], digits)])) as Record<K, number>;
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
