import type { AffineMap, Sampling } from './affine-map.js';
import { isChannelwise, tapsOf } from './affine-map.js';
import { giveBack, takeZeros } from './spare-arrays.js';

/** W [M, C/groups, *kernel] row-major and b [M] (undefined: zeros), in float64. */
export interface Kernel {
  readonly kernel: Float64Array;
  readonly bias: Float64Array | undefined;
}

/** How the weights of a map come about; a small tree over constants, evaluated once a map is chosen. */
export type Weights =
  | { readonly kind: 'identity' }
  /** Fresh arrays on every call: evaluation works in place. */
  | { readonly kind: 'constant'; readonly make: () => Kernel }
  | { readonly kind: 'series'; readonly inner: AffineMap; readonly outer: AffineMap }
  | { readonly kind: 'sum'; readonly left: AffineMap; readonly right: AffineMap; readonly sign: 1 | -1 };

/** The weights of a map, in float64 throughout; the caller rounds once. */
export function evaluate(map: AffineMap): Kernel {
  const { weights } = map;
  switch (weights.kind) {
    case 'identity':
      return { kernel: new Float64Array(map.outChannels).fill(1), bias: undefined };
    case 'constant':
      return weights.make();
    case 'series':
      return evaluateSeries(map, weights.inner, weights.outer);
    case 'sum':
      return evaluateSum(map, weights.left, weights.right, weights.sign);
  }
}

function evaluateSeries(map: AffineMap, inner: AffineMap, outer: AffineMap): Kernel {
  const a = evaluate(inner);
  const b = evaluate(outer);
  if (isChannelwise(outer)) return scaleRows(a, b);
  if (isChannelwise(inner)) return scaleColumns(a, b, outer);
  const kernel = composeKernels(map, inner, outer, a.kernel, b.kernel);
  const bias = composeBias(outer, a.bias, b);
  giveBack(a.kernel);
  giveBack(b.kernel);
  return { kernel, bias };
}

/** W = diag(s) Wa, b = s ba + bb, in the arrays of `a`. */
function scaleRows(a: Kernel, { kernel: scale, bias: shift }: Kernel): Kernel {
  const { kernel } = a;
  const channels = scale.length;
  const row = kernel.length / channels;
  for (let m = 0, at = 0; m < channels; m++) {
    const s = scale[m] ?? 0;
    for (const end = at + row; at < end; at++) kernel[at] = (kernel[at] ?? 0) * s;
  }
  if (!a.bias) return { kernel, bias: shift };
  const bias = a.bias;
  for (let m = 0; m < channels; m++) bias[m] = (bias[m] ?? 0) * (scale[m] ?? 0) + (shift?.[m] ?? 0);
  return { kernel, bias };
}

/** W = Wb diag(s), b = Wb ba + bb, in the arrays of `b`. */
function scaleColumns(a: Kernel, b: Kernel, outer: AffineMap): Kernel {
  const bias = composeBias(outer, a.bias, b);
  const { kernel } = b;
  const perGroup = outer.inChannels / outer.groups;
  const rowsPerGroup = outer.outChannels / outer.groups;
  const taps = tapsOf(outer);
  for (let m = 0, at = 0; m < outer.outChannels; m++) {
    const first = Math.floor(m / rowsPerGroup) * perGroup;
    for (let c = first; c < first + perGroup; c++) {
      const s = a.kernel[c] ?? 0;
      for (const end = at + taps; at < end; at++) kernel[at] = (kernel[at] ?? 0) * s;
    }
  }
  return { kernel, bias };
}

/** b = sum over taps and channels of Wb ba, plus bb. Exact as nothing is padded where the inner map has a bias. */
function composeBias(outer: AffineMap, inner: Float64Array | undefined, b: Kernel): Float64Array | undefined {
  if (!inner) return b.bias;
  const bias = b.bias ?? new Float64Array(outer.outChannels);
  const perGroup = outer.inChannels / outer.groups;
  const rowsPerGroup = outer.outChannels / outer.groups;
  const taps = tapsOf(outer);
  for (let m = 0, at = 0; m < outer.outChannels; m++) {
    const first = Math.floor(m / rowsPerGroup) * perGroup;
    let sum = bias[m] ?? 0;
    for (let c = first; c < first + perGroup; c++) {
      let row = 0;
      for (const end = at + taps; at < end; at++) row += b.kernel[at] ?? 0;
      sum += row * (inner[c] ?? 0);
    }
    bias[m] = sum;
  }
  return bias;
}

/** W[m,c,t] = sum over j, and over taps ta of `inner` and tb of `outer` that meet in t, of Wb[m,j,tb] Wa[j,c,ta]. */
function composeKernels(
  map: AffineMap,
  inner: AffineMap,
  outer: AffineMap,
  a: Float64Array,
  b: Float64Array,
): Float64Array {
  const taps = tapsOf(map);
  const [innerTaps, outerTaps] = [tapsOf(inner), tapsOf(outer)];
  const meets = meetingTaps(map.axes, inner.axes, outer.axes);
  const [columns, innerColumns, outerColumns] = [inner, inner, outer].map(
    (m, i) => m.inChannels / (i === 0 ? map.groups : m.groups),
  ) as [number, number, number];
  const rows = map.outChannels / map.groups;
  const outerRows = outer.outChannels / outer.groups;
  const innerRows = inner.outChannels / inner.groups;
  const result = takeZeros(map.outChannels * columns * taps);
  for (let m = 0; m < map.outChannels; m++) {
    const firstColumn = Math.floor(m / rows) * columns;
    const firstJ = Math.floor(m / outerRows) * outerColumns;
    for (let jj = 0; jj < outerColumns; jj++) {
      const j = firstJ + jj;
      const shift = Math.floor(j / innerRows) * innerColumns - firstColumn;
      for (let tb = 0; tb < outerTaps; tb++) {
        const w = b[(m * outerColumns + jj) * outerTaps + tb] ?? 0;
        if (w === 0) continue;
        for (let ta = 0; ta < innerTaps; ta++) {
          const from = j * innerColumns * innerTaps + ta;
          const to = (m * columns + shift) * taps + (meets[tb * innerTaps + ta] ?? 0);
          for (let c = 0; c < innerColumns; c++) {
            const at = to + c * taps;
            result[at] = (result[at] ?? 0) + w * (a[from + c * innerTaps] ?? 0);
          }
        }
      }
    }
  }
  return result;
}

/** For each pair of an outer and an inner tap (row-major over all axes) the tap of the joint kernel that both make. */
function meetingTaps(
  joint: readonly Sampling[],
  inner: readonly Sampling[],
  outer: readonly Sampling[],
): readonly number[] {
  const innerTaps = inner.reduce((n, axis) => n * axis.kernel, 1);
  const outerTaps = outer.reduce((n, axis) => n * axis.kernel, 1);
  const meets = new Array<number>(innerTaps * outerTaps).fill(0);
  for (let at = 0; at < meets.length; at++) {
    let [ta, tb, step, position] = [at % innerTaps, Math.floor(at / innerTaps), 1, 0];
    for (let axis = joint.length - 1; axis >= 0; axis--) {
      const [j, a, b] = [joint[axis], inner[axis], outer[axis]];
      if (!j || !a || !b) throw new RangeError('maps of different rank');
      const offset = (ta % a.kernel) * a.dilation + (tb % b.kernel) * b.dilation * a.stride;
      position += step * (j.kernel === 1 ? 0 : offset / j.dilation);
      step *= j.kernel;
      ta = Math.floor(ta / a.kernel);
      tb = Math.floor(tb / b.kernel);
    }
    meets[at] = position;
  }
  return meets;
}

function evaluateSum(map: AffineMap, left: AffineMap, right: AffineMap, sign: 1 | -1): Kernel {
  const a = evaluate(left);
  const b = evaluate(right);
  let { kernel } = a;
  if (!hasLayoutOf(map, left)) {
    kernel = addInto(takeZeros(kernelSize(map)), map, a.kernel, left, 1);
    giveBack(a.kernel);
  }
  addInto(kernel, map, b.kernel, right, sign);
  giveBack(b.kernel);
  if (!a.bias && !b.bias) return { kernel, bias: undefined };
  const bias = a.bias ?? new Float64Array(map.outChannels);
  if (b.bias) for (let m = 0; m < bias.length; m++) bias[m] = (bias[m] ?? 0) + sign * (b.bias[m] ?? 0);
  return { kernel, bias };
}

function kernelSize(map: AffineMap): number {
  return map.outChannels * (map.inChannels / map.groups) * tapsOf(map);
}

function hasLayoutOf(map: AffineMap, part: AffineMap): boolean {
  return (
    map.groups === part.groups &&
    map.axes.every((axis, i) => axis.kernel === part.axes[i]?.kernel && axis.padBegin === part.axes[i]?.padBegin)
  );
}

/** target += sign * kernel of `part`, each tap put where its offset lies in the finer and larger grid of `map`. */
function addInto(
  target: Float64Array,
  map: AffineMap,
  kernel: Float64Array,
  part: AffineMap,
  sign: 1 | -1,
): Float64Array {
  if (hasLayoutOf(map, part)) {
    for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) + sign * (kernel[at] ?? 0);
    return target;
  }
  const places = tapPlaces(map.axes, part.axes);
  const taps = tapsOf(map);
  const [columns, partColumns] = [map.inChannels / map.groups, part.inChannels / part.groups];
  const [rows, partRows] = [map.outChannels / map.groups, part.outChannels / part.groups];
  let from = 0;
  for (let m = 0; m < map.outChannels; m++) {
    const shift = Math.floor(m / partRows) * partColumns - Math.floor(m / rows) * columns;
    for (let c = 0; c < partColumns; c++) {
      const to = (m * columns + shift + c) * taps;
      for (const place of places) {
        target[to + place] = (target[to + place] ?? 0) + sign * (kernel[from++] ?? 0);
      }
    }
  }
  return target;
}

/** For each tap of `part`, row-major, its place in the kernel of `map`. */
function tapPlaces(map: readonly Sampling[], part: readonly Sampling[]): readonly number[] {
  let places = [0];
  map.forEach((axis, i) => {
    const own = part[i];
    if (!own) throw new RangeError('maps of different rank');
    const first = (axis.padBegin - own.padBegin) / axis.dilation;
    const step = own.kernel === 1 ? 0 : own.dilation / axis.dilation;
    places = places.flatMap((place) =>
      Array.from({ length: own.kernel }, (_, tap) => place * axis.kernel + first + tap * step),
    );
  });
  return places;
}
