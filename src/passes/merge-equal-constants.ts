import type { Graph, Tensor, Value } from '../model/index.js';
import { batchNormalization } from '../operators/index.js';
import type { Pass } from './pass.js';
import { MEAN } from './training-batch-norms.js';

/** Different tensors of one hash that are compared before the rest is left as it is: only made-up files have more. */
const MOST_ALIKE = 8;
const SAMPLES = 32;

/**
 * Keeps one of several equal constants.
 *
 * Given: `Add(x, a)`, `Add(y, b)`, a = b.   Result: `Add(x, a)`, `Add(y, a)`.
 * Exact: same type, same shape, same bytes.
 * Keeps off: constants that are outputs (their names are public), strings, and the running statistics of batch norms in
 * training mode: engines update those in place.
 *
 * Only tensors that share type and shape with another are looked into. Of those a few bytes are hashed: two weights of a
 * network are equal or differ nearly everywhere, so reading 60 MB whole to find that nothing is equal is not needed.
 */
export const mergeEqualConstants: Pass = {
  name: 'merge-equal-constants',
  run(graph, changes) {
    for (const alike of groupsOf(constantsOf(graph), ({ tensor }) => `${tensor.dtype} ${tensor.shape}`)) {
      for (const candidates of groupsOf(alike, ({ tensor }) => sampleHash(tensor.bytes))) {
        const kept: Constant[] = [];
        for (const constant of candidates) {
          const same = kept.find(({ tensor }) => areEqual(tensor.bytes, constant.tensor.bytes));
          if (same) {
            graph.replace(constant.value, same.value);
            changes.edited();
          } else if (kept.length < MOST_ALIKE) kept.push(constant);
        }
      }
    }
  },
};

interface Constant {
  readonly value: Value;
  readonly tensor: Tensor;
}

/** Those that nodes of the graph itself read, in the order of reading. */
function constantsOf(graph: Graph): Constant[] {
  const values = new Set<Value>();
  for (const node of graph.sorted()) {
    const isTraining = node.is('BatchNormalization') && batchNormalization.parameters(node).trainingMode;
    const operands = isTraining ? node.inputs.slice(0, MEAN) : node.inputs;
    for (const value of operands) if (value?.constant) values.add(value);
  }
  return [...values].flatMap((value) => {
    const tensor = value.constant;
    const isOurs = tensor && tensor.dtype !== 'string' && value.graph === graph && !value.isOutput;
    return isOurs ? [{ value, tensor }] : [];
  });
}

/** Groups of two or more. */
function groupsOf<T, K>(items: readonly T[], keyOf: (item: T) => K): T[][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** FNV-1a over bytes spread evenly; the odd step keeps it from meeting only the exponents of floats. */
function sampleHash(bytes: Uint8Array): number {
  const step = Math.max(1, Math.floor(bytes.length / SAMPLES) | 1);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += step) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}
