import type { Dimension, Node } from '../../model/index.js';
import { operator } from '../operator.js';
import { type Window, windowOf } from '../shape/sliding-window.js';
import { shapeGivenBy } from '../shape/unknown.js';

export interface MaxUnpoolParameters extends Window {
  readonly kernelShape: readonly number[];
}

/** The inverse of a pool: `(size - 1) * stride + kernel - pads`. */
function unpooledSize(node: Node, size: Dimension, { kernelShape, strides, pads }: MaxUnpoolParameters, axis: number) {
  const padding = (pads?.[axis] ?? 0) + (pads?.[axis + kernelShape.length] ?? 0);
  const [stride, added] = [strides[axis] ?? 1, (kernelShape[axis] ?? 1) - padding];
  if (typeof size === 'number') {
    const unpooled = (size - 1) * stride + added;
    if (unpooled < 0) throw node.invalid(`pads [${pads}] leave nothing of spatial axis ${axis}`);
    return unpooled;
  }
  return node.graph.model.derivedSymbol(`(${size} - 1) * ${stride} + ${added}`);
}

/** X [N, C, D…] put back where the indices of MaxPool say, among zeros. */
export const maxUnpool = operator('MaxUnpool', {
  traits: [],
  parameters: (node): MaxUnpoolParameters => {
    const kernelShape = node.ints('kernel_shape', undefined);
    if (!kernelShape) throw node.invalid('attribute kernel_shape is missing');
    return { ...windowOf(node, kernelShape, undefined), kernelShape };
  },
  infer: (node, parameters) => {
    const dtype = node.dtypeOf(0);
    if (node.hasInput(2)) return [{ dtype, shape: shapeGivenBy(node, node.inputs[2]) }];
    const shape = node.inputs[0]?.shape;
    return [{ dtype, shape: shape?.map((size, i) => (i < 2 ? size : unpooledSize(node, size, parameters, i - 2))) }];
  },
});
