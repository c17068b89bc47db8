import type { Held } from '../../../formats/format.js';
import { sizeOf } from '../../../model/index.js';
import type { Evidence } from './evidence.js';

const LARGEST_FLOAT16 = 65504;
/** The share of a difference that an explanation may leave. */
const LEFT = 0.1;
const CHANNELS = 1;

/** Whether `guess` is what the candidate gives, but for a small share of its difference from the reference. */
export function explains({ expected, actual }: Evidence, guess: ArrayLike<number>): boolean {
  return distance(actual, guess) <= LEFT * distance(actual, expected);
}

/** Euclidean; infinite where it is not defined, as for NaN on one side or unlike sizes. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Number.isNaN(sum) ? Number.POSITIVE_INFINITY : Math.sqrt(sum);
}

/** A number of the reference that the candidate's arithmetic cannot hold. */
export function beyondFloat16({ expected, actual }: Evidence, precision: Held): string | undefined {
  if (precision !== 'fp16') return undefined;
  const largest = expected.reduce((most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0), 0);
  const isLost = actual.some((value, i) => !Number.isFinite(value) && Number.isFinite(expected[i]));
  if (!isLost || largest <= LARGEST_FLOAT16) return undefined;
  return `it reaches ${largest.toPrecision(3)}, beyond ${LARGEST_FLOAT16}, the largest number of fp16`;
}

/** What the difference itself looks like: nothing is run for it. */
export function looksLike(evidence: Evidence): string | undefined {
  const { shape } = evidence;
  return (
    asOneFactor(evidence) ??
    (shape.length > 1 && sizeOf(shape) > 0 ? (inAnotherOrder(evidence) ?? inOneChannel(evidence)) : undefined) ??
    (shape.length === 4 ? alongTheBorder(evidence) : undefined) ??
    (shape.length > 1 ? asConstants(evidence) : undefined)
  );
}

function asOneFactor(evidence: Evidence): string | undefined {
  const { expected, actual } = evidence;
  const factor = dot(expected, actual) / dot(expected, expected);
  if (
    !Number.isFinite(factor) ||
    !explains(
      evidence,
      expected.map((value) => factor * value),
    )
  )
    return undefined;
  return `it is ${show(factor)} times what it should be`;
}

/** Each channel is another one of the reference's, but for what is added to it: a bias may have stayed in its place. */
function inAnotherOrder(evidence: Evidence): string | undefined {
  const [wanted, given] = [evidence.expected, evidence.actual].map((values) =>
    channelsOf(values, evidence.shape).map(centred),
  );
  if (!wanted || !given || wanted.length < 2 || (wanted[0]?.length ?? 0) < 2) return undefined;
  const sources = given.map((channel) => nearest(channel, wanted));
  if (new Set(sources).size < wanted.length || sources.every((source, channel) => source === channel)) return undefined;
  const left = Math.hypot(...given.map((channel, i) => distance(channel, wanted[sources[i] ?? 0] ?? [])));
  const all = Math.hypot(...given.map((channel, i) => distance(channel, wanted[i] ?? [])));
  if (!(left <= LEFT * all)) return undefined;
  const moved = sources.findIndex((source, channel) => source !== channel);
  return `its channels are in another order: channel ${moved} is what channel ${sources[moved]} should be`;
}

/** One channel alone differs, and how. */
function inOneChannel(evidence: Evidence): string | undefined {
  const [wanted, given] = [channelsOf(evidence.expected, evidence.shape), channelsOf(evidence.actual, evidence.shape)];
  if (wanted.length < 2) return undefined;
  const distances = wanted.map((channel, i) => distance(channel, given[i] ?? []));
  const all = Math.hypot(...distances);
  const channel = distances.findIndex((each) => Math.sqrt(Math.max(0, all ** 2 - each ** 2)) <= LEFT * all);
  if (channel < 0) return undefined;
  const line = fitted(wanted[channel] ?? [], given[channel] ?? []);
  const how = line ? `: it is ${show(line.factor)} times what it should be${added(line.constant)}` : '';
  return `channel ${channel} alone differs${how}`;
}

/** Only elements near the ends of height and width differ. */
function alongTheBorder({ expected, actual, shape }: Evidence): string | undefined {
  const [, , height = 1, width = 1] = shape;
  let [inside, all] = [0, 0];
  const band = Math.max(1, Math.floor(Math.min(height, width) / 8));
  expected.forEach((value, i) => {
    const square = (value - (actual[i] ?? 0)) ** 2;
    const [row, column] = [Math.floor(i / width) % height, i % width];
    const isInside = row >= band && row < height - band && column >= band && column < width - band;
    all += square;
    if (isInside) inside += square;
  });
  if (height <= 2 * band || width <= 2 * band || !(Math.sqrt(inside) <= LEFT * Math.sqrt(all))) return undefined;
  return 'only its border differs: the padding is another';
}

/** Each channel is off by a number of its own. */
function asConstants(evidence: Evidence): string | undefined {
  const [wanted, given] = [channelsOf(evidence.expected, evidence.shape), channelsOf(evidence.actual, evidence.shape)];
  if ((wanted[0]?.length ?? 0) < 4) return undefined;
  const left = Math.hypot(...wanted.map((channel, c) => distance(centred(channel), centred(given[c] ?? []))));
  if (!(left <= LEFT * distance(evidence.actual, evidence.expected))) return undefined;
  return 'each channel is off by a constant of its own: a bias is another';
}

/** The line through pairs that an activation has not cut off, where they lie on one. */
function fitted(wanted: readonly number[], given: readonly number[]) {
  const pairs = wanted.flatMap((x, i) => (x !== 0 && given[i] !== 0 ? [[x, given[i] ?? 0] as const] : []));
  if (pairs.length < 8) return undefined;
  const [meanX, meanY] = [0, 1].map((k) => pairs.reduce((sum, pair) => sum + (pair[k] ?? 0), 0) / pairs.length);
  const [x0, y0] = [meanX ?? 0, meanY ?? 0];
  const spread = pairs.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  const factor = pairs.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spread;
  const constant = y0 - factor * x0;
  const rest = Math.sqrt(pairs.reduce((sum, [x, y]) => sum + (factor * x + constant - y) ** 2, 0));
  const moved = Math.sqrt(pairs.reduce((sum, [x, y]) => sum + (x - y) ** 2, 0));
  return rest <= LEFT * moved ? { factor, constant: Math.abs(constant) < 0.01 * moved ? 0 : constant } : undefined;
}

function channelsOf(values: Float64Array, shape: readonly number[]): number[][] {
  const count = shape[CHANNELS] ?? 1;
  const area = shape.slice(2).reduce((product, size) => product * size, 1);
  const channels: number[][] = Array.from({ length: count }, () => []);
  values.forEach((value, i) => {
    channels[Math.floor(i / area) % count]?.push(value);
  });
  return channels;
}

function centred(channel: readonly number[]): number[] {
  const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length;
  return channel.map((value) => value - mean);
}

function nearest(channel: readonly number[], among: readonly (readonly number[])[]): number {
  const distances = among.map((each) => distance(channel, each));
  return distances.indexOf(Math.min(...distances));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function show(factor: number): string {
  return String(Number(factor.toPrecision(3)));
}

function added(constant: number): string {
  return constant === 0 ? '' : ` ${constant > 0 ? 'plus' : 'minus'} ${show(Math.abs(constant))}`;
}
