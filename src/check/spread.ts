import { isFloat, type Tensor } from '../model/index.js';

/**
 * How much an output answers to the input at all: the largest abs(a(x) - a(y)) over pairs of trials whose inputs have
 * equal shapes. Element by element that is the largest less the smallest value, so one pass over the trials is enough.
 */
export class Spread {
  readonly #ranges = new Map<string, { low: Float64Array; high: Float64Array; count: number }>();

  /** @param setting trials with equal shapes of inputs have the same */
  add(setting: number, output: Tensor): void {
    if (!isFloat(output.dtype)) return;
    const key = `${setting}:${output.shape.join()}`;
    const values = output.toFloat64();
    const range = this.#ranges.get(key);
    if (!range) {
      this.#ranges.set(key, { low: values, high: values.slice(), count: 1 });
      return;
    }
    range.count++;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (value < (range.low[i] ?? 0)) range.low[i] = value;
      if (value > (range.high[i] ?? 0)) range.high[i] = value;
    }
  }

  /** @returns null where there is no pair of trials, or no finite element */
  largest(): number | null {
    let largest: number | null = null;
    for (const { low, high, count } of this.#ranges.values()) {
      if (count < 2) continue;
      for (let i = 0; i < low.length; i++) {
        const difference = (high[i] ?? 0) - (low[i] ?? 0);
        if (Number.isFinite(difference)) largest = Math.max(largest ?? 0, difference);
      }
    }
    return largest;
  }
}
