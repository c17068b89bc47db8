import type { Node } from '../model/index.js';

type Default = number | string;

/** Attributes that say the same when they are left out, by operator; numbers stand for ints and floats alike. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Default>>>> = {
  ArgMax: { axis: 0, keepdims: 1, select_last_index: 0 },
  ArgMin: { axis: 0, keepdims: 1, select_last_index: 0 },
  AveragePool: { auto_pad: 'NOTSET', ceil_mode: 0, count_include_pad: 0 },
  Cast: { saturate: 1 },
  Conv: { auto_pad: 'NOTSET' },
  ConvTranspose: { auto_pad: 'NOTSET' },
  DepthToSpace: { mode: 'DCR' },
  Flatten: { axis: 1 },
  Gather: { axis: 0 },
  Gelu: { approximate: 'none' },
  Gemm: { alpha: 1, beta: 1, transA: 0, transB: 0 },
  LayerNormalization: { axis: -1, stash_type: 1 },
  MaxPool: { auto_pad: 'NOTSET', ceil_mode: 0, storage_order: 0 },
  ReduceMax: { keepdims: 1, noop_with_empty_axes: 0 },
  ReduceMean: { keepdims: 1, noop_with_empty_axes: 0 },
  ReduceMin: { keepdims: 1, noop_with_empty_axes: 0 },
  ReduceSum: { keepdims: 1, noop_with_empty_axes: 0 },
  Reshape: { allowzero: 0 },
};

/** Names of the attributes of a node that hold what their absence means. */
export function spelledDefaults(node: Node): string[] {
  const defaults = node.domain === '' ? DEFAULTS[node.operator] : undefined;
  if (!defaults || !Object.hasOwn(DEFAULTS, node.operator)) return [];
  return Object.entries(defaults).flatMap(([name, value]) => {
    const attribute = node.attributes.get(name);
    if (!attribute) return [];
    const held = attribute.kind === 'string' ? node.string(name, '') : attribute.value;
    return held === value ? [name] : [];
  });
}
