import type { Value } from '../src/model/index.js';
import type { Network } from './network.js';

/** The end of all, as exporters give it. */
export const END = 2 ** 31;

/** Start, end and axis of a slice. */
export function bounds(n: Network, start: number, end: number, axis: number): Value[] {
  return [start, end, axis].map((value) => n.integers([value]));
}

/** `x[..., start:end, ...] = values` along an axis, whatever the size, as `torch.export` writes it. */
export function stretched(
  n: Network,
  x: Value,
  values: readonly number[],
  axis: number,
  [start, stop]: readonly [number, number],
): Value {
  const perm = axis === 2 ? [2, 1, 0, 3] : [3, 1, 2, 0];
  const size = n.node('Gather', [n.node('Shape', [x]), n.integers(axis)]);
  const whole = n.node('Range', [n.integers(0), size, n.integers(1)]);
  const list = n.node('Slice', [whole, ...bounds(n, start, stop, 0)]);
  const lines = n.node('Slice', [x, ...bounds(n, start, stop, axis)]);
  const updates = n.node('Expand', [n.constant(values, [values.length, 1, 1]), n.node('Shape', [lines])]);
  const indices = n.node('Unsqueeze', [list, n.integers([-1])]);
  const written = n.node('ScatterND', [n.transpose(x, perm), indices, n.transpose(updates, perm)]);
  return n.transpose(written, perm);
}

/** All sides but the first rows. */
export function otherSides(n: Network, x: Value, values: readonly number[], width = 1): Value {
  let y = stretched(n, x, values, 2, [-width, END]);
  y = stretched(n, y, values, 3, [0, width]);
  return stretched(n, y, values, 3, [-width, END]);
}

/** All four sides, so wide, one after the other. */
export function slices(n: Network, x: Value, values: readonly number[], width = 1): Value {
  return otherSides(n, stretched(n, x, values, 2, [0, width]), values, width);
}
