import type { Preview } from '../formats/about.js';
import type { Graph, Value } from '../model/index.js';

/**
 * What kind of network on one image a graph is, where its own operators say so: boxes that are selected, classes that are
 * chosen or turned to probabilities, for the image or for its points.
 * @param classes how many class names it was given
 */
export function previewOf(graph: Graph, classes: number | undefined): Preview | undefined {
  if (graph.inputs.filter(({ rank }) => rank === 4).length !== 1) return undefined;
  if (graph.count('NonMaxSuppression') > 0) return 'detector';
  const [output, ...more] = graph.outputs;
  if (!output || more.length > 0) return undefined;
  if (isOverClasses(output, classes)) return output.rank === 2 ? 'classifier' : 'segmenter';
  return output.producer?.is('ArgMax') && output.producer.input(0).rank === 4 ? 'segmenter' : undefined;
}

/** Whether axis 1 is the classes, of an image or of each of its points. */
function isOverClasses({ rank, shape, producer }: Value, classes: number | undefined): boolean {
  return (
    (rank === 2 || rank === 4) &&
    ((classes !== undefined && shape?.[1] === classes) || (producer?.is('Softmax') ?? false))
  );
}
