import type { ReduceParameters } from '../operators/index.js';
import { decline } from './decline.js';
import type { AnySite } from './site.js';

/** Axes in memory. Declines where they are computed, or hold nothing: there kernels and ONNX differ. */
export function reducedAxes<Ref>(site: AnySite<Ref>, { axes }: ReduceParameters): number[] {
  if (!axes) return decline('axes that are computed');
  const shape = site.onnxShape(0);
  if (axes.some((axis) => shape[axis] === 0)) return decline('a reduction over no element');
  return axes.map((axis) => site.axis(axis)).sort((a, b) => a - b);
}
