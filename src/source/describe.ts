import { allNodes, type Model, type Tensor, type Value } from '../model/index.js';
import type { ValueReport } from '../report/index.js';

/** An input or output as reports write it. */
export function describeValue({ name, dtype, shape, graph }: Value): ValueReport {
  return {
    name,
    dtype: dtype ?? null,
    shape: shape?.map((size) => (typeof size === 'string' ? (graph.model.dimensionName(size) ?? null) : size)) ?? null,
  };
}

/** The precision of a model as it is: that of most of its floating-point weights. */
export function precisionOf(model: Model): 'fp16' | 'fp32' {
  const tensors = new Set<Tensor>();
  for (const node of allNodes(model.graph)) {
    for (const value of node.inputs) if (value?.constant) tensors.add(value.constant);
  }
  let half = 0;
  let other = 0;
  for (const { dtype, size } of tensors) {
    if (dtype === 'float16') half += size;
    else if (dtype === 'float32' || dtype === 'float64') other += size;
  }
  return half > other ? 'fp16' : 'fp32';
}
