import type { DataType } from '../../model/index.js';

/** The smallest normal magnitude of a type, and what numbers below it are multiples of. */
const BELOW_NORMAL: Readonly<Partial<Record<DataType, { readonly normal: number; readonly unit: number }>>> = {
  float16: { normal: 2 ** -14, unit: 2 ** -24 },
  bfloat16: { normal: 2 ** -126, unit: 2 ** -133 },
  float32: { normal: 2 ** -126, unit: 2 ** -149 },
};

/** So much of what an output is made of may be lost below the normal numbers: half of what float16 resolves twice over. */
const MOST_LOST = 2 ** -9;

/** Which output each element of a weight has a part in, row-major. */
export interface OutputsOfWeight {
  readonly count: number;
  outputOf(at: number): number;
}

/**
 * @param shape of the weight
 * @param axis along which its outputs lie, within each group of rows of axis 0 where that is another axis
 */
export function outputsAlong(shape: readonly number[], axis: number, groups = 1): OutputsOfWeight {
  const size = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const perGroup = shape.reduce((product, length) => product * length, 1) / groups;
  const count = axis === 0 ? size : size * groups;
  const outputOf = (at: number) =>
    (Math.floor(at / inner) % size) + (axis === 0 ? 0 : size * Math.floor(at / perGroup));
  return { count, outputOf };
}

/**
 * Whether rounding to a type takes so many digits from weights below its normal numbers that an output shows it: a weight of
 * 2^-23 in float16 is off by a quarter. An output is measured by the sum of its weights' magnitudes and its bias.
 * @param values before rounding
 */
export function underflows(
  dtype: DataType,
  values: Float64Array,
  { count, outputOf }: OutputsOfWeight,
  bias: Float64Array | undefined,
): boolean {
  const { normal = 0, unit = 1 } = BELOW_NORMAL[dtype] ?? {};
  // Nearly all weights have none.
  if (!holdsBelow(values, normal)) return false;
  const [lost, held] = [new Float64Array(count), new Float64Array(count)];
  for (const [at, value] of values.entries()) {
    const output = outputOf(at);
    const magnitude = Math.abs(value);
    held[output] = (held[output] ?? 0) + magnitude;
    if (magnitude < normal) {
      lost[output] = (lost[output] ?? 0) + Math.abs(magnitude - Math.round(magnitude / unit) * unit);
    }
  }
  return lost.some((loss, output) => loss > MOST_LOST * ((held[output] ?? 0) + Math.abs(bias?.[output] ?? 0)));
}

/** Whether a number other than 0 is nearer to 0 than that. In a plain loop: all weights come by here. */
function holdsBelow(values: Float64Array, normal: number): boolean {
  for (let at = 0; at < values.length; at++) {
    const magnitude = Math.abs(values[at] ?? 0);
    if (magnitude < normal && magnitude !== 0) return true;
  }
  return false;
}
