import type { Dimension } from '../model/index.js';
import type { AveragePoolParameters, PoolParameters } from '../operators/index.js';
import { coveringPads, effectiveKernel } from '../operators/shape/sliding-window.js';
import { decline } from './decline.js';
import type { AnySite } from './site.js';

/** How the windows lie along one spatial axis, and what has to be added around it so that no kernel needs to pad. */
export interface WindowAxis {
  readonly size: Dimension;
  readonly result: Dimension;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly behind: number;
  /** The padding behind that counts in a mean; more is only added for the last window of ceil mode. */
  readonly counted: number;
}

/** The windows along the two axes of a plane. */
export type Plane = readonly [WindowAxis, WindowAxis];

/** An axis that no window reaches along. */
export const POINTWISE = { kernel: 1, stride: 1, dilation: 1, before: 0, behind: 0, counted: 0 } as const;

/** The windows of a pool along each spatial axis. @throws Declined where padding hangs on a size that is not known */
export function windowAxes<Ref>(site: AnySite<Ref>, parameters: PoolParameters): WindowAxis[] {
  const { kernelShape, strides, dilations } = parameters;
  const pads = parameters.pads ?? decline('padding of a size that is not known; fix it with --shape');
  const [sizes, results] = [site.onnxShape(0).slice(2), site.resultOnnxShape().slice(2)];
  // Where the last window hangs over, the rows it lacks are added.
  const padded =
    coveringPads(parameters, sizes) ??
    roomyPads(parameters) ??
    decline('ceil mode over a size that is not known; fix it with --shape');
  return kernelShape.map((kernel, axis) => {
    const [before, counted] = [pads[axis] ?? 0, pads[axis + kernelShape.length] ?? 0];
    const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] ?? 1];
    const [size = 1, result = 1] = [sizes[axis], results[axis]];
    // TensorFlow.js would read and write beyond its memory.
    if (result === 0) return decline('a pool that finds no window');
    const behind = padded[axis + kernelShape.length] ?? 0;
    return { size, result, kernel, stride, dilation, before, behind, counted };
  });
}

/**
 * Pads with which windows that round down are as many as those that round up, whatever the size.
 * @returns undefined where the last of them could begin behind the image, where there is no such window
 */
function roomyPads({ kernelShape, strides, dilations, pads }: PoolParameters): number[] | undefined {
  const rank = kernelShape.length;
  const ends = effectiveKernel(kernelShape, dilations).map((extent, axis) => {
    const [end = 0, stride = 1] = [pads?.[axis + rank], strides[axis]];
    return extent >= end + stride ? end + stride - 1 : undefined;
  });
  return pads && ends.every((end) => end !== undefined) ? [...pads.slice(0, rank), ...ends] : undefined;
}

/** Whether means beside padding hang on a size that is known only when it runs. */
export function isOpenMean(parameters: AveragePoolParameters, plane: Plane): boolean {
  const isPadded = plane.some(({ before, behind }) => before > 0 || behind > 0);
  const countsAll = parameters.countIncludePad && !parameters.ceilMode;
  return isPadded && !countsAll && plane.some(({ size }) => typeof size !== 'number');
}

/** Factors of means, as they broadcast to those. */
export interface Corrections {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

/** Every window's size over the number of elements that count in it; undefined where that is 1 throughout. */
export function meanCorrections(parameters: AveragePoolParameters, plane: Plane): Corrections | undefined {
  if (plane.every(({ before, behind }) => before === 0 && behind === 0)) return undefined;
  if (parameters.countIncludePad && !parameters.ceilMode) return undefined;
  const ratios = plane.map((axis) => axisRatios(axis, parameters.countIncludePad));
  const [rows = [], columns = []] = ratios;
  if ([...rows, ...columns].every((ratio) => ratio === 1)) return undefined;
  const values = rows.flatMap((row) => columns.map((column) => row * column));
  return { values, shape: [1, rows.length, columns.length, 1] };
}

/** Along one axis: kernel size over how many of each window's taps lie on the input (or on padding that counts). */
function axisRatios({ size, kernel, stride, before, behind, counted }: WindowAxis, countsPad: boolean): number[] {
  if (before === 0 && behind === 0 && kernel === 1 && stride === 1) return [1];
  if (typeof size !== 'number') {
    return decline('averages beside padding of a size that is not known; fix it with --shape');
  }
  const windows = Math.floor((size + before + behind - kernel) / stride) + 1;
  const [low, high] = countsPad ? [-before, size + counted] : [0, size];
  return Array.from({ length: windows }, (_, index) => {
    const start = index * stride - before;
    return kernel / (Math.min(start + kernel, high) - Math.max(start, low));
  });
}

/** Whether nothing happens along an axis. */
export function isPointwise({ kernel, stride, before, behind }: WindowAxis): boolean {
  return kernel === 1 && stride === 1 && before === 0 && behind === 0;
}
