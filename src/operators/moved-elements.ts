import { type Dimension, isInteger, isStatic, type Node, sizeOf, Tensor, type Value } from '../model/index.js';
import { operatorOf } from './index.js';
import { LONGEST, mayHaveElements } from './shape/elements.js';

/** Longer ways than exporters go from one vector to another. */
const MOST_STEPS = 8;

/**
 * Elements of a short integer vector that is another one with its elements moved by way of tensors of more axes, as pads are
 * turned from pairs to what ONNX takes.
 * @returns undefined where they are not moved so, or not known to begin with
 */
export function movedElements(value: Value): readonly Dimension[] | undefined {
  const way: Node[] = [];
  let from: Value = value;
  while (!from.elements || way.length === 0) {
    const node = from.producer;
    if (!node || way.length === MOST_STEPS || !isMove(node)) return undefined;
    way.push(node);
    from = node.input(0);
  }
  const { elements, shape } = from;
  if (!mayHaveElements(shape)) return undefined;
  // Where each comes from is found by moving their numbers.
  let places: Tensor | undefined = Tensor.from('int64', shape, Array.from(elements.keys()));
  for (const node of way.reverse()) places = places && moved(node, places);
  const found = places && Array.from(places.toIntegers(), (place) => elements[place]).filter(isKnown);
  return found && found.length === places?.size ? found : undefined;
}

const isKnown = (element: Dimension | undefined): element is Dimension => element !== undefined;

/** Whether the only result is the first operand's elements moved, which are few integers. */
function isMove(node: Node): boolean {
  const traits = operatorOf(node)?.traits;
  if (node.outputs.length !== 1 || !traits?.includes('moves') || traits.includes('elementwise')) return false;
  const { dtype, shape } = node.input(0);
  return isInteger(dtype) && isStatic(shape) && sizeOf(shape) <= LONGEST;
}

function moved(node: Node, places: Tensor): Tensor | undefined {
  const row = operatorOf(node);
  const inputs = node.inputs.map((value, index) => (index === 0 ? places : value?.constant));
  const made = row?.compute?.(inputs, row.parameters(node), node);
  return made instanceof Tensor ? made : undefined;
}
