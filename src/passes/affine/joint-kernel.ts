import { type AffineMap, isChannelwise, type Sampling, tapsOf } from './affine-map.js';
import { giveBack, takeZeros } from './spare-arrays.js';
import type { Kernel } from './weights.js';

/** A map whose weights were made, in arrays that nobody else reads. */
export interface MadeMap extends Kernel {
  readonly map: AffineMap;
}

/** The weights of `outer(inner(x))` with the layout of `map`; the arrays of both are used up. */
export function jointKernel(map: AffineMap, inner: MadeMap, outer: MadeMap): Kernel {
  const bias = jointBias(inner, outer);
  if (isChannelwise(outer.map)) return { kernel: scaleRows(inner, outer), bias };
  if (isChannelwise(inner.map)) return { kernel: scaleColumns(inner, outer), bias };
  const kernel = composeKernels(map, inner, outer);
  giveBack(inner.kernel);
  giveBack(outer.kernel);
  return { kernel, bias };
}

/** W = diag(s) Wa. */
function scaleRows({ kernel }: MadeMap, { kernel: scale }: MadeMap): Float64Array {
  const row = kernel.length / scale.length;
  for (let m = 0, at = 0; m < scale.length; m++) {
    const s = scale[m] ?? 0;
    for (const end = at + row; at < end; at++) kernel[at] = (kernel[at] ?? 0) * s;
  }
  return kernel;
}

/** W = Wb diag(s). */
function scaleColumns({ kernel: scale }: MadeMap, { map, kernel }: MadeMap): Float64Array {
  const perGroup = map.inChannels / map.groups;
  const rowsPerGroup = map.outChannels / map.groups;
  const taps = tapsOf(map);
  for (let m = 0, at = 0; m < map.outChannels; m++) {
    const first = Math.floor(m / rowsPerGroup) * perGroup;
    for (let c = first; c < first + perGroup; c++) {
      const s = scale[c] ?? 0;
      for (const end = at + taps; at < end; at++) kernel[at] = (kernel[at] ?? 0) * s;
    }
  }
  return kernel;
}

/** b = sum over taps and channels of Wb ba, plus bb. Exact as nothing is padded where the inner map has a bias. */
function jointBias({ bias: inner }: MadeMap, { map, kernel, bias: outer }: MadeMap): Float64Array | undefined {
  if (!inner) return outer;
  const bias = outer ?? new Float64Array(map.outChannels);
  const perGroup = map.inChannels / map.groups;
  const rowsPerGroup = map.outChannels / map.groups;
  const taps = tapsOf(map);
  for (let m = 0, at = 0; m < map.outChannels; m++) {
    const first = Math.floor(m / rowsPerGroup) * perGroup;
    let sum = bias[m] ?? 0;
    for (let c = first; c < first + perGroup; c++) {
      let row = 0;
      for (const end = at + taps; at < end; at++) row += kernel[at] ?? 0;
      sum += row * (inner[c] ?? 0);
    }
    bias[m] = sum;
  }
  return bias;
}

/** W[m,c,t] = sum over j, and over taps ta of `inner` and tb of `outer` that meet in t, of Wb[m,j,tb] Wa[j,c,ta]. */
function composeKernels(
  map: AffineMap,
  { map: inner, kernel: a }: MadeMap,
  { map: outer, kernel: b }: MadeMap,
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
