import { isFloat, type Node, type Tensor, type Value } from '../../model/index.js';
import { gather, gatherNd, reduceMean, reduceSum, squeeze, transpose, unsqueeze } from '../../operators/index.js';
import { flat, isMade, type PickedAxis, Picks, stepsOf, sumOf, type Terms } from './picks.js';

/** What values of a graph are known to be picked from others. */
export type Known = ReadonlyMap<Value, Picks>;

/** What a node makes of what was picked; undefined where that is no sum of multiples of what was picked, or too much. */
export function pickedBy(node: Node, known: Known): Picks | undefined {
  return MAKERS.get(node.operator)?.(node, known);
}

type Maker = (node: Node, known: Known) => Picks | undefined;

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['Transpose', (node, known) => transposed(picksOf(node.input(0), known), transpose.parameters(node).perm)],
  ['Gather', gathered],
  ['GatherND', gatheredPlaces],
  ['Where', masked],
  ['Add', (node, known) => added(node, known, 1)],
  ['Sub', (node, known) => added(node, known, -1)],
  ['Mul', (node, known) => scaled(node, known, [0, 1], (factor) => factor)],
  ['Div', (node, known) => scaled(node, known, [0], (divisor) => 1 / divisor)],
  ['ReduceMean', reduced],
  ['ReduceSum', reduced],
  ['Squeeze', squeezed],
  ['Unsqueeze', unsqueezed],
]);

/** Any value of floats may be picked from, but what all is known of: that is folded. */
function picksOf(value: Value, known: Known): Picks | undefined {
  const isOpen = value.shape && isFloat(value.dtype) && !value.constant;
  return known.get(value) ?? (isOpen ? Picks.of(value) : undefined);
}

function transposed(picks: Picks | undefined, perm: readonly number[] | undefined): Picks | undefined {
  if (!picks || !perm) return undefined;
  const axes = perm.flatMap((axis) => picks.axes[axis] ?? []);
  return picks.under(axes, (place) => picks.at(picks.axes.map((_, axis) => place[perm.indexOf(axis)] ?? 0)));
}

/** Along one axis by constant indices, which bring axes of their own. */
function gathered(node: Node, known: Known): Picks | undefined {
  const table = node.constant(1);
  const picks = table && picksOf(node.input(0), known);
  if (!picks) return undefined;
  const { axis: given } = gather.parameters(node);
  const axis = given < 0 ? given + picks.axes.length : given;
  const indices = placesIn(picks, [axis], table.toFloat64());
  if (!indices) return undefined;
  const behind = axis + table.shape.length;
  const axes = [...picks.axes.slice(0, axis), ...table.shape.map((size) => ({ size })), ...picks.axes.slice(axis + 1)];
  return picks.under(axes, (place) => {
    const index = indices[flat(table.shape, place.slice(axis, behind))] ?? 0;
    return taken(picks, [axis], [index], [...place.slice(0, axis), index, ...place.slice(behind)]);
  });
}

/** Along the first axes at once, by constant indices [*, axes]. */
function gatheredPlaces(node: Node, known: Known): Picks | undefined {
  const table = node.constant(1);
  const picks = table && picksOf(node.input(0), known);
  const depth = table?.shape.at(-1) ?? 0;
  if (!picks || depth === 0 || gatherNd.parameters(node).batchDims !== 0) return undefined;
  const first = Array.from({ length: depth }, (_, axis) => axis);
  const indices = placesIn(picks, first, table.toFloat64());
  if (!indices) return undefined;
  const made = table.shape.slice(0, -1);
  const axes = [...made.map((size) => ({ size })), ...picks.axes.slice(depth)];
  return picks.under(axes, (place) => {
    const row = flat(made, place.slice(0, made.length)) * depth;
    const index = indices.slice(row, row + depth);
    return taken(picks, first, index, [...index, ...place.slice(made.length)]);
  });
}

/** Indices of `axes` in turn, counted from the front; undefined where the size of an axis is open, or one is beyond it. */
function placesIn({ x, axes: all }: Picks, axes: readonly number[], indices: ArrayLike<number>): number[] | undefined {
  const sizes = axes.map((axis) => sizeOf(x, all[axis]));
  const places = Array.from(indices, (index, i) => (index < 0 ? index + (sizes[i % axes.length] ?? 0) : index));
  const isWithin = places.every((index, i) => index >= 0 && index < (sizes[i % axes.length] ?? 0));
  return isWithin ? places : undefined;
}

function sizeOf(x: Value, axis: PickedAxis | undefined): number {
  if (!axis) return 0;
  const size = isMade(axis) ? axis.size : x.shape?.[axis.of];
  return typeof size === 'number' ? size : 0;
}

/** What is at a place, of which `indices` on `axes` are meant. */
function taken(picks: Picks, axes: readonly number[], indices: readonly number[], place: readonly number[]): Terms {
  const steps = stepsOf(picks.x);
  const offset = axes.reduce((sum, axis, i) => {
    const picked = picks.axes[axis];
    return picked && !isMade(picked) ? sum + (indices[i] ?? 0) * (steps[picked.of] ?? 0) : sum;
  }, 0);
  const terms = picks.at(place);
  return offset === 0 ? terms : new Map(Array.from(terms, ([at, share]) => [at + offset, share]));
}

/** 0 instead of some elements. */
function masked(node: Node, known: Known): Picks | undefined {
  const mask = node.constant(0);
  const zero = [1, 2].find((index) =>
    node
      .constant(index)
      ?.toFloat64()
      .every((value) => value === 0),
  );
  const picks = mask && zero && picksOf(node.input(3 - zero), known);
  if (!mask || !picks || !isAlongMade(picks, mask) || !isAlongMade(picks, node.constant(zero ?? 1))) return undefined;
  const marks = mask.toFloat64();
  return picks.under(picks.axes, (place) => {
    const isFirst = marks[flat(mask.shape, place.slice(place.length - mask.shape.length))] !== 0;
    return isFirst === (zero === 1) ? new Map() : picks.at(place);
  });
}

function scaled(
  node: Node,
  known: Known,
  places: readonly number[],
  factorOf: (value: number) => number,
): Picks | undefined {
  const at = places.find((index) => !node.constant(index) && node.constant(1 - index));
  const constant = at === undefined ? undefined : node.constant(1 - at);
  const picks = at === undefined ? undefined : known.get(node.input(at));
  if (!picks || !constant || !isAlongMade(picks, constant)) return undefined;
  const factors = constant.toFloat64().map(factorOf);
  if (!factors.every(Number.isFinite)) return undefined;
  return picks.under(picks.axes, (place) => {
    const factor = factors[flat(constant.shape, place.slice(place.length - constant.shape.length))] ?? 0;
    return sumOf([[picks.at(place), factor]]);
  });
}

/** Whether a constant broadcasts to what was picked, and differs along axes alone that tables made. */
function isAlongMade({ axes }: Picks, constant: Tensor | undefined): boolean {
  const offset = axes.length - (constant?.shape.length ?? Number.POSITIVE_INFINITY);
  return (
    constant?.shape.every((size, i) => {
      const axis = axes[i + offset];
      return size === 1 || (axis !== undefined && isMade(axis) && axis.size === size);
    }) === true && offset >= 0
  );
}

/** Both picked from one value, which is whole along the same axes; what tables made broadcasts. */
function added(node: Node, known: Known, sign: number): Picks | undefined {
  const [a, b] = [known.get(node.input(0)), known.get(node.input(1))];
  if (!a || !b || a.x !== b.x || a.axes.length !== b.axes.length) return undefined;
  const axes = a.axes.map((axis, i) => sharedAxis(axis, b.axes[i]));
  if (!axes.every((axis) => axis !== undefined)) return undefined;
  const sum = a.under(axes, (place) =>
    sumOf([
      [a.at(place), 1],
      [b.at(place), sign],
    ]),
  );
  return sum && new Picks(sum.x, sum.axes, sum.elements, Math.max(a.highestRank, b.highestRank));
}

function sharedAxis(a: PickedAxis, b: PickedAxis | undefined): PickedAxis | undefined {
  if (!b || isMade(a) !== isMade(b)) return undefined;
  if (!isMade(a) || !isMade(b)) return !isMade(a) && !isMade(b) && a.of === b.of ? a : undefined;
  if (a.size === b.size || b.size === 1) return a;
  return a.size === 1 ? b : undefined;
}

/** Over axes alone that tables made. */
function reduced(node: Node, known: Known): Picks | undefined {
  const picks = known.get(node.input(0));
  const isMean = node.is('ReduceMean');
  const { axes, keepDims } = (isMean ? reduceMean : reduceSum).parameters(node);
  if (!picks || !axes || axes.length === 0) return undefined;
  const over = axes.map((axis) => (axis < 0 ? axis + picks.axes.length : axis));
  const summed = picks.axes.filter((_, place) => over.includes(place));
  if (!summed.every(isMade)) return undefined;
  const count = summed.reduce((product, { size }) => product * size, 1);
  const kept = picks.axes.map((axis, place) => (over.includes(place) ? { size: 1 } : axis));
  const sum = picks.under(kept, (place) => {
    const parts = everyPlace(picks, over, place);
    return sumOf(parts.map((at) => [picks.at(at), isMean ? 1 / count : 1]));
  });
  return keepDims ? sum : without(sum, over);
}

/** A place with every place of some axes in its stead. */
function everyPlace({ sizes }: Picks, over: readonly number[], place: readonly number[]): (readonly number[])[] {
  return over.reduce<(readonly number[])[]>(
    (all, axis) =>
      all.flatMap((at) =>
        Array.from({ length: sizes[axis] ?? 1 }, (_, i) => at.map((old, k) => (k === axis ? i : old))),
      ),
    [place],
  );
}

function squeezed(node: Node, known: Known): Picks | undefined {
  const picks = known.get(node.input(0));
  const { axes } = squeeze.parameters(node);
  const areMade = axes?.every((axis) => isOne(picks?.axes[axis]));
  return picks && axes && areMade ? without(picks, axes) : undefined;
}

const isOne = (axis: PickedAxis | undefined): boolean => axis !== undefined && isMade(axis) && axis.size === 1;

/** Without axes of size 1 that tables made. */
function without(picks: Picks | undefined, gone: readonly number[]): Picks | undefined {
  if (!picks) return undefined;
  const axes = picks.axes.filter((_, place) => !gone.includes(place));
  return new Picks(picks.x, axes, picks.elements, picks.highestRank);
}

function unsqueezed(node: Node, known: Known): Picks | undefined {
  const picks = known.get(node.input(0));
  const { axes: added } = unsqueeze.parameters(node);
  if (!picks || !added) return undefined;
  const axes = [...picks.axes];
  for (const place of [...added].sort((a, b) => a - b)) axes.splice(place, 0, { size: 1 });
  return new Picks(picks.x, axes, picks.elements, picks.highestRank);
}
