import { type Graph, isFloat, type Value } from '../model/index.js';

/** Operators with results from 0 to 1, computed as fractions of 1. */
const SQUASHING = ['Sigmoid', 'HardSigmoid'];
/** Operators whose results are elements of their operands, wherever they stand. */
const MOVING = [
  ...['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Expand', 'Tile'],
  ...['Concat', 'Split', 'Slice', 'Gather', 'GatherElements', 'GatherND', 'DepthToSpace', 'SpaceToDepth'],
];
/** Of `MOVING`, those all of whose operands are moved. */
const JOINING = 'Concat';

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
    const moved = node.is(JOINING) ? node.inputs : node.inputs.slice(0, 1);
    const isSquashed =
      node.is(...SQUASHING) || (node.is(...MOVING) && moved.every((value) => value && squashed.has(value)));
    if (!isSquashed) continue;
    for (const value of node.outputs) {
      if (!value || !isFloat(value.dtype)) continue;
      squashed.add(value);
      found.set(value.name, NONE_UP_TO);
    }
  }
  return found;
}
