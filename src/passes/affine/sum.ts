import { type AffineMap, type Sampling, tapsOf } from './affine-map.js';
import { takeZeros } from './spare-arrays.js';

/** A kernel and a bias that maps of one source are added to, laid out as the map that holds them all. */
export class Sum {
  readonly kernel: Float64Array;
  /** undefined: zeros. */
  bias: Float64Array | undefined;
  readonly #map: AffineMap;

  constructor(map: AffineMap) {
    this.#map = map;
    this.kernel = takeZeros(map.outChannels * columnsOf(map) * tapsOf(map));
  }

  /** += diag(factor) (W x + b), each tap put where its offset lies in the finer and larger grid of the sum. */
  add(
    map: AffineMap,
    { kernel, bias }: { readonly kernel: Float32Array | Float64Array; readonly bias: Float64Array | undefined },
    factor: Float64Array,
  ): void {
    if (hasLayoutOf(this.#map, map)) this.#addRows(kernel, factor);
    else this.#addTaps(map, kernel, factor);
    this.addBias(bias, factor);
  }

  addBias(bias: Float64Array | undefined, factor: Float64Array): void {
    if (!bias) return;
    this.bias ??= new Float64Array(factor.length);
    for (let m = 0; m < factor.length; m++) {
      this.bias[m] = (this.bias[m] ?? 0) + (factor[m] ?? 0) * (bias[m] ?? 0);
    }
  }

  #addRows(kernel: Float32Array | Float64Array, factor: Float64Array): void {
    const target = this.kernel;
    const row = target.length / factor.length;
    for (let m = 0, at = 0; m < factor.length; m++) {
      const f = factor[m] ?? 0;
      for (const end = at + row; at < end; at++) target[at] = (target[at] ?? 0) + f * (kernel[at] ?? 0);
    }
  }

  #addTaps(part: AffineMap, kernel: Float32Array | Float64Array, factor: Float64Array): void {
    const map = this.#map;
    const target = this.kernel;
    const places = tapPlaces(map.axes, part.axes);
    const taps = tapsOf(map);
    const [columns, partColumns] = [columnsOf(map), columnsOf(part)];
    const [rows, partRows] = [map.outChannels / map.groups, part.outChannels / part.groups];
    let from = 0;
    for (let m = 0; m < map.outChannels; m++) {
      const f = factor[m] ?? 0;
      const shift = Math.floor(m / partRows) * partColumns - Math.floor(m / rows) * columns;
      for (let c = 0; c < partColumns; c++) {
        const to = (m * columns + shift + c) * taps;
        for (const place of places) {
          target[to + place] = (target[to + place] ?? 0) + f * (kernel[from++] ?? 0);
        }
      }
    }
  }
}

function columnsOf(map: AffineMap): number {
  return map.inChannels / map.groups;
}

function hasLayoutOf(map: AffineMap, part: AffineMap): boolean {
  return (
    map.groups === part.groups &&
    map.axes.every((axis, i) => axis.kernel === part.axes[i]?.kernel && axis.padBegin === part.axes[i]?.padBegin)
  );
}

/** For each tap of `part`, row-major, its place in the kernel of `map`. */
function tapPlaces(map: readonly Sampling[], part: readonly Sampling[]): readonly number[] {
  let places = [0];
  map.forEach((axis, i) => {
    const own = part[i];
    if (!own) throw new RangeError('maps of different rank');
    const first = (axis.padBegin - own.padBegin) / axis.dilation;
    const step = own.kernel === 1 ? 0 : own.dilation / axis.dilation;
    places = places.flatMap((place) =>
      Array.from({ length: own.kernel }, (_, tap) => place * axis.kernel + first + tap * step),
    );
  });
  return places;
}
