import { attribute, type Node, type PlainAttribute, sizeOf, Tensor } from '../../../model/index.js';

/** A mistake that a node can be translated with: how it is called, and the node of the reference itself made that way. */
export interface Mistake {
  /** Behind the node's name: `has no bias`. */
  readonly says: string;
  /** Edits the node's graph, in place. */
  readonly make: (node: Node) => void;
}

/** The mistakes of one kind that a node can have. */
export type Mistakes = (node: Node) => readonly Mistake[];

/** One attribute said otherwise. */
export function otherAttribute(says: string, name: string, value: PlainAttribute): Mistake {
  return { says, make: (node) => void node.attributes.set(name, attribute(value)) };
}

/**
 * A constant operand with other elements.
 * @param other gets the elements as float64, and the sizes
 */
export function otherConstant(
  says: string,
  index: number,
  other: (elements: Float64Array, shape: readonly number[]) => Float64Array,
): Mistake {
  return {
    says,
    make(node) {
      const tensor = node.constant(index);
      if (!tensor) return;
      const made = Tensor.from(tensor.dtype, tensor.shape, other(tensor.toFloat64(), tensor.shape));
      node.graph.setInput(node, index, node.graph.addConstant(made));
    },
  };
}

/** What reads the result of a node reads its only computed operand instead; it may be an output. */
export function passThrough(node: Node, index: number): void {
  const { graph } = node;
  const copy = graph.insert({ operator: 'Identity', inputs: [node.input(index)], origin: node.origin });
  graph.replace(node.output(), copy.output());
}

/** The elements of a matrix in the last two axes of a tensor, turned over. */
export function transposed(elements: Float64Array, shape: readonly number[]): Float64Array {
  const [height = 1, width = 1] = shape.slice(-2);
  const area = height * width;
  return elements.map((_, i) => {
    const [row, column] = [Math.floor((i % area) / width), i % width];
    return elements[i - (i % area) + column * height + row] ?? 0;
  });
}

/** Whether two axes are equally long, and transposing them changes something. */
export function isSquare(shape: readonly number[] | undefined, axes: readonly [number, number]): boolean {
  const [a, b] = [shape?.at(axes[0]), shape?.at(axes[1])];
  return shape !== undefined && sizeOf(shape) > 0 && a !== undefined && a === b && a > 1;
}
