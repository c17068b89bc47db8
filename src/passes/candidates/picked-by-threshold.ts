import type { Dimension, Node, Value } from '../../model/index.js';
import { gather, hasTrait, topK, transpose } from '../../operators/index.js';

/** What is over a threshold among scores, the best of it first, as torchvision's detectors pick candidates of one level. */
export interface PickedByThreshold {
  /** The TopK that takes the best: its values are their scores. */
  readonly node: Node;
  /** [n], of which some are over the threshold. */
  readonly scores: Value;
  /** [n]: which are. */
  readonly mask: Value;
  readonly threshold: number;
  /** So many are taken at most. */
  readonly most: number;
  /** Where those that are taken stand in `scores`. */
  readonly places: readonly Value[];
}

/**
 * `TopK(scores[places], min(most, length of places))`, where `places = NonZero(scores > threshold)`; undefined: it is none, or its
 * indices serve something else than to find places.
 */
export function pickedByThreshold(node: Node): PickedByThreshold | undefined {
  if (!node.is('TopK') || node.input(0).rank !== 1) return undefined;
  const { k, largest } = topK.parameters(node);
  const picking = node.input(0).producer;
  if (k !== undefined || !largest || !picking?.is('Gather', 'GatherND')) return undefined;
  const scores = picking.input(0);
  const nonZero = nonZeroBehind(picking.input(1));
  const mask = nonZero?.input(0);
  const test = mask?.producer;
  const threshold = test?.is('Greater') && test.input(0) === scores ? numberIn(test.input(1)) : undefined;
  const [length] = scores.shape ?? [];
  if (!mask || threshold === undefined || scores.rank !== 1 || typeof length !== 'number') return undefined;
  const most = mostOf(node.input(1), mask);
  const places = placesTaken(node, mask);
  if (most === undefined || !places) return undefined;
  return { node, scores, mask, threshold, most: Math.min(most, length), places };
}

function numberIn({ constant }: Value): number | undefined {
  return constant?.size === 1 ? constant.toFloat64()[0] : undefined;
}

/** The NonZero of a vector whose places a value lists, each in a row of its own or in none. */
function nonZeroBehind(value: Value): Node | undefined {
  const node = value.producer;
  if (node?.is('NonZero')) return node.input(0).rank === 1 ? node : undefined;
  const isPassed = node?.is('Transpose') ? transpose.parameters(node).perm?.join() === '1,0' : isLaid(node);
  return node && isPassed ? nonZeroBehind(node.input(0)) : undefined;
}

/** Whether a node gives what it reads under other axes. */
const isLaid = (node: Node | undefined): boolean => node !== undefined && hasTrait(node, 'reshapes');

/** How many are taken at most: min(most, as many as there are). */
function mostOf(count: Value, mask: Value): number | undefined {
  const node = count.producer;
  if (node && isLaid(node)) return mostOf(node.input(0), mask);
  if (!node?.is('ReduceMin', 'Min')) return undefined;
  const elements = node.inputs
    .slice(0, node.is('Min') ? undefined : 1)
    .flatMap((value) => value?.elements ?? (value?.constant ? Array.from(value.constant.toFloat64()) : []));
  const numbers = elements.filter((element) => typeof element === 'number');
  const others = elements.filter((element) => typeof element === 'string');
  const [most] = numbers;
  const isWhole = numbers.length === 1 && others.length === 1 && others.every((size) => isCountOf(mask, size));
  return isWhole ? most : undefined;
}

/** Whether a size is the number of elements of a mask that hold. */
function isCountOf(mask: Value, size: Dimension): boolean {
  return mask.uses.some(({ node }) => node.is('NonZero') && node.output().shape?.[1] === size);
}

/** What the indices of a TopK pick of the places that a mask holds at; undefined where they serve something else. */
function placesTaken(node: Node, mask: Value): Value[] | undefined {
  const indices = node.output(1);
  const readers = indices.uses.map(({ node: reader }) => reader);
  const isPick = (reader: Node) =>
    reader.is('Gather') &&
    reader.input(1) === indices &&
    reader.input(0).rank === 1 &&
    gather.parameters(reader).axis === 0 &&
    nonZeroBehind(reader.input(0))?.input(0) === mask;
  return !indices.isOutput && readers.every(isPick) ? readers.map((reader) => reader.output()) : undefined;
}
