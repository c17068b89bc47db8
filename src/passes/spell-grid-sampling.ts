import { isStatic, type Node, sizeOf, stridesOf, type Value } from '../model/index.js';
import { type GridSampleParameters, gridSample } from '../operators/index.js';
import { Writer } from './composites/writer.js';
import type { Pass } from './pass.js';
import { replaceNode } from './replace-node.js';

/** Of the cubic convolution, as the standard has it. */
const CUBIC = -0.75;

/**
 * Writes `GridSample` by gathers.
 *
 * Given: `y = GridSample(x, grid)`.
 * Result: the pixels around each position, gathered from a table [pixels, channels], each times what it counts there, added up.
 * Exact: it is what the standard says; engines add in another order. Positions, and places in the table, are computed in float32
 * and int32, so this is for targets that compute in these.
 * Keeps off: sizes that are not known; a cubic sampling that reads beyond the borders, for which engines have two meanings; one
 * pixel mirrored about itself.
 */
export const spellGridSampling: Pass = {
  name: 'spell-grid-sampling',
  run(graph, changes) {
    for (const node of graph.nodesOf('GridSample')) {
      const sampled = sample(node);
      if (sampled) replaceNode(node, sampled, changes);
    }
  },
};

/** A pixel along one axis for each position: its place there, and what it counts; undefined: 1. */
interface Tap {
  /** [positions], int32 */
  readonly place: Value;
  /** [positions] */
  readonly weight: Value | undefined;
}

function sample(node: Node): Value | undefined {
  const [x, grid] = [node.input(0), node.input(1)];
  const parameters = gridSample.parameters(node);
  const { mode, paddingMode, alignCorners } = parameters;
  const [shape, places] = [x.shape, grid.shape?.slice(0, -1)];
  if (!shape || !places || !isStatic(shape) || !isStatic(places)) return undefined;
  if (x.dtype !== 'float32' || grid.dtype !== 'float32' || shape.includes(0) || places.includes(0)) return undefined;
  const [batch = 1, channels = 1, ...image] = shape;
  if (mode === 'cubic' && paddingMode !== 'zeros') return undefined;
  if (paddingMode === 'reflection' && alignCorners && image.includes(1)) return undefined;

  const writer = new Writer(node);
  const count = sizeOf(places);
  const positions = writer.reshape(grid, [count, image.length]);
  // The first coordinate is that of the last axis.
  const axes = image.map((size, axis) => {
    const position = writer.at(positions, image.length - 1 - axis, 1);
    return tapsOf(new Axis(writer, size, parameters), position);
  });
  const toLast = [0, ...image.map((_, axis) => axis + 2), 1];
  const table = writer.reshape(writer.transpose(x, toLast), [batch * sizeOf(image), channels]);
  const pixels = everyTap(axes).map((taps) => {
    const place = joined(writer, taps, image, batch > 1 ? firstPixels(writer, places, sizeOf(image)) : undefined);
    const found = writer.write('Gather', [table, place], { axis: 0 });
    const weights = taps.flatMap(({ weight }) => weight ?? []);
    if (weights.length === 0) return found;
    const weight = weights.reduce((product, each) => writer.multiply(product, each));
    return writer.multiply(found, writer.reshape(weight, [count, 1]));
  });
  const sum = pixels.reduce((all, each) => writer.add(all, each));
  const toSecond = [0, image.length + 1, ...image.map((_, axis) => axis + 1)];
  return writer.transpose(writer.reshape(sum, [...places, channels]), toSecond);
}

/** One pixel of each axis, in every way to choose them. */
function everyTap(axes: readonly (readonly Tap[])[]): Tap[][] {
  return axes.reduce<Tap[][]>((all, taps) => all.flatMap((outer) => taps.map((tap) => [...outer, tap])), [[]]);
}

/** Where the pixels stand in the table: [positions]. @param first where those of each image begin */
function joined(writer: Writer, taps: readonly Tap[], image: readonly number[], first: Value | undefined): Value {
  const strides = stridesOf(image);
  const offsets = taps.map(({ place }, axis) => {
    const stride = strides[axis] ?? 1;
    return stride === 1 ? place : writer.multiply(place, writer.scalar(place, stride));
  });
  return [...offsets, ...(first ? [first] : [])].reduce((sum, offset) => writer.add(sum, offset));
}

/** For each position, where the pixels of its image begin in the table. */
function firstPixels(writer: Writer, places: readonly number[], pixels: number): Value {
  const [batch = 1, ...each] = places;
  const size = sizeOf(each);
  return writer.constant(
    'int32',
    [batch * size],
    Int32Array.from({ length: batch * size }, (_, index) => Math.floor(index / size) * pixels),
  );
}

/** The pixels around each position along an axis. @param given between -1 and 1 */
function tapsOf(axis: Axis, given: Value): Tap[] {
  const { writer, mode } = axis;
  if (mode === 'nearest') return [axis.tap(axis.within(writer.write('Round', [axis.scaled(given)])))];
  const position = axis.within(axis.scaled(given));
  const before = writer.write('Floor', [position]);
  const beyond = writer.write('Sub', [position, before]);
  const next = axis.plus(before, 1);
  if (mode === 'linear') {
    return [axis.tap(before, writer.write('Sub', [writer.scalar(beyond, 1), beyond])), axis.tap(next, beyond)];
  }
  const toNext = writer.write('Sub', [writer.scalar(beyond, 1), beyond]);
  return [
    axis.tap(axis.plus(before, -1), outer(axis, axis.plus(beyond, 1))),
    axis.tap(before, inner(axis, beyond)),
    axis.tap(next, inner(axis, toNext)),
    axis.tap(axis.plus(before, 2), outer(axis, axis.plus(toNext, 1))),
  ];
}

/** What a pixel counts at a distance of up to 1: ((a + 2) d - (a + 3)) d² + 1. */
const inner = (axis: Axis, distance: Value): Value => axis.polynomial(distance, [CUBIC + 2, -CUBIC - 3, 0, 1]);

/** And of 1 to 2: a d³ - 5 a d² + 8 a d - 4 a. */
const outer = (axis: Axis, distance: Value): Value =>
  axis.polynomial(distance, [CUBIC, -5 * CUBIC, 8 * CUBIC, -4 * CUBIC]);

/** An axis of the image. */
class Axis {
  readonly writer: Writer;
  readonly mode: GridSampleParameters['mode'];
  readonly #size: number;
  readonly #parameters: GridSampleParameters;

  constructor(writer: Writer, size: number, parameters: GridSampleParameters) {
    this.writer = writer;
    this.mode = parameters.mode;
    this.#size = size;
    this.#parameters = parameters;
  }

  plus(x: Value, offset: number): Value {
    if (offset === 0) return x;
    return this.writer.add(x, this.writer.scalar(x, offset));
  }

  /** By its coefficients, that of the highest power first. */
  polynomial(x: Value, [first = 0, second = 0, ...others]: readonly number[]): Value {
    const start = this.plus(this.#times(x, first), second);
    return others.reduce((sum, coefficient) => this.plus(this.writer.multiply(sum, x), coefficient), start);
  }

  #times(x: Value, factor: number): Value {
    return this.writer.multiply(x, this.writer.scalar(x, factor));
  }

  /** Positions from -1 to 1 as those of pixels. */
  scaled(position: Value): Value {
    const fromZero = this.plus(position, 1);
    if (this.#parameters.alignCorners) return this.#times(fromZero, (this.#size - 1) / 2);
    const ends = this.plus(this.#times(fromZero, this.#size), -1);
    return this.#times(ends, 0.5);
  }

  /** What lies outside the image is moved to its border, or mirrored; with zeros it stays, and counts nothing. */
  within(position: Value): Value {
    const { paddingMode } = this.#parameters;
    if (paddingMode === 'zeros') return position;
    return paddingMode === 'border' ? this.#clipped(position) : this.#mirrored(position);
  }

  /** @param weight undefined: 1 */
  tap(pixel: Value, weight?: Value): Tap {
    const clipped = this.#clipped(pixel);
    const place = this.writer.cast(clipped, 'int32');
    if (this.#parameters.paddingMode !== 'zeros') return { place, weight };
    const inside = this.writer.cast(this.writer.write('Equal', [clipped, pixel]), 'float32');
    return { place, weight: weight ? this.writer.multiply(weight, inside) : inside };
  }

  #clipped(x: Value): Value {
    return this.writer.write('Clip', [x, this.writer.scalar(x, 0), this.writer.scalar(x, this.#size - 1)]);
  }

  /** About the outermost pixels, or about the border behind them. */
  #mirrored(position: Value): Value {
    const { writer } = this;
    const [first, length] = this.#parameters.alignCorners ? [0, this.#size - 1] : [-0.5, this.#size];
    const distance = writer.write('Abs', [this.plus(position, -first)]);
    const period = writer.scalar(position, 2 * length);
    const periods = writer.write('Floor', [writer.write('Div', [distance, period])]);
    const rest = writer.write('Sub', [distance, writer.multiply(periods, period)]);
    const mirrored = writer.write('Min', [rest, writer.write('Sub', [period, rest])]);
    return first === 0 ? mirrored : this.plus(mirrored, first);
  }
}
