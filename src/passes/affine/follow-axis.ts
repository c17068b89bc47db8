import { type Dimension, type Node, type Shape, sameShape } from '../../model/index.js';
import { hasTrait, transpose } from '../../operators/index.js';

/**
 * Where an axis goes through a node that only moves elements, `forward` from its input to its output or back.
 * undefined where the node is no such node, or where the axis does not stay whole.
 */
export function followAxis(node: Node, axis: number, direction: 'forward' | 'back'): number | undefined {
  const [input, output] = [node.inputs[0]?.shape, node.outputs[0]?.shape];
  if (!input || !output) return undefined;
  if (node.is('Transpose')) {
    const { perm } = transpose.parameters(node);
    const found = direction === 'back' ? perm?.[axis] : perm?.indexOf(axis);
    return found === -1 ? undefined : found;
  }
  if (!hasTrait(node, 'reshapes')) return undefined;
  return direction === 'forward' ? sameAxis(input, output, axis) : sameAxis(output, input, axis);
}

/** The axis of `to` with the same size, and with as many elements before it, as `axis` has in `from`. */
function sameAxis(from: Shape, to: Shape, axis: number): number | undefined {
  const before = elements(from.slice(0, axis));
  const found = to.findIndex(
    (size, i) => size === from[axis] && size !== 1 && sameShape(elements(to.slice(0, i)), before),
  );
  return found === -1 ? undefined : found;
}

/** A number of elements in a comparable form: the known factor, then the symbols in order. */
export function elements(shape: Shape): Dimension[] {
  const factor = shape.reduce<number>((product, size) => (typeof size === 'number' ? product * size : product), 1);
  return [factor, ...shape.filter((size) => typeof size === 'string').sort()];
}
