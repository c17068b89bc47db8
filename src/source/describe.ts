import type { Value } from '../model/index.js';
import type { ValueReport } from '../report/index.js';

/** An input or output as reports write it. */
export function describeValue({ name, dtype, shape, graph }: Value): ValueReport {
  return {
    name,
    dtype: dtype ?? null,
    shape: shape?.map((size) => (typeof size === 'string' ? (graph.model.dimensionName(size) ?? null) : size)) ?? null,
  };
}
