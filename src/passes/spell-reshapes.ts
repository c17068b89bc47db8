import type { Node } from '../model/index.js';
import { reshape } from '../operators/index.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';
import { isFlatten, reshaped, shapeOperand } from './spelled-shape.js';

/**
 * Writes a new shape in one way: from axis 1 on in one as Flatten, all else as a Reshape by a constant.
 *
 * Given: `Reshape(x, Concat(Shape(x)[0], [-1]))`, `Reshape(x, [0, 512]; allowzero: 1)`, or `Squeeze(x, [2, 3])`.
 * Result: `Flatten(x; axis: 1)` where it is one, else `Reshape(x, [-1, 512])`. Sizes that are known are written as such.
 * Exact: inference has shown the sizes to be equal, as numbers or as symbols.
 * Keeps off: where the result has more sizes that are not known than -1 and 0 can say, or one that is 0.
 */
export const spellReshapes: Pass = {
  name: 'spell-reshapes',
  run(graph, changes) {
    for (const node of graph.nodesOf('Reshape', 'Squeeze')) {
      const [x, y] = [node.input(0), node.output()];
      if (!isFlatten(x.shape, y.shape) && (node.is('Squeeze') || isSpelled(node))) continue;
      const spelled = reshaped(graph, x, y, node.origin);
      if (spelled) replaceNode(node, spelled, changes);
    }
  },
};

function isSpelled(node: Node): boolean {
  const { shape, allowZero } = reshape.parameters(node);
  const [from, to] = [node.input(0).shape, node.output().shape];
  const wanted = from && to && shapeOperand(from, to);
  return !allowZero && shape !== undefined && shape.every((size, axis) => size === wanted?.[axis]);
}
