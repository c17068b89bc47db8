import type { Node, Value } from '../../model/index.js';
import { knownSizes, type Writer } from './writer.js';

/** A slice of what is too long, then zeros around what is too short; the odd one goes to the end. Keeps off: unknown sizes. */
export function centerCropPad(node: Node, writer: Writer): readonly Value[] | undefined {
  const x = node.input(0);
  const [from, to] = [knownSizes(x), knownSizes(node.output())];
  if (!from || !to) return undefined;
  const vector = (values: readonly number[]) => writer.constant('int64', [values.length], values);
  const missing = from.map((size, axis) => (to[axis] ?? size) - size);
  const starts = missing.map((count) => Math.floor(Math.max(0, -count) / 2));
  const ends = starts.map((start, axis) => start + Math.min(from[axis] ?? 0, to[axis] ?? 0));
  const cropped = writer.write('Slice', [x, vector(starts), vector(ends)]);
  const before = missing.map((count) => Math.floor(Math.max(0, count) / 2));
  const after = missing.map((count) => Math.ceil(Math.max(0, count) / 2));
  return [writer.write('Pad', [cropped, vector([...before, ...after])])];
}
