import { sameShape, type Tensor } from '../../model/index.js';

/** By how much a value differs from what it should be, over all samples: one number, whatever the value's size. */
export class Deviation {
  /** Largest magnitude of what it should be. */
  largest = 0;
  /** Which of those that were added shows it best. */
  worst = 0;
  #count = 0;
  #difference = 0;
  #isBroken = false;

  add(expected: Tensor, actual: Tensor | undefined): void {
    const before = this.#isBroken ? Number.POSITIVE_INFINITY : this.#difference;
    this.#compare(expected, actual);
    const after = this.#isBroken ? Number.POSITIVE_INFINITY : this.#difference;
    if (after > before) this.worst = this.#count;
    this.#count++;
  }

  #compare(expected: Tensor, actual: Tensor | undefined): void {
    if (!actual || !sameShape(expected.shape, actual.shape) || expected.strings) {
      this.#isBroken = true;
      return;
    }
    const [a, b] = [numbersOf(expected), numbersOf(actual)];
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [a[i] ?? 0, b[i] ?? 0];
      if (Number.isFinite(x) && Number.isFinite(y)) {
        this.largest = Math.max(this.largest, Math.abs(x));
        this.#difference = Math.max(this.#difference, Math.abs(x - y));
      } else if (!Object.is(x, y)) this.#isBroken = true;
    }
  }

  /** max abs(expected - actual) / max abs(expected); infinite where sizes differ, or one of them alone is NaN or infinite. */
  get error(): number {
    if (this.#isBroken) return Number.POSITIVE_INFINITY;
    return this.#difference === 0 ? 0 : this.#difference / this.largest;
  }
}

/** Most values are of float32, and read as they lie: a copy of each in float64 would be more garbage than all else. */
function numbersOf(tensor: Tensor): Float32Array | Float64Array {
  return tensor.dtype === 'float32' ? tensor.toFloat32() : tensor.toFloat64();
}
