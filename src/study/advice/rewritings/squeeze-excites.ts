import { type Graph, isStatic, type Node, type Value } from '../../../model/index.js';
import type { Rewriting } from '../rewriting.js';

/** From 28x28 on an image has more numbers than a pool is over with at once. */
const HIGH = 28 * 28;
/** Nodes between the pool and the factor: two layers with their activations, and turns of shape that exporters write. */
const LONGEST = 16;

const POOLS = ['GlobalAveragePool', 'ReduceMean'];

/** Takes the squeeze-excites of large images out. */
export const dropHighSqueezeExcites: Rewriting = {
  name: 'drop-high-squeeze-excites',
  what: 'leave out squeeze-excites at 28x28 and above',
  isExact: false,
  rewrite: (graph) => drop(graph, (size) => size >= HIGH),
};

/** Takes all of them out. */
export const dropSqueezeExcites: Rewriting = {
  name: 'drop-squeeze-excites',
  what: 'leave out all squeeze-excites',
  isExact: false,
  rewrite: (graph) => drop(graph, () => true),
};

function drop(graph: Graph, isMeant: (size: number) => boolean): number {
  let count = 0;
  for (const node of graph.nodesOf('Mul')) {
    const x = scaledImage(node);
    if (!x || !isMeant(imageSize(x)) || !graph.replace(node.output(), x)) continue;
    count++;
  }
  return count;
}

/** The image that a squeeze-excite ends in scaling; undefined where the node is something else. */
function scaledImage(mul: Node): Value | undefined {
  for (const [image, factor] of [mul.inputs, [...mul.inputs].reverse()]) {
    if (image && factor && imageSize(image) > imageSize(factor) && isPooledOf(image, factor)) return image;
  }
  return undefined;
}

/** Whether a factor is computed of the means of an image, in a line. */
function isPooledOf(image: Value, factor: Value): boolean {
  let value = factor;
  for (let step = 0; step < LONGEST; step++) {
    const { producer } = value;
    if (!producer) return false;
    if (producer.is(...POOLS)) return producer.inputs[0] === image;
    const read = producer.inputs.filter((input) => input && !input.constant);
    // An activation may be a product with its own gate, which is computed of the other operand.
    const through = read.find((input) =>
      read.every((other) => other === input || other?.producer?.inputs[0] === input),
    );
    if (!through) return false;
    value = through;
  }
  return false;
}

/** Height times width; 0 where there is no image, or its size is not known. */
function imageSize({ shape }: Value): number {
  const [, , height, width] = isStatic(shape) && shape.length === 4 ? shape : [];
  return (height ?? 0) * (width ?? 0);
}
