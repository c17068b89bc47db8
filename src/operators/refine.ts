import {
  type Dimension,
  type Graph,
  InputError,
  isAnonymous,
  type Node,
  type Shape,
  type Value,
} from '../model/index.js';
import { inferNode } from './infer.js';

/**
 * Infers anew, in topological order, the nodes whose operands were changed since their types were inferred, and who reads
 * them where their results are now known otherwise. All else is left alone, so a round in which little changes costs little.
 * @param graphs a graph and all that its control flow holds, inner ones last
 * @throws InputError where a node breaks the standard
 */
export function inferStale(graphs: readonly Graph[]): void {
  // What is found inside control flow tells its node more: that is one graph further out with every round.
  for (let round = 0; round <= graphs.length && graphs.some(({ staleCount }) => staleCount > 0); round++) {
    for (const graph of graphs) {
      if (graph.staleCount === 0) continue;
      for (const node of graph.sorted()) if (graph.isStale(node)) refineNode(node);
    }
  }
}

/**
 * Infers a stale node anew and marks who reads its results where they are now known otherwise. What was known stays known:
 * a size that inference cannot tell keeps the symbol or number that it had.
 * @throws InputError where the node breaks the standard
 */
export function refineNode(node: Node): void {
  const earlier = node.graph.model.freshSymbol();
  const before = node.outputs.map((value) => value && { ...factsOf(value) });
  inferAgain(node);
  node.outputs.forEach((value, index) => {
    const old = before[index];
    if (!value || !old) return;
    const isFresh = (size: Dimension) => node.graph.model.isFresherSymbol(size, earlier);
    value.dtype ??= old.dtype;
    value.shape = merged(old.shape, value.shape, isFresh);
    value.elements = merged(old.elements, value.elements, isFresh);
    if (textOf(factsOf(value)) !== textOf(old)) markReaders(value);
  });
}

function markReaders(value: Value): void {
  for (const { node } of value.uses) node.graph.markStale(node);
  const { graph } = value;
  if (!value.isOutput || !graph.parent) return;
  const holder = graph.parent.sorted().find((node) => node.subgraphs().includes(graph));
  if (holder) graph.parent.markStale(holder);
}

/** A branch that is never taken may break the standard; then nothing more is known of it than before. */
function inferAgain(node: Node): void {
  try {
    inferNode(node);
  } catch (error) {
    if (!(error instanceof InputError) || !node.graph.parent) throw error;
  }
}

type Facts = Pick<Value, 'dtype' | 'shape' | 'elements'>;

function factsOf({ dtype, shape, elements }: Value): Facts {
  return { dtype, shape, elements };
}

function textOf({ dtype, shape, elements }: Facts): string {
  return `${dtype} ${shape && `[${shape}]`} ${elements && `[${elements}]`}`;
}

/** Both lists describe the same; a number says more than a name, that more than a symbol, and any more than a fresh one. */
function merged(
  old: Shape | undefined,
  made: Shape | undefined,
  isFresh: (size: Dimension) => boolean,
): Shape | undefined {
  if (!old || !made || old.length !== made.length) return made ?? old;
  return made.map((size, axis) => {
    const known = old[axis] ?? size;
    const saysLess = typeof known === 'number' || isFresh(size) || (isAnonymous(size) && !isAnonymous(known));
    return typeof size === 'string' && saysLess ? known : size;
  });
}
