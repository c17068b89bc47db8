import { decline } from '../../../lowering/decline.js';
import type { Graph, Node, Value } from '../../../model/index.js';
import { argMax, clip, nonMaxSuppression, reduceMax, slice } from '../../../operators/index.js';

/** A detector whose suppression Core ML's own model can do. Values are those of the graph. */
export interface Detections {
  readonly node: Node;
  /** [n, 4]. */
  readonly boxes: Value;
  /** [m, classes], of which `rows` are taken where that is set; or [n], of the one class that there is. */
  readonly confidence: Value;
  readonly rows: Value | undefined;
  readonly classes: number;
  readonly perClass: boolean;
  /** Boxes are [x centre, y centre, width, height]; else two opposite corners. */
  readonly isCentred: boolean;
  /** Whether boxes are shares of the image; else pixels. */
  readonly isRelative: boolean;
  /** At most so many of the selected boxes are taken, from the first on. */
  readonly most: number;
  /** Which output of the graph is which. */
  readonly outputs: {
    readonly boxes: Value | undefined;
    readonly scores: Value | undefined;
    readonly labels: Value | undefined;
  };
}

/** The most boxes that are taken of what was selected. */
interface Selected {
  readonly most: number;
}

/**
 * Reads a graph as a detector: one NonMaxSuppression of one image and one class, whose selection picks boxes [n, 4], their
 * scores [n] and, where there are several, their classes [n]; the score of a box is the largest of its classes, and the class the
 * one that has it. Boxes that were moved apart by their class before are suppressed by class.
 * @throws Declined for any other form, with the reason
 */
export function detectionsOf(graph: Graph): Detections {
  const nodes = graph.nodesOf('NonMaxSuppression');
  const [node] = nodes;
  if (!node || nodes.length > 1) return decline(`there are ${nodes.length} of them, and the pipeline has one`);
  const [images, classes, count] = node.input(1).shape ?? [];
  if (images !== 1 || typeof count !== 'number') decline('it is not of one image with a fixed number of boxes');
  if (classes !== 1) decline("it selects for each class by itself, and Core ML's for the best class of each box");
  const { centerPointBox, maxOutputBoxesPerClass: limit } = nonMaxSuppression.parameters(node);
  if (limit === undefined || limit <= 0) decline('how many boxes it selects at most is not known, or 0');
  const [given, scores] = [elementsOf(node.input(0)), elementsOf(node.input(1))];
  let most = Math.min(limit ?? 0, Number(count));
  let [boxes, scoreOutput, labelOutput, labels]: (Value | undefined)[] = [];
  let boxOutput: Value | undefined;
  for (const output of graph.outputs) {
    const picked = pickedBy(output, node) ?? decline(`the output ${output.name} is not picked by what it selects`);
    most = Math.min(most, picked.most);
    const { of } = picked;
    if (of.shape?.length === 2 && of.shape[1] === 4 && !boxOutput) [boxes, boxOutput] = [of, output];
    else if (elementsOf(of) === scores && !scoreOutput) scoreOutput = output;
    else if (of.shape?.length === 1 && of.dtype?.startsWith('int') && !labelOutput)
      [labels, labelOutput] = [of, output];
    else decline(`the output ${output.name} is neither boxes, scores nor classes`);
  }
  const plain = boxes ?? given;
  const perClass = plain !== given && elementsOf(plain) !== given;
  if (perClass && !(labels && isMovedApart(given, plain, labels)))
    decline('it selects among other boxes than it gives');
  const confidence = labels ? bestOf(scores, labels) : { confidence: scores, rows: undefined, classes: 1 };
  return {
    node,
    boxes: plain,
    ...confidence,
    perClass,
    isCentred: centerPointBox,
    isRelative: isShare(plain),
    most,
    outputs: { boxes: boxOutput, scores: scoreOutput, labels: labelOutput },
  };
}

const RESHAPES = ['Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Identity', 'Cast'];

/** The value whose elements these are, in their order: axes of one element come and go. */
function elementsOf(value: Value): Value {
  let found = value;
  while (found.producer?.is(...RESHAPES) && isFloat(found) === isFloat(found.producer.input(0)))
    found = found.producer.input(0);
  // Gather 0 along an axis of one element leaves that out.
  while (
    found.producer?.is('Gather') &&
    found.producer.input(0).shape?.[0] === 1 &&
    found.producer.input(1).rank === 0
  ) {
    found = found.producer.input(0);
    while (found.producer?.is(...RESHAPES)) found = found.producer.input(0);
  }
  return found;
}

const isFloat = ({ dtype }: Value): boolean => dtype?.startsWith('float') ?? false;

/** What an output picks from by the boxes' numbers. */
function pickedBy({ producer }: Value, selection: Node): ({ readonly of: Value } & Selected) | undefined {
  if (!producer?.is('Gather', 'GatherND')) return undefined;
  const [of, indices] = [producer.input(0), producer.input(1)];
  const selected = boxNumbers(indices, selection);
  return selected && { of, most: selected.most };
}

/** Whether a value is the third column of the selected triples, or the first of those. */
function boxNumbers(value: Value, selection: Node): Selected | undefined {
  let most = Number.POSITIVE_INFINITY;
  for (let found = value; ; ) {
    const { producer } = found;
    if (!producer) return undefined;
    if (producer.is('Slice')) {
      const { starts, ends, axes, steps } = slice.parameters(producer);
      if (starts?.length !== 1 || steps?.[0] !== 1) return undefined;
      if (producer.input(0) === selection.output()) return axes?.[0] === 1 && starts[0] === 2 ? { most } : undefined;
      if (axes?.[0] !== 0 || starts[0] !== 0) return undefined;
      most = Math.min(most, ends?.[0] ?? 0);
    } else if (producer.is('Gather') && producer.input(0) === selection.output()) {
      return producer.input(1).constant?.toFloat64().join() === '2' ? { most } : undefined;
    } else if (!producer.is(...RESHAPES)) return undefined;
    found = producer.input(0);
  }
}

/** Whether boxes are others with a multiple of their class added to every coordinate. */
function isMovedApart(moved: Value, boxes: Value, labels: Value): boolean {
  const { producer } = moved;
  if (!producer?.is('Add')) return false;
  const [a, b] = [producer.input(0), producer.input(1)];
  const offset = a === boxes ? b : b === boxes ? a : undefined;
  const product = offset && elementsOf(offset).producer;
  if (!product?.is('Mul')) return false;
  return product.inputs.some((value) => value?.producer?.is('Cast') && value.producer.input(0) === labels);
}

/** The confidences of all classes, of which `scores` are the largest and `labels` say which. */
function bestOf(scores: Value, labels: Value): Pick<Detections, 'confidence' | 'rows' | 'classes'> {
  const [top, rows] = topOf(scores, labels);
  const [best, which] = [top?.producer, rows ? labels.producer?.input(0).producer : labels.producer];
  const confidence = best?.is('ReduceMax') ? best.input(0) : undefined;
  const [, classes] = confidence?.shape ?? [];
  const isBest =
    confidence?.rank === 2 &&
    which?.is('ArgMax') &&
    which.input(0) === confidence &&
    argMax.parameters(which).axis === 1;
  const axes = best?.is('ReduceMax') ? reduceMax.parameters(best).axes : undefined;
  if (!confidence || !isBest || typeof classes !== 'number' || axes?.join() !== '1') {
    return decline('its scores and classes are not the largest of a table of scores and where that stands');
  }
  return { confidence, rows, classes };
}

/** Scores that are the best of others, with the rows that were taken. */
function topOf(scores: Value, labels: Value): readonly [Value | undefined, Value | undefined] {
  const { producer } = scores;
  if (!producer?.is('TopK')) return [scores, undefined];
  const rows = producer.output(1);
  const isAlike = labels.producer?.is('Gather') && labels.producer.input(1) === rows;
  return isAlike ? [producer.input(0), rows] : [undefined, undefined];
}

/** Whether numbers are from 0 to 1 because the graph says so. */
function isShare(value: Value): boolean {
  let { producer } = value;
  while (producer?.is('Gather', ...RESHAPES)) producer = producer.input(0).producer;
  if (producer?.is('Sigmoid')) return true;
  if (!producer?.is('Clip')) return false;
  const { min, max } = clip.parameters(producer);
  return min === 0 && max === 1;
}
