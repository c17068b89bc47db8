import { misfit } from './operation.js';

/** An axis counted from the front. @throws Misfit */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : misfit(`axis ${axis} of ${rank}`);
}
