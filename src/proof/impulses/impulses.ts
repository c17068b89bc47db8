import { type Dimension, sizeOf, stridesOf, type Value } from '../../model/index.js';
import { type Axes, type Axis, commonDivisor, Following, type WindowAxis } from './axes.js';
import type { BothConstants } from './comparison.js';
import type { Constants } from './constants.js';
import { sums } from './linear-maps.js';
import type { Region } from './region.js';
import { NotAffine } from './row.js';
import { rowOf } from './rows/index.js';

/** How one axis of a region's operands is tried. */
export interface AxisPlan {
  /** The sizes that stand for all. */
  readonly sizes: readonly number[];
  /** Places so far apart never meet in one result, so they are tried at once. */
  readonly step: number;
  /** The places that are tried; undefined: all. */
  readonly places?: ReadonlySet<number>;
  /** null: the axis has this size alone. */
  readonly smallest: number | null;
}

/** The sizes and impulses that tell all there is to know of a region, and of another that is to equal it. */
export interface Plan {
  readonly axes: readonly AxisPlan[];
  /** Axes of the result along which positions differ by their place alone, and not by factors of their own. */
  readonly positions: ReadonlySet<number>;
  /** Whether factors depend on the place, as they do where borders are written over. */
  readonly isPlaced: boolean;
  /** Whether every operand has the sizes of the first. */
  readonly isShared: boolean;
}

/** A source's region and the one that was written for it; their operands correspond in order. */
export interface Pair {
  readonly source: Region;
  readonly written: Region;
}

/** @throws NotAffine where a size would have to be known */
export function planFor({ source, written }: Pair, constants: BothConstants): Plan {
  const shapes = source.operands.map((value, i) => knownSizes(value, written.operands[i]));
  const [shape = []] = shapes;
  const isShared = shapes.every(
    (other) => other.length === shape.length && other.every((size, i) => size === shape[i]),
  );
  const [a, b] = [follow(source, constants.source), follow(written, constants.written)];
  const positions = new Set<number>();
  const axes = shape.map((size, axis): AxisPlan => {
    const [at, pair] = isShared ? placesOf(axis, a, b) : [-1, undefined];
    const [first, second] = pair ?? [];
    if (first?.kind === 'window' && second?.kind === 'window' && first.stride === second.stride) {
      const plan = windowPlan(first, second, size);
      if (plan) {
        positions.add(at);
        return plan;
      }
    }
    if (typeof size !== 'number') throw new NotAffine(`the size of axis ${axis} is not known, but it matters`);
    return { sizes: [size], step: first && second ? size / blocksOf(first, second, size) : size, smallest: null };
  });
  const isPlaced = [...a.target, ...b.target].some((axis) => axis?.kind === 'window' && axis.lines !== undefined);
  return { axes, positions, isPlaced, isShared };
}

function knownSizes(source: Value, written: Value | undefined): Dimension[] {
  if (!source.shape) throw new NotAffine(`the rank of ${source.name} is not known`);
  return source.shape.map((size, axis) => (typeof size === 'number' ? size : (written?.shape?.[axis] ?? size)));
}

interface Followed {
  readonly target: Axes;
  readonly whole: ReadonlySet<number>;
}

function follow(region: Region, constants: Constants): Followed {
  const following = new Following((value) => value && constants.of(value)?.constant);
  const known = new Map<Value, Axes>();
  for (const value of region.operands) known.set(value, Following.start(value.rank ?? 0));
  for (const node of region.nodes) {
    const unknown = [...node.inputs, ...node.outputs].find((value) => value && value.rank === undefined);
    if (unknown) throw new NotAffine(`the rank of ${unknown.name} is not known`);
    const operands = node.inputs.map((value) => value && known.get(value));
    const row = rowOf(node);
    if (!row?.follow) following.giveUpAll(operands);
    const results = row?.follow?.(node, operands, following);
    node.outputs.forEach((value, index) => {
      if (value && !known.has(value)) known.set(value, results?.[index] ?? (value.shape ?? []).map(() => undefined));
    });
  }
  return { target: known.get(region.target) ?? [], whole: following.whole };
}

/** Where the result follows an axis of the operands, the same on both sides; else none is followed. */
function placesOf(
  axis: number,
  a: Followed,
  b: Followed,
): [number, [NonNullable<Axis>, NonNullable<Axis>] | undefined] {
  const isHere = (each: Axis) => each?.axis === axis;
  const [at, other] = [a.target.findIndex(isHere), b.target.findIndex(isHere)];
  const [first, second] = [a.target[at], b.target[other]];
  const isAlone = [a, b].every(({ target, whole }) => target.filter(isHere).length === 1 && !whole.has(axis));
  return at === other && isAlone && first && second ? [at, [first, second]] : [-1, undefined];
}

/** More sizes than this are never tried for an axis: then it is tried at its own. */
const LARGEST_SIZE = 1024;

/** undefined where no small size stands for all. */
function windowPlan(a: WindowAxis, b: WindowAxis, size: Dimension): AxisPlan | undefined {
  const { stride } = a;
  const step = Math.max(a.high, b.high) - Math.min(a.low, b.low) + 1;
  if (a.lines || b.lines) {
    return typeof size === 'number'
      ? { sizes: [size], step, smallest: null, places: differingPlaces(a, b, size, step) }
      : undefined;
  }
  const borders = Math.ceil(Math.max(a.begin, b.begin) / stride) + Math.ceil(Math.max(a.end, b.end) / stride);
  const isEnough = (candidate: number) => [a, b].every(({ sizeFor }) => sizeFor(candidate) > borders);
  let smallest = 1;
  while (!isEnough(smallest)) if (++smallest > LARGEST_SIZE) return undefined;
  if (typeof size === 'number' && size < smallest + stride) return { sizes: [size], step, smallest: null };
  const residues = Array.from({ length: stride }, (_, i) => smallest + i);
  const sizes = residues.filter((each) => typeof size !== 'number' || each % stride === size % stride);
  return { sizes, step, smallest };
}

/**
 * Places of an axis that stand for all: each from where the border or a line that is written over can be reached, and of those
 * between, where factors go by the distance alone, one for each remainder by the stride.
 */
function differingPlaces(a: WindowAxis, b: WindowAxis, size: number, step: number): Set<number> {
  const reach = step + a.stride;
  const lines = [a, b].flatMap((axis) => [
    [0, reach + axis.begin] as const,
    [size - 1 - reach - axis.end, size - 1] as const,
    ...(axis.lines ?? []),
  ]);
  const isNear = (place: number) => lines.some(([first, last]) => place >= first && place <= last);
  const places = new Set<number>();
  for (let place = 0, run = 0; place < size; place++) {
    run = isNear(place) ? 0 : run + 1;
    if (run <= a.stride) places.add(place);
  }
  return places;
}

function blocksOf(a: NonNullable<Axis>, b: NonNullable<Axis>, size: number): number {
  const counts = [a, b].map((axis) => (axis.kind === 'blocks' ? axis.count : isTrivial(axis) ? 0 : 1));
  const joint = counts.reduce(commonDivisor, 0) || size;
  return size % joint === 0 ? joint : 1;
}

const isTrivial = ({ stride, low, high }: WindowAxis) => stride === 1 && low === 0 && high === 0;

/** Every choice of one entry of each list. */
export function choices<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((made, list) => made.flatMap((one) => list.map((entry) => [...one, entry])), [[]]);
}

/**
 * Places of an operand that are tried at once, for every image.
 * @param axes undefined: one place at a time
 */
export function* images(shape: readonly number[], axes: readonly AxisPlan[] | undefined): Generator<Int32Array> {
  const strides = stridesOf(shape);
  const along = shape.map((size, axis) => {
    const { step = size, places } = axes?.[axis] ?? {};
    const stride = strides[axis] ?? 1;
    return Array.from({ length: Math.min(size, step) }, (_, first) => {
      const all = Array.from({ length: Math.ceil((size - first) / step) }, (_, i) => first + i * step);
      return Int32Array.from(
        all.filter((place) => places?.has(place) ?? true),
        (place) => place * stride,
      );
    }).filter(({ length }) => length > 0);
  });
  const counts = along.map(({ length }) => length);
  const countStrides = stridesOf(counts);
  for (let image = 0; image < sizeOf(counts); image++) {
    yield sums(
      along.map(
        (groups, axis) => groups[Math.floor(image / (countStrides[axis] ?? 1)) % groups.length] ?? new Int32Array(),
      ),
    );
  }
}

/** How many images there are, at most. */
export function imageCount(shape: readonly number[], axes: readonly AxisPlan[] | undefined): number {
  return sizeOf(shape.map((size, axis) => Math.min(size, axes?.[axis]?.step ?? size)));
}
