/** A linear map between flattened values, in float64. */
export interface LinearMap {
  readonly inputSize: number;
  readonly outputSize: number;
  /** Adds the images of `count` vectors of `x`, which follow one another, to those of `y`. */
  addTo(y: Float64Array, x: Float64Array, count: number): void;
  /** The map of absolute factors: what a sum of its terms could be at most. */
  magnitudes(): LinearMap;
}

/** Every element times a factor of its own, or times 1. */
export class DiagonalMap implements LinearMap {
  readonly inputSize: number;
  readonly #factors: Float64Array | undefined;

  constructor(size: number, factors?: Float64Array) {
    this.inputSize = size;
    this.#factors = factors;
  }

  get outputSize(): number {
    return this.inputSize;
  }

  addTo(y: Float64Array, x: Float64Array, count: number): void {
    const [size, factors] = [this.inputSize, this.#factors];
    for (let start = 0; start < count * size; start += size) {
      for (let i = 0; i < size; i++) {
        const value = x[start + i] ?? 0;
        if (value !== 0) y[start + i] = (y[start + i] ?? 0) + (factors ? (factors[i] ?? 0) * value : value);
      }
    }
  }

  magnitudes(): LinearMap {
    return this.#factors ? new DiagonalMap(this.inputSize, this.#factors.map(Math.abs)) : this;
  }
}

/** For each element of the operand the elements of the result that it goes to, and what it is multiplied by on the way. */
export interface SparseParts {
  readonly inputSize: number;
  readonly outputSize: number;
  /** Element i goes to `targets[starts[i]]` up to, but for `targets[starts[i + 1]]`. */
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  /** One for each target; absent: 1. */
  readonly factors?: Float64Array | undefined;
  /** The same for so many parts of the operand that follow one another; 1 by default. */
  readonly repeats?: number;
}

/** Any linear map that has few factors which are not 0. */
export class SparseMap implements LinearMap {
  readonly #parts: SparseParts;
  readonly #repeats: number;

  constructor(parts: SparseParts) {
    this.#parts = parts;
    this.#repeats = parts.repeats ?? 1;
  }

  get inputSize(): number {
    return this.#parts.inputSize * this.#repeats;
  }

  get outputSize(): number {
    return this.#parts.outputSize * this.#repeats;
  }

  addTo(y: Float64Array, x: Float64Array, count: number): void {
    const { inputSize, outputSize, starts, targets, factors } = this.#parts;
    for (let vector = 0; vector < count * this.#repeats; vector++) {
      const [from, to] = [vector * inputSize, vector * outputSize];
      for (let i = 0; i < inputSize; i++) {
        const value = x[from + i] ?? 0;
        if (value === 0) continue;
        const end = starts[i + 1] ?? 0;
        for (let k = starts[i] ?? 0; k < end; k++) {
          const at = to + (targets[k] ?? 0);
          y[at] = (y[at] ?? 0) + (factors ? (factors[k] ?? 0) * value : value);
        }
      }
    }
  }

  magnitudes(): LinearMap {
    const { factors } = this.#parts;
    return factors ? new SparseMap({ ...this.#parts, factors: factors.map(Math.abs) }) : this;
  }
}

/**
 * The map whose result takes element `places[i]` of the operand, times `factors[i]`, for its element i.
 * @param places -1: none, the result is 0 there
 */
export function gathered(inputSize: number, places: Int32Array, factors?: Float64Array): LinearMap {
  if (places.length === inputSize && places.every((place, i) => place === i))
    return new DiagonalMap(inputSize, factors);
  const starts = new Int32Array(inputSize + 1);
  for (const place of places) if (place >= 0) starts[place + 1] = (starts[place + 1] ?? 0) + 1;
  for (let i = 0; i < inputSize; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const next = starts.slice();
  const count = starts[inputSize] ?? 0;
  const targets = new Int32Array(count);
  const ordered = factors && new Float64Array(count);
  places.forEach((place, i) => {
    if (place < 0) return;
    const at = next[place] ?? 0;
    next[place] = at + 1;
    targets[at] = i;
    if (ordered) ordered[at] = factors[i] ?? 0;
  });
  return new SparseMap({ inputSize, outputSize: places.length, starts, targets, factors: ordered });
}

/** The map that adds element i of the operand, times `factor`, to element `targets[i]` of the result. */
export function summed(outputSize: number, targets: Int32Array, factor: number): LinearMap {
  return new SparseMap({
    inputSize: targets.length,
    outputSize,
    starts: counted(targets.length + 1, (i) => i),
    targets,
    factors: new Float64Array(targets.length).fill(factor),
  });
}

/** The elements at these places; 0 for -1, nowhere. */
export function taken(elements: Float64Array, places: Int32Array): Float64Array {
  const result = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) result[i] = elements[places[i] ?? -1] ?? 0;
  return result;
}

/** `of(0)`, `of(1)` and so on. */
export function counted(length: number, of: (i: number) => number): Int32Array {
  return new Int32Array(length).map((_, i) => of(i));
}

/** Every sum of one entry of each list, the last list's changing first; -1, nowhere, where an entry is that. */
export function sums(lists: readonly Int32Array[]): Int32Array {
  let places = Int32Array.of(0);
  for (const steps of lists) {
    const grown = new Int32Array(places.length * steps.length);
    for (let i = 0, at = 0; i < places.length; i++) {
      const place = places[i] ?? 0;
      for (let k = 0; k < steps.length; k++, at++) {
        const step = steps[k] ?? 0;
        grown[at] = place < 0 || step < 0 ? -1 : place + step;
      }
    }
    places = grown;
  }
  return places;
}

/** Which input pixel reaches which output pixel, and by which tap of a kernel. */
export interface Links {
  /** Those of pixel i stand from `starts[i]` up to, but for `starts[i + 1]`. */
  readonly starts: Int32Array;
  readonly taps: Int32Array;
  readonly pixels: Int32Array;
}

/**
 * The links of a kernel over any number of spatial axes.
 * @param reached the place along an axis that a tap leads to from a place of the input; undefined: none
 */
export function linksOf(
  input: readonly number[],
  kernel: readonly number[],
  output: readonly number[],
  reached: (axis: number, place: number, tap: number) => number | undefined,
): Links {
  let rows: [tap: number, pixel: number][][] = [[[0, 0]]];
  input.forEach((size, axis) => {
    const [taps = 1, length = 1] = [kernel[axis], output[axis]];
    const along = Array.from({ length: size }, (_, place) =>
      Array.from({ length: taps }, (_, tap) => [tap, reached(axis, place, tap) ?? -1] as const).filter(
        ([, target]) => target >= 0 && target < length,
      ),
    );
    rows = rows.flatMap((row) =>
      along.map((links) =>
        row.flatMap(([tap, pixel]) =>
          links.map(([more, target]): [number, number] => [tap * taps + more, pixel * length + target]),
        ),
      ),
    );
  });
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] ?? 0) + row.length;
  });
  const flat = rows.flat();
  return { starts, taps: Int32Array.from(flat, ([tap]) => tap), pixels: Int32Array.from(flat, ([, pixel]) => pixel) };
}

/** How far apart neighbours along an axis are. */
interface Steps {
  readonly channel: number;
  readonly pixel: number;
}

export interface KernelParts {
  /** Images that follow one another, each of `groups * inputs` channels and `pixels.input` pixels. */
  readonly images: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly pixels: { readonly input: number; readonly output: number };
  readonly steps: { readonly input: Steps; readonly output: Steps };
  readonly links: Links;
  readonly weights: Float64Array;
  readonly weightSteps: {
    readonly group: number;
    readonly output: number;
    readonly input: number;
    readonly tap: number;
  };
}

/** A convolution, or a product with a constant matrix: every channel of a group has a say in every result of it. */
export class KernelMap implements LinearMap {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly #parts: KernelParts;

  constructor(parts: KernelParts) {
    const { images, groups, inputs, outputs, pixels } = parts;
    this.#parts = parts;
    this.inputSize = images * groups * inputs * pixels.input;
    this.outputSize = images * groups * outputs * pixels.output;
  }

  addTo(y: Float64Array, x: Float64Array, count: number): void {
    const { images, groups, inputs, outputs, pixels, steps } = this.#parts;
    const [inputSize, outputSize] = [groups * inputs * pixels.input, groups * outputs * pixels.output];
    for (let image = 0; image < count * images; image++) {
      for (let i = 0; i < inputSize; i++) {
        const value = x[image * inputSize + i] ?? 0;
        if (value === 0) continue;
        const channel = Math.floor(i / steps.input.channel) % (groups * inputs);
        this.#spread(y, image * outputSize, value, channel, Math.floor(i / steps.input.pixel) % pixels.input);
      }
    }
  }

  /** Adds what one element gives to every output of its group. */
  #spread(y: Float64Array, to: number, value: number, channel: number, pixel: number): void {
    const { inputs, outputs, steps, links, weights, weightSteps } = this.#parts;
    const group = Math.floor(channel / inputs);
    const first = group * weightSteps.group + (channel - group * inputs) * weightSteps.input;
    const [start, end] = [links.starts[pixel] ?? 0, links.starts[pixel + 1] ?? 0];
    for (let output = 0; output < outputs; output++) {
      const row = to + (group * outputs + output) * steps.output.channel;
      const factor = first + output * weightSteps.output;
      for (let k = start; k < end; k++) {
        const at = row + (links.pixels[k] ?? 0) * steps.output.pixel;
        y[at] = (y[at] ?? 0) + (weights[factor + (links.taps[k] ?? 0) * weightSteps.tap] ?? 0) * value;
      }
    }
  }

  magnitudes(): LinearMap {
    return new KernelMap({ ...this.#parts, weights: this.#parts.weights.map(Math.abs) });
  }
}
