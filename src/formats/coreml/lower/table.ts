/** Rounds of Lloyd's algorithm; weights of networks move no more after fewer. */
const ROUNDS = 30;

/** Numbers that stand for many, in rising order, and which of them is the nearest to one. */
export interface Table {
  readonly table: readonly number[];
  indexOf(value: number): number;
}

/**
 * The means of `size` clusters by Lloyd's algorithm, from even shares of the sorted numbers on. In one dimension clusters are
 * runs of those, so that a round costs a search for each border.
 * @param round to a number that the table can hold
 */
export function tableOf(values: Float32Array, size: number, round: (value: number) => number): Table {
  const sorted = Float32Array.from(values).sort();
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = (sums[i] ?? 0) + (sorted[i] ?? 0);
  let table = Array.from({ length: size }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / size)] ?? 0);
  for (let done = 0; done < ROUNDS; done++) {
    let start = 0;
    table = table.map((mean, i) => {
      const end = i + 1 < size ? firstFrom(sorted, (mean + (table[i + 1] ?? mean)) / 2) : sorted.length;
      const count = end - start;
      const moved = count > 0 ? ((sums[end] ?? 0) - (sums[start] ?? 0)) / count : mean;
      start = Math.max(start, end);
      return moved;
    });
  }
  const rounded = table.map(round).sort((a, b) => a - b);
  return { table: rounded, indexOf: (value) => nearest(rounded, value) };
}

/** The place of the first number that is not below a bound. */
function firstFrom(sorted: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(table: readonly number[], value: number): number {
  const above = Math.min(firstFrom(table, value), table.length - 1);
  const below = Math.max(above - 1, 0);
  return value - (table[below] ?? 0) <= (table[above] ?? 0) - value ? below : above;
}
