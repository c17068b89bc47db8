import { decline } from '../../../lowering/decline.js';
import type { Refusals } from '../../../lowering/refusals.js';
import { allNodes, type Graph, isStatic, type Node, type Value } from '../../../model/index.js';

/**
 * Boxes are held in a fixed number of rows, or suppressed by a model that is told how many there are: both ask for a fixed number
 * of boxes before anything is selected. Refuses what suppresses another number; where that follows from what is in the image,
 * the nodes by which it does.
 */
export function expectFixedBoxes(graph: Graph, refusals: Refusals): void {
  const nodes = graph.sorted();
  const suppressing = nodes.filter((node) => !hasFixedBoxes(node));
  if (suppressing.length === 0) return;
  const isOpen = graph.inputs.some((value) => !isFixed(value));
  const picking = isOpen ? [] : nodes.filter(picksAnyNumber);
  for (const node of picking.length > 0 ? picking : suppressing)
    refusals.node(node, () =>
      decline(
        isOpen
          ? 'how many boxes it is given follows from the size of the input, and one number of them can be held: give one size with --shape'
          : 'how many boxes are suppressed follows from what is in the image: export without what picks them before, and let the suppression have its threshold',
      ),
    );
}

/** Whether a node, with what lies inside it, suppresses no other than a fixed number of boxes. */
function hasFixedBoxes(node: Node): boolean {
  if (node.is('NonMaxSuppression')) return typeof node.input(1).shape?.[2] === 'number';
  return node.subgraphs().every((subgraph) => [...allNodes(subgraph)].every(hasFixedBoxes));
}

/** Whether sizes of its results follow from what is in its operands. */
function picksAnyNumber(node: Node): boolean {
  const isOfFixed = node.inputs.every((value) => !value || isFixed(value));
  return isOfFixed && !node.is('NonMaxSuppression') && node.outputs.some((value) => value && !isFixed(value));
}

const isFixed = ({ shape }: Value): boolean => isStatic(shape);
