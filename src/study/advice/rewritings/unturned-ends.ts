import { type Graph, isStatic, type Value } from '../../../model/index.js';
import { transpose } from '../../../operators/index.js';
import type { Rewriting } from '../rewriting.js';

const IMAGE = 4;

/** Lets whoever feeds and reads images do so in the order of axes that the network computes in. The function is the same. */
export const unturnEnds: Rewriting = {
  name: 'unturned-ends',
  what: 'take and give images with their axes as the network has them, not turned',
  isExact: true,
  rewrite: (graph) => unturnInputs(graph) + unturnOutputs(graph),
};

function unturnInputs(graph: Graph): number {
  let count = 0;
  for (const input of graph.inputs) {
    const { shape } = input;
    const [first, ...rest] = input.uses.map(({ node }) => node);
    const perm = first?.is('Transpose') ? transpose.parameters(first).perm : undefined;
    if (!first || !perm || perm.length !== IMAGE || !isStatic(shape)) continue;
    const isAlike = rest.every((node) => node.is('Transpose') && sameOrder(transpose.parameters(node).perm, perm));
    if (!isAlike || [first, ...rest].some((node) => node.graph !== graph || node.output().isOutput)) continue;
    input.shape = perm.map((axis) => shape[axis] ?? 1);
    for (const node of [first, ...rest]) graph.replace(node.output(), input);
    count++;
  }
  return count;
}

function unturnOutputs(graph: Graph): number {
  const unturned = graph.outputs.map((output) => beforeTurn(output, graph));
  const count = unturned.filter((value, at) => value !== graph.outputs[at]).length;
  // One value is one output.
  if (count === 0 || new Set(unturned).size < unturned.length) return 0;
  graph.setOutputs(unturned);
  return count;
}

/** What an output is turned from; the output itself where that is not all it is. */
function beforeTurn(output: Value, graph: Graph): Value {
  const { producer, shape, uses } = output;
  if (!producer?.is('Transpose') || producer.graph !== graph || shape?.length !== IMAGE || uses.length > 0)
    return output;
  const from = producer.input(0);
  return from.isInput || from.constant ? output : from;
}

function sameOrder(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a !== undefined && a.length === b.length && a.every((axis, at) => axis === b[at]);
}
