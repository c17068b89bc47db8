import { type Graph, isFloat, type Node, readBy, type Value } from '../model/index.js';
import { hasTrait } from '../operators/index.js';

/** What a graph selects among computed floats on the way to its outputs. */
export interface Selections {
  /** Outputs that follow from a selection: they may jump without anything being wrong. */
  readonly outputs: ReadonlySet<string>;
  /** What the selecting nodes give. */
  readonly results: readonly Value[];
}

/** @param graph with types inferred; selections inside control flow stay where they are */
export function selectionsOf(graph: Graph): Selections {
  const computed = computedValues(graph);
  const nodes = new Set<Node>();
  const outputs = graph.outputs.filter((output) => {
    const behind = selectionsBehind(output, computed);
    for (const node of behind) nodes.add(node);
    return behind.size > 0;
  });
  const results = [...nodes].flatMap((node) => node.outputs.filter((value) => value !== undefined));
  return { outputs: new Set(outputs.map(({ name }) => name)), results };
}

/** What depends on an input, or on chance. What depends on constants alone, `Constant` nodes included, does not move. */
export function computedValues(graph: Graph): ReadonlySet<Value> {
  const computed = new Set<Value>();
  for (const node of graph.sorted()) {
    const isFixed =
      node.subgraphs().length === 0 &&
      !hasTrait(node, 'random') &&
      node.inputs.every((value) => !value?.isInput && !(value && computed.has(value)));
    if (!isFixed) for (const value of node.outputs) if (value) computed.add(value);
  }
  return computed;
}

/** Every selection that a value follows from, however far up. */
export function selectionsBehind(output: Value, computed: ReadonlySet<Value>): Set<Node> {
  const found = new Set<Node>();
  const seen = new Set([output]);
  // A set is walked in the order of insertion, also over what is added meanwhile.
  for (const { producer } of seen) {
    if (!producer || producer.graph !== output.graph) continue;
    if (comparedBy(producer, computed).length > 0) found.add(producer);
    for (const value of readBy(producer)) seen.add(value);
  }
  return found;
}

/** The computed floats that a node selects among; none where it is no selection. */
export function comparedBy(node: Node, computed: ReadonlySet<Value>): Value[] {
  if (!hasTrait(node, 'selects')) return [];
  return node.inputs
    .filter((value) => value !== undefined)
    .filter((value) => isFloat(value.dtype) && computed.has(value));
}
