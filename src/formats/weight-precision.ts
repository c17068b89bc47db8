import { allNodes, type Model, type Tensor } from '../model/index.js';
import type { Held } from './format.js';

const COARSEST_FIRST: readonly Held[] = ['int8', 'fp16'];

/** The precision that most elements of floating-point weights are held in; fp32 where none leads. */
export function mostHeldIn<P extends Held>(weights: Iterable<readonly [precision: P, elements: number]>): P | 'fp32' {
  const counts = new Map<P | 'fp32', number>([['fp32', 0]]);
  for (const [precision, elements] of weights) counts.set(precision, (counts.get(precision) ?? 0) + elements);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

/** The coarsest precision that weights are held in; fp32 where there are none. */
export function coarsestOf(held: Iterable<Held>): Held {
  const found = new Set(held);
  return COARSEST_FIRST.find((precision) => found.has(precision)) ?? 'fp32';
}

/** The precision of a model as it is. */
export function precisionOf(model: Model): 'fp16' | 'fp32' {
  return mostHeldIn(heldIn(model));
}

/** In what, and how many, elements of floating-point constants are held. */
export function heldIn(model: Model): (readonly ['fp16' | 'fp32', number])[] {
  const tensors = new Set<Tensor>();
  for (const node of allNodes(model.graph)) {
    for (const value of node.inputs) if (value?.constant) tensors.add(value.constant);
  }
  const held = [...tensors].filter(({ dtype }) => /^float(16|32|64)$/.test(dtype));
  return held.map(({ dtype, size }) => [dtype === 'float16' ? 'fp16' : 'fp32', size] as const);
}
