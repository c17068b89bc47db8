/** Numbers are told apart where there are no more; of more, those of one of so many bins of equal width are taken together. */
const MOST_POINTS = 4096;
/** Rounds of Lloyd's algorithm behind that, for what bins took together. */
const ROUNDS = 10;

/** Numbers that stand for many, in rising order, and which of them is the nearest to one. */
export interface Table {
  readonly table: readonly number[];
  indexOf(value: number): number;
}

/**
 * The means of `size` clusters with the least squared error. In one dimension clusters are runs of the sorted numbers, so
 * that the best can be found: where the last of k runs begins follows from the best k - 1 runs before it. From even shares of the
 * numbers on, Lloyd's algorithm alone leaves large ones far from any mean. Where as many numbers are 0 as an entry stands for on
 * average, 0 stays exactly 0, so that what was pruned, or is padding, goes on having no effect.
 * @param round to a number that the table can hold
 */
export function tableOf(values: Float32Array, size: number, round: (value: number) => number): Table {
  const sorted = new Sorted(values);
  let table = sorted.means(bestRuns(sorted, pointsOf(sorted), size));
  for (let done = 0; done < ROUNDS; done++) {
    const starts = table.map((mean, i) => (i === 0 ? 0 : sorted.firstFrom(((table[i - 1] ?? mean) + mean) / 2)));
    const moved = sorted.means(starts, table);
    if (moved.every((mean, i) => mean === table[i])) break;
    table = moved;
  }
  if (sorted.countOf(0) * size >= values.length) table[nearest(table, 0)] = 0;
  while (table.length < size) table.push(table.at(-1) ?? 0);
  const rounded = table.map(round).sort((a, b) => a - b);
  return { table: rounded, indexOf: (value) => nearest(rounded, value) };
}

/** Numbers in rising order, with the sums of all before each place. */
class Sorted {
  readonly values: Float32Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(values: Float32Array) {
    this.values = Float32Array.from(values).sort();
    this.#sums = new Float64Array(values.length + 1);
    this.#squares = new Float64Array(values.length + 1);
    this.values.forEach((value, i) => {
      this.#sums[i + 1] = (this.#sums[i] ?? 0) + value;
      this.#squares[i + 1] = (this.#squares[i] ?? 0) + value ** 2;
    });
  }

  firstFrom(bound: number): number {
    return firstFrom(this.values, bound);
  }

  countOf(value: number): number {
    const first = this.firstFrom(value);
    let end = first;
    while (this.values[end] === value) end++;
    return end - first;
  }

  /** The squared distance of the numbers of a run from their mean. */
  error(start: number, end: number): number {
    if (end <= start) return 0;
    const sum = (this.#sums[end] ?? 0) - (this.#sums[start] ?? 0);
    return (this.#squares[end] ?? 0) - (this.#squares[start] ?? 0) - sum ** 2 / (end - start);
  }

  /** The mean of each run; of an empty one what stood there before. */
  means(starts: readonly number[], before: readonly number[] = []): number[] {
    return starts.map((start, i) => {
      const end = starts[i + 1] ?? this.values.length;
      if (end <= start) return before[i] ?? this.values[start] ?? 0;
      return ((this.#sums[end] ?? 0) - (this.#sums[start] ?? 0)) / (end - start);
    });
  }
}

/** Where runs may begin, and the end. */
function pointsOf({ values }: Sorted): number[] {
  const { length } = values;
  if (length <= MOST_POINTS) return Array.from({ length: length + 1 }, (_, i) => i);
  const [least = 0, most = 0] = [values[0], values[length - 1]];
  const borders = Array.from({ length: MOST_POINTS }, (_, i) =>
    firstFrom(values, least + ((most - least) * i) / MOST_POINTS),
  );
  return [...new Set([0, ...borders, length])];
}

/** Where each of at most `size` runs of the least error begins. */
function bestRuns(sorted: Sorted, points: readonly number[], size: number): number[] {
  const count = points.length - 1;
  const errorOf = (start: number, end: number) => sorted.error(points[start] ?? 0, points[end] ?? 0);
  let errors = Float64Array.from(points, (_, end) => errorOf(0, end));
  const begins: Int32Array[] = [];
  for (let runs = 2; runs <= Math.min(size, count); runs++) {
    const [next, begin] = [new Float64Array(count + 1), new Int32Array(count + 1)];
    // Where the last run begins never falls as the end rises: the middle end's halves what is left to try.
    const solve = (low: number, high: number, first: number, last: number): void => {
      if (low > high) return;
      const end = (low + high) >> 1;
      let [best, least] = [first, Number.POSITIVE_INFINITY];
      for (let start = first; start <= Math.min(last, end); start++) {
        const error = (errors[start] ?? 0) + errorOf(start, end);
        if (error < least) [best, least] = [start, error];
      }
      [next[end], begin[end]] = [least, best];
      solve(low, end - 1, first, best);
      solve(end + 1, high, best, last);
    };
    solve(runs - 1, count, runs - 1, count);
    errors = next;
    begins.push(begin);
  }
  const starts: number[] = [];
  let end = count;
  for (const begin of begins.reverse()) {
    end = begin[end] ?? 0;
    starts.push(points[end] ?? 0);
  }
  return [0, ...starts.reverse()];
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
