import { type Graph, type Node, Tensor, type Value } from '../model/index.js';
import { sequenceAt, splitToSequence } from '../operators/index.js';
import { elementsOfSequence } from '../operators/shape/sequence-elements.js';
import { mergeOrigins, type Pass } from './pass.js';
import { insertTyped, replaceNode } from './replace-node.js';

/**
 * Writes a split whose parts are picked one by one as `Split`.
 *
 * Given: `s = SplitToSequence(x, 2; axis: 1)`, `a = SequenceAt(s, 0)`, `b = SequenceAt(s, 1)` (what `chunk` becomes).
 * Result: `a, b = Split(x, [2, 2]; axis: 1)`, each followed by a Squeeze where the sequence drops the axis.
 * Exact: values are copied.
 * Keeps off: where the sequence is read in another way or at a computed place, or its sizes are not known.
 */
export const splitSequences: Pass = {
  name: 'split-sequences',
  run(graph, changes) {
    for (const node of graph.nodesOf('SplitToSequence')) {
      const picked = pickedFrom(node);
      const sizes = picked && sizesOf(node);
      if (!picked || !sizes || picked.some(({ position }) => position < -sizes.length || position >= sizes.length))
        continue;
      const parts = insertSplit(graph, node, sizes, picked);
      for (const { reader, position } of picked) {
        const part = parts.at(position);
        if (part) replaceNode(reader, withoutAxis(graph, node, part, reader), changes);
      }
      graph.remove(node);
      changes.edited();
    }
  },
};

interface Picked {
  readonly reader: Node;
  /** Negative ones count from the end. */
  readonly position: number;
}

/** Who reads the sequence; undefined where anyone does anything but pick one part at a fixed place. */
function pickedFrom(node: Node): Picked[] | undefined {
  const sequence = node.output();
  if (sequence.isOutput) return undefined;
  const picked: Picked[] = [];
  for (const { node: reader } of sequence.uses) {
    const position = reader.is('SequenceAt') ? sequenceAt.parameters(reader).position : undefined;
    if (position === undefined || reader.graph !== node.graph) return undefined;
    picked.push({ reader, position });
  }
  return picked;
}

/** Sizes of the parts along the axis, as far as all are known. */
function sizesOf(node: Node): number[] | undefined {
  const { axis, keepsAxis } = splitToSequence.parameters(node);
  const elements = elementsOfSequence(node.output());
  const sizes = elements?.map(({ shape }) => (keepsAxis ? shape?.at(axis) : 1));
  return sizes?.every((size) => typeof size === 'number') ? sizes : undefined;
}

function insertSplit(graph: Graph, node: Node, sizes: readonly number[], picked: readonly Picked[]): Value[] {
  const { axis } = splitToSequence.parameters(node);
  const byInput = node.opset >= 13;
  const split = insertTyped(graph, {
    operator: 'Split',
    inputs: [node.input(0), ...(byInput ? [graph.addConstant(Tensor.ofShape(sizes), 'split')] : [])],
    outputs: sizes.length,
    attributes: { axis, split: byInput ? undefined : sizes },
    origin: mergeOrigins([node.origin, ...picked.map(({ reader }) => reader.origin)]),
  });
  return sizes.map((_, index) => split.output(index));
}

function withoutAxis(graph: Graph, node: Node, part: Value, { origin }: Node): Value {
  const { axis, keepsAxis } = splitToSequence.parameters(node);
  if (keepsAxis) return part;
  const byInput = node.opset >= 13;
  return insertTyped(graph, {
    operator: 'Squeeze',
    inputs: [part, ...(byInput ? [graph.addConstant(Tensor.ofShape([axis]), 'axes')] : [])],
    attributes: { axes: byInput ? undefined : [axis] },
    origin,
  }).output();
}
