import { decline } from '../../../lowering/decline.js';
import { expectFloat } from '../../../lowering/operands.js';
import type { Dimension } from '../../../model/index.js';
import type { ResizeParameters } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Builder, Ref } from '../builder.js';
import type { Site } from '../row.js';
import { moving } from './gathering.js';

/** One axis of any image; the scale is undefined where it follows from sizes that are not known. */
export interface OpenAxis {
  readonly size: Dimension;
  readonly result: Dimension;
  readonly scale: number | undefined;
}

/**
 * Resizes axes in memory, one after the other, whose sizes are known only when it runs: elements are gathered by positions that
 * are computed, and added up by what each counts.
 * @param axes undefined where an axis stays
 * @throws Declined for regions, and where antialias would take more elements than without
 */
export function resampled(site: Site, axes: readonly (OpenAxis | undefined)[], parameters: ResizeParameters): Ref {
  const { antialias, mode, givenBy, coordinateTransformationMode } = parameters;
  if (coordinateTransformationMode === 'tf_crop_and_resize') return decline('regions of an axis of unknown size');
  if (antialias && axes.some((axis) => axis && (givenBy === 'sizes' || (axis.scale ?? 0) < 1))) {
    return decline('an axis of unknown size with antialias; fix it with --shape');
  }
  const along = (x: Ref) =>
    axes.reduce((made, axis, at) => (axis ? new Resampling(site, made, at, axis, parameters).result() : made), x);
  if (mode === 'nearest') return moving(site, along);
  expectFloat(site);
  return along(site.input(0));
}

/** What lies so near to the middle of two elements is a tie, as where all is known beforehand. */
const TIE = 1e-6;

/** One axis of one image. */
class Resampling {
  readonly #build: Builder;
  readonly #rank: number;
  readonly #x: Ref;
  readonly #at: number;
  readonly #mode: ResizeParameters;
  readonly #known: number | undefined;
  /** Sizes before and after, and their ratio or what is given instead of that: float32 scalars. */
  readonly #size: Ref;
  readonly #result: Ref;
  readonly #scale: Ref;

  constructor(site: Site, x: Ref, at: number, { result, scale }: OpenAxis, mode: ResizeParameters) {
    const { build } = site;
    this.#build = build;
    this.#rank = site.order(0).length;
    this.#x = x;
    this.#at = at;
    this.#mode = mode;
    this.#known = mode.givenBy === 'scales' ? scale : undefined;
    const scalar = (vector: Ref) => build.cast(build.squeeze(vector, [0]), 'int32', 'float32');
    this.#size = scalar(build.stridedSlice(build.shapeOf(x), { begin: [at], end: [at + 1], strides: [1] }));
    if (this.#known === undefined) {
      this.#result = scalar(site.shapeVector([result]));
      this.#scale = build.op('RealDiv', [this.#result, this.#size]);
    } else {
      this.#scale = build.float(this.#known);
      this.#result = build.op('Floor', [build.op('Mul', [this.#size, this.#scale])]);
    }
  }

  result(): Ref {
    const positions = this.#positions();
    if (this.#mode.mode === 'nearest') return this.#gathered(this.#nearest(positions));
    const taps = this.#mode.mode === 'cubic' ? this.#cubic(positions) : this.#linear(positions);
    const shape = Array.from({ length: this.#rank }, (_, axis) => (axis === this.#at ? -1 : 1));
    return taps
      .map(({ place, weight }) =>
        this.#op('Mul', this.#gathered(place), this.#build.reshape(weight, this.#build.ints(shape))),
      )
      .reduce((sum, part) => this.#op('AddV2', sum, part));
  }

  #op(name: string, ...operands: readonly (Ref | number)[]): Ref {
    return this.#build.op(
      name,
      operands.map((operand) => (typeof operand === 'number' ? this.#build.float(operand) : operand)),
    );
  }

  /** Where each element of the result lies, in the order of operations in which ONNX Runtime rounds. */
  #positions(): Ref {
    const build = this.#build;
    const count = build.cast(this.#result, 'float32', 'int32');
    const steps = build.op('Range', [build.int(0), count, build.int(1)], { Tidx: attribute.type('int32') });
    const index = build.cast(steps, 'int32', 'float32');
    const middle = () => this.#op('RealDiv', this.#op('AddV2', index, 0.5), this.#scale);
    switch (this.#mode.coordinateTransformationMode) {
      case 'half_pixel':
        return this.#op('Sub', middle(), 0.5);
      case 'pytorch_half_pixel': {
        const isLong = build.cast(this.#op('Greater', this.#result, 1), 'bool', 'float32');
        return this.#op('Mul', this.#op('Sub', middle(), 0.5), isLong);
      }
      case 'half_pixel_symmetric': {
        const share = this.#op('RealDiv', this.#result, this.#op('Mul', this.#scale, this.#size));
        const offset = this.#op('Mul', this.#op('Mul', this.#size, 0.5), this.#op('Sub', 1, share));
        return this.#op('AddV2', offset, this.#op('Sub', middle(), 0.5));
      }
      case 'align_corners': {
        const last = this.#op('Maximum', this.#op('Sub', this.#result, 1), 1);
        return this.#op('RealDiv', this.#op('Mul', index, this.#op('Sub', this.#size, 1)), last);
      }
      case 'asymmetric':
        return this.#op('RealDiv', index, this.#scale);
      case 'tf_half_pixel_for_nn':
        return middle();
      default:
        return decline('an axis of unknown size in this mode; fix it with --shape');
    }
  }

  #nearest(positions: Ref): Ref {
    switch (this.#mode.nearestMode) {
      case 'floor':
        return this.#op('Floor', positions);
      case 'ceil':
        return this.#op('Ceil', positions);
      case 'round_prefer_floor':
        return this.#op('Ceil', this.#op('Sub', positions, 0.5 + TIE));
      case 'round_prefer_ceil':
        return this.#op('Floor', this.#op('AddV2', positions, 0.5 + TIE));
      case 'mixed':
        if (this.#known === undefined) return decline('an axis of unknown size in this mode; fix it with --shape');
        return this.#op(this.#known < 1 ? 'Ceil' : 'Floor', positions);
    }
  }

  #linear(positions: Ref): Tap[] {
    const inside = this.#clipped(positions);
    const place = this.#op('Floor', inside);
    const weight = this.#op('Sub', inside, place);
    return [
      { place, weight: this.#op('Sub', 1, weight) },
      { place: this.#op('AddV2', place, 1), weight },
    ];
  }

  /** Outside of the image its border repeats, or counts nothing with `exclude_outside`. */
  #cubic(positions: Ref): Tap[] {
    const first = this.#op('Floor', positions);
    const beyond = this.#op('Sub', positions, first);
    const taps = [-1, 0, 1, 2].map((step) => {
      const place = step === 0 ? first : this.#op('AddV2', first, step);
      const distance = step > 0 ? this.#op('Sub', step, beyond) : this.#op('AddV2', beyond, -step);
      return { place, weight: this.#cubicWeight(distance, step === 0 || step === 1) };
    });
    if (!this.#mode.excludeOutside) return taps;
    const inside = taps.map(({ place, weight }) => {
      const isInside = this.#build.cast(this.#op('Equal', place, this.#clipped(place)), 'bool', 'float32');
      return { place, weight: this.#op('Mul', weight, isInside) };
    });
    const total = inside.map(({ weight }) => weight).reduce((sum, weight) => this.#op('AddV2', sum, weight));
    return inside.map(({ place, weight }) => ({ place, weight: this.#op('RealDiv', weight, total) }));
  }

  /** Keys's kernel, of which `a` is the coefficient, at distances up to 1 or from there to 2. */
  #cubicWeight(distance: Ref, isInner: boolean): Ref {
    const a = this.#mode.cubicCoeffA;
    const coefficients = isInner ? [a + 2, -a - 3, 0, 1] : [a, -5 * a, 8 * a, -4 * a];
    const [cube = 0, square = 0, ...others] = coefficients;
    const first = this.#op('AddV2', this.#op('Mul', distance, cube), square);
    return others.reduce<Ref>(
      (sum, coefficient) => this.#op('AddV2', this.#op('Mul', sum, distance), coefficient),
      first,
    );
  }

  #clipped(positions: Ref): Ref {
    return this.#op('Minimum', this.#op('Maximum', positions, 0), this.#op('Sub', this.#size, 1));
  }

  /** @param places float32, of which those outside are moved to the border */
  #gathered(places: Ref): Ref {
    return this.#build.gather(this.#x, this.#build.cast(this.#clipped(places), 'float32', 'int32'), this.#at);
  }
}

/** An element of the source for each of the result, and what it counts: [result]. */
interface Tap {
  readonly place: Ref;
  readonly weight: Ref;
}
