import type { Weights } from './weights.js';

/**
 * How a kernel samples one spatial axis of its source: tap i of output o reads position `o*stride - padBegin + i*dilation`
 * of the source extended by zeros without end. `padEnd` only decides how many outputs there are. A pad below zero crops: no
 * `Conv` can have one, but a map on the way to one can.
 */
export interface Sampling {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBegin: number;
  readonly padEnd: number;
}

/**
 * An affine map `y = W * x + b` of a value [N, C, *D], W being a convolution of the zero-extended source. A point-wise
 * scale, a batch norm, an average pooling that counts padding, a zero padding and the identity are special cases.
 * Only numbers; the weights are made for the maps that are chosen.
 */
export interface AffineMap {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly axes: readonly Sampling[];
  /** false only where b is known to be 0. */
  readonly hasBias: boolean;
  /** Whether a convolution is among what was joined; a region without one is never worth making one of. */
  readonly holdsConv: boolean;
  /** How many operations were joined; bounds the recursion that makes the weights. */
  readonly depth: number;
  readonly weights: Weights;
}

/** No joined kernel is longer along an axis: larger ones are never cheaper. */
export const MAX_KERNEL = 63;
/** No more operations are joined to one map: it bounds recursion and the walk back. */
export const MAX_DEPTH = 160;

/** One axis of a map that takes each place by itself. */
export const POINT: Sampling = { kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0 };

/** How many places of each channel that it reads an output is made of: kH * kW of a convolution. */
export function tapsOf(map: AffineMap): number {
  return map.axes.reduce((taps, axis) => taps * axis.kernel, 1);
}

/** Outputs per source pixel, as the divisor: 4 for stride 2 x 2. */
export function subsamplingOf(map: AffineMap): number {
  return map.axes.reduce((product, axis) => product * axis.stride, 1);
}

/** Multiply-accumulates per source pixel. Pixels cancel when regions of one source are compared, so no size is needed. */
export function costOf(map: AffineMap): number {
  return (map.outChannels * (map.inChannels / map.groups) * tapsOf(map)) / subsamplingOf(map);
}

/** Every output channel reads its own input channel at its own position: y = s * x + b. */
export function isChannelwise(map: AffineMap): boolean {
  return map.groups === map.inChannels && map.inChannels === map.outChannels && tapsOf(map) === 1;
}

/** The same at every position: nothing is padded or left out. */
export function isPointScale(map: AffineMap): boolean {
  return (
    isChannelwise(map) &&
    map.axes.every(({ stride, padBegin, padEnd }) => stride === 1 && padBegin === 0 && padEnd === 0)
  );
}

/** Whether pixels at a border of the source are passed over, so that no single `Conv` is this map. */
export function crops(map: AffineMap): boolean {
  return map.axes.some(({ padBegin, padEnd }) => padBegin < 0 || padEnd < 0);
}

/**
 * The attributes of a `Conv` that samples its source as the map does, or of a `ConvTranspose` that is this map turned round.
 * What the map crops at the end is not among them.
 */
export function windowOfMap({ axes, groups }: AffineMap) {
  return {
    dilations: axes.map(({ dilation }) => dilation),
    group: groups,
    kernel_shape: axes.map(({ kernel }) => kernel),
    pads: [...axes.map(({ padBegin }) => padBegin), ...axes.map(({ padEnd }) => Math.max(0, padEnd))],
    strides: axes.map(({ stride }) => stride),
  };
}

/** The map that gives the value itself. */
export function identityMap(channels: number, spatialRank: number): AffineMap {
  return {
    inChannels: channels,
    outChannels: channels,
    groups: channels,
    axes: new Array<Sampling>(spatialRank).fill(POINT),
    hasBias: false,
    holdsConv: false,
    depth: 0,
    weights: { kind: 'identity' },
  };
}

/** Of whole numbers from 0 on; 0 of none, or of zeros alone. */
export function greatestCommonDivisor(...numbers: readonly number[]): number {
  return numbers.reduce((a, b) => {
    while (b) [a, b] = [b, a % b];
    return a;
  }, 0);
}
