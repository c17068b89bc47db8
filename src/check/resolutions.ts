import { type Graph, isFloat, type Node, type Value } from '../model/index.js';
import { hasTrait } from '../operators/index.js';

/** So many units in the last place of 1 lie between right answers. */
const NONE_UP_TO = 20 * 2 ** -24;

/**
 * Values of which a difference up to some size is none, by name. A Sigmoid is computed to 2^-24 of its range at best, so
 * what is near 0 everywhere has few digits that mean anything: measured by its own size, it differs from itself.
 */
export function resolutions(graph: Graph): Map<string, number> {
  const squashed = new Set<Value>();
  const found = new Map<string, number>();
  for (const node of graph.sorted()) {
    const moved = movedBy(node);
    const isMoved = moved.length > 0 && moved.every((value) => value && squashed.has(value));
    if (!isMoved && !hasTrait(node, 'squashes')) continue;
    for (const value of node.outputs) {
      if (!value || !isFloat(value.dtype)) continue;
      squashed.add(value);
      found.set(value.name, NONE_UP_TO);
    }
  }
  return found;
}

/** The operands whose elements make up the results; none where they are computed. */
function movedBy(node: Node): readonly (Value | undefined)[] {
  if (hasTrait(node, 'joins')) return node.inputs;
  return hasTrait(node, 'moves') ? node.inputs.slice(0, 1) : [];
}
