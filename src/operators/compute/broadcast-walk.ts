import { sizeOf, stridesOf, type Tensor } from '../../model/index.js';

/** The shape of constants broadcast together; undefined where they do not fit, which inference has refused before. */
export function broadcastStatic(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, d] of shape.entries()) {
      const axis = i + rank - shape.length;
      if (d === 1 || d === result[axis]) continue;
      if (result[axis] !== 1) return undefined;
      result[axis] = d;
    }
  }
  return result;
}

/**
 * For every element of `target`, in order, the place in a tensor of `shape` that broadcasts to it; undefined where both
 * are in the same order.
 */
export function placesIn(shape: readonly number[], target: readonly number[]): Int32Array | undefined {
  const size = sizeOf(target);
  if (sizeOf(shape) === size) return undefined;
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  const steps = target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0)));
  const places = new Int32Array(size);
  // Grown from the last axis to the first: each axis repeats what is there, a step further every time.
  let filled = Math.min(1, size);
  for (let axis = target.length - 1; axis >= 0 && size > 0; axis--) {
    const [count, step] = [target[axis] ?? 1, steps[axis] ?? 0];
    for (let k = 1; k < count; k++) {
      const [start, add] = [k * filled, k * step];
      for (let i = 0; i < filled; i++) places[start + i] = (places[i] ?? 0) + add;
    }
    filled *= count;
  }
  return places;
}

/** The shape and the places of two operands. */
export function alignPair(a: Tensor, b: Tensor) {
  const shape = broadcastStatic([a.shape, b.shape]);
  return shape && { shape, size: sizeOf(shape), placesA: placesIn(a.shape, shape), placesB: placesIn(b.shape, shape) };
}
