import { type Graph, type Node, readBy, type SourceNode, type Unsupported, type Value } from '../model/index.js';
import { hasTrait } from '../operators/index.js';

/** The source nodes behind the nodes that a target refuses; undefined where one of them cannot be found. */
export function sourcesOf(graph: Graph, unsupported: readonly Unsupported[]): Set<number> | undefined {
  const labels = new Set(unsupported.map(({ node }) => node));
  const refused = graph.sorted().filter((node) => labels.has(node.label) && node.origin.length > 0);
  // A target may name nodes that only its own copy of the graph has; a cut that misses one of them would not help.
  if (new Set(refused.map(({ label }) => label)).size < labels.size) return undefined;
  return new Set(refused.flatMap(({ origin }) => origin.map(({ index }: SourceNode) => index)));
}

/**
 * The values at which a source can be cut so that the part without these nodes is left: what the rest makes and they, or
 * what follows from them, read; and the outputs that do not follow from them. Empty where nothing useful is left.
 * @param graph the source as its file has it
 * @param refused indices of source nodes
 */
export function outputsBefore(graph: Graph, refused: ReadonlySet<number>): string[] {
  const gone = new Set<Node>();
  const computed = new Set<Value>(graph.inputs);
  for (const node of graph.sorted()) {
    const isRefused = node.origin.some(({ index }) => refused.has(index));
    if (isRefused || [...readBy(node)].some((value) => value.producer && gone.has(value.producer))) gone.add(node);
    // A size is no answer, and neither is what follows from constants alone.
    if (hasTrait(node, 'measures') || ![...readBy(node)].some((value) => computed.has(value))) continue;
    for (const value of node.outputs) if (value) computed.add(value);
  }
  const isLeft = (value: Value) => value.producer !== undefined && !gone.has(value.producer);
  const cut = new Set<string>();
  for (const output of graph.outputs) if (isLeft(output)) cut.add(output.name);
  for (const node of gone) {
    for (const value of readBy(node)) if (isLeft(value) && computed.has(value)) cut.add(value.name);
  }
  return [...cut];
}
