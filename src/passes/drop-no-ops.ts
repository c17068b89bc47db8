import { type Node, sameShape } from '../model/index.js';
import { leakyRelu, pad, resize, slice, transpose } from '../operators/index.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';

const keepsType = (node: Node) => node.dtypeOf(0) !== undefined && node.dtypeOf(0) === node.output().dtype;
const keepsShape = (node: Node) => sameShape(node.input(0).shape, node.output().shape);
const hasOneOperand = (node: Node) => node.inputs.length === 1;

/** Whether the first result is the first operand, by operator. */
const CHANGES_NOTHING: ReadonlyMap<string, (node: Node) => boolean> = new Map([
  ['Cast', keepsType],
  ['CastLike', keepsType],
  ['Reshape', keepsShape],
  ['Flatten', keepsShape],
  ['Squeeze', keepsShape],
  ['Unsqueeze', keepsShape],
  ['Expand', keepsShape],
  ['Tile', keepsShape],
  ['Transpose', (node) => transpose.parameters(node).perm?.every((axis, i) => axis === i) ?? false],
  ['Pad', (node) => pad.parameters(node).pads?.every((size) => size === 0) ?? false],
  ['Slice', (node) => keepsShape(node) && (slice.parameters(node).steps?.every((step) => step > 0) ?? false)],
  ['Resize', isResizeByOne],
  ['Split', (node) => node.outputs.length === 1],
  ['Concat', hasOneOperand],
  ['Sum', hasOneOperand],
  ['Mean', hasOneOperand],
  ['Max', hasOneOperand],
  ['Min', hasOneOperand],
  ['LeakyRelu', (node) => leakyRelu.parameters(node).alpha === 1],
  [
    'PRelu',
    (node) =>
      node
        .constant(1)
        ?.toFloat64()
        .every((slope) => slope === 1) ?? false,
  ],
]);

/**
 * Drops nodes whose result is their operand.
 *
 * Given: `y = Reshape(x, s)` where x has that shape already, a Cast to the same type, a Transpose that moves no axis, a
 * Pad by nothing, a Slice of everything, a Resize by 1, a Concat of one,
 * a LeakyRelu of slope 1, …   Result: x.
 * Exact: values are copied.
 * Keeps off: where the shapes are not known to be equal (the same numbers, or the same symbols).
 */
export const dropNoOps: Pass = {
  name: 'drop-no-ops',
  run(graph, changes) {
    for (const node of graph.nodesOf(...CHANGES_NOTHING.keys())) {
      if (CHANGES_NOTHING.get(node.operator)?.(node)) replaceNode(node, node.input(0), changes);
    }
  },
};

function isResizeByOne(node: Node): boolean {
  const { scales, coordinateTransformationMode } = resize.parameters(node);
  const mayMove = ['tf_crop_and_resize', 'tf_half_pixel_for_nn'].includes(coordinateTransformationMode);
  return !mayMove && (scales?.every((scale) => scale === 1) ?? false);
}
