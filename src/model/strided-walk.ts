import { sizeOf } from './shape.js';

/** A way to walk over a tensor: the element at index i lies at `offset` + sum of i[k] * strides[k]. */
export interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Calls `visit` with the place of every run along the last axis, in row-major order of the others. */
export function forEachRow(walk: Walk, visit: (place: number, row: number) => void): void {
  const outer = walk.shape.slice(0, -1);
  const count = sizeOf(outer);
  if (walk.shape.at(-1) === 0) return;
  const index = new Array<number>(outer.length).fill(0);
  let place = walk.offset;
  for (let row = 0; row < count; row++) {
    visit(place, row);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const stride = walk.strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (outer[axis] ?? 0)) {
        index[axis] = next;
        place += stride;
        break;
      }
      index[axis] = 0;
      place -= stride * (next - 1);
    }
  }
}
