import { allNodes, type Model, type Node, type Tensor } from '../model/index.js';
import { cast } from '../operators/index.js';
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

/** The precision that a model computes in: weights that are only stored in float16, and widened before they are read, are none of it. */
export function precisionOf(model: Model): 'fp16' | 'fp32' {
  const held = [...constantsOf(model)].map(
    ([tensor, readers]) => [readers.every(widens) ? 'fp32' : heldAs(tensor), tensor.size] as const,
  );
  return mostHeldIn(held);
}

/** In what, and how many, elements of floating-point constants are held. */
export function heldIn(model: Model): (readonly ['fp16' | 'fp32', number])[] {
  return [...constantsOf(model).keys()].map((tensor) => [heldAs(tensor), tensor.size] as const);
}

function heldAs({ dtype }: Tensor): 'fp16' | 'fp32' {
  return dtype === 'float16' ? 'fp16' : 'fp32';
}

function widens(reader: Node): boolean {
  return reader.is('Cast') && cast.parameters(reader).to !== 'float16';
}

/** Floating-point constants, each with the nodes that read it. */
function constantsOf(model: Model): Map<Tensor, Node[]> {
  const found = new Map<Tensor, Node[]>();
  for (const node of allNodes(model.graph)) {
    for (const value of node.inputs) {
      const tensor = value?.constant;
      if (!tensor || !/^float(16|32|64)$/.test(tensor.dtype)) continue;
      const readers = found.get(tensor) ?? [];
      readers.push(node);
      found.set(tensor, readers);
    }
  }
  return found;
}
