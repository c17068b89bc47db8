import { allNodes, type Graph, type Node, type Value } from '../model/index.js';
import { boxesApart } from '../operators/boxes-apart.js';
import { hasTrait } from '../operators/index.js';

/** Whether the source has it in float64: whoever exported that found float32 too little. */
export const isDouble = ({ inputs, outputs }: Node): boolean =>
  [...inputs, ...outputs].some((value) => value?.dtype === 'float64');

/**
 * Whether a node puts floats on the steps of integers, or takes them off: a quotient that float16 rounds first lies half-way
 * between two steps far more often, and integers of 16 bits are beyond it.
 */
export const quantizes = (node: Node): boolean => node.is('QuantizeLinear', 'DequantizeLinear');

/**
 * Nodes that normalise pixels: quotients of 0 to 255 would lose bits in float16 that the network was trained with.
 * @param image the name of the input that takes pixels, where there is one
 */
export function* pixelwise(graph: Graph, image: string | undefined): Generator<Node> {
  const pixels = graph.inputs.find((value) => value.name === image);
  for (let node = pixels && nextPixelwise(pixels); node; node = nextPixelwise(node.output())) yield node;
}

/**
 * The one reader of a value, where it may stand between the pixels and the network: it works on each pixel by itself, or moves
 * them, and its other operands are constants.
 */
function nextPixelwise(value: Value): Node | undefined {
  const node = value.onlyReader;
  if (!node || !hasTrait(node, 'elementwise', 'moves') || node.outputs.length !== 1) return undefined;
  return node.inputs.every((operand) => operand === value || operand?.constant) ? node : undefined;
}

/**
 * Nodes that move boxes apart by their class before they are suppressed: an offset of many images' widths leaves no bits in float16
 * for what overlaps what. In branches, too: torchvision asks first whether there is any box.
 */
export function* movesApart(graph: Graph): Generator<Node> {
  for (const node of allNodes(graph)) {
    if (node.is('NonMaxSuppression')) yield* boxesApart(node.input(0))?.nodes ?? [];
  }
}
