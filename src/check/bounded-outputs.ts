import { type Graph, isFloat, type Node } from '../model/index.js';
import { hasTrait } from '../operators/index.js';
import { clip } from '../operators/rows/clip.js';

/** Values of a function with two bounds, by name: how far those are apart. Rounding is priced by it, see `pricedL2`. */
export function boundedOutputs(graph: Graph): Map<string, number> {
  const found = new Map<string, number>();
  for (const node of graph.sorted()) {
    const range = rangeOf(node) ?? movedRange(node, found);
    if (range === undefined) continue;
    for (const value of node.outputs) if (value && isFloat(value.dtype)) found.set(value.name, range);
  }
  return found;
}

function rangeOf(node: Node): number | undefined {
  if (node.is('Sigmoid') || node.is('HardSigmoid')) return 1;
  if (node.is('Tanh')) return 2;
  if (!node.is('Clip')) return undefined;
  const { min = Number.NaN, max = Number.NaN } = clip.parameters(node);
  return Number.isFinite(max - min) ? max - min : undefined;
}

/** What only moves or joins elements has the widest range of those. */
function movedRange(node: Node, known: ReadonlyMap<string, number>): number | undefined {
  const operands = hasTrait(node, 'joins') ? node.inputs : hasTrait(node, 'moves') ? node.inputs.slice(0, 1) : [];
  const ranges = operands.map((value) => known.get(value?.name ?? ''));
  return ranges.length > 0 && ranges.every((range) => range !== undefined) ? Math.max(...ranges) : undefined;
}
