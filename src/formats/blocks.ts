/** Each place of one axis is a block of its own, of a tensor of these sizes. */
export function blocksAlong(shape: readonly number[], axis: number): number[] {
  return shape.map((size, at) => (at === axis ? size : 1));
}

/**
 * The block in which each element of a tensor lies, blocks numbered in row-major order.
 * @param blocks into how many blocks of equal length each axis is cut; an axis beyond the last is not
 */
export function blockOf(shape: readonly number[], blocks: readonly number[]): (index: number) => number {
  const cut = shape.map((size, axis) => ({ size, count: blocks[axis] ?? 1 })).reverse();
  if (cut.every(({ count }) => count === 1)) return () => 0;
  return (index) => {
    let [rest, block, step] = [index, 0, 1];
    for (const { size, count } of cut) {
      block += Math.floor(((rest % size) * count) / size) * step;
      rest = Math.floor(rest / size);
      step *= count;
    }
    return block;
  };
}
