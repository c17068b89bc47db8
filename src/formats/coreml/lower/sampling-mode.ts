import { clip, type ResizedAxis } from '../../../lowering/resampling.js';

/** Positions at which Core ML's own bilinear resize reads, by sampling mode. */
const SAMPLING_MODES: ReadonlyMap<string, (i: number, along: ResizedAxis) => number> = new Map([
  ['UNALIGN_CORNERS', (i: number, { size, result }: ResizedAxis) => ((i + 0.5) * size) / result - 0.5],
  // Its formula has no value for a single element.
  [
    'STRICT_ALIGN_CORNERS',
    (i: number, { size, result }: ResizedAxis) => (result > 1 ? (i * (size - 1)) / (result - 1) : Number.NaN),
  ],
  ['DEFAULT', (i: number, { size, result }: ResizedAxis) => (i * size) / result],
]);

/** Farther than float32 rounds a position, nearer than any two formulas differ. */
const SAME_POSITION = 1e-4;

/** The sampling mode of Core ML that reads where the standard says, on all axes. */
export function samplingMode(
  axes: readonly ResizedAxis[],
  positions: readonly (readonly number[])[],
): string | undefined {
  for (const [mode, formula] of SAMPLING_MODES) {
    const isSame = axes.every((along, k) =>
      positions[k]?.every(
        (position, i) => Math.abs(clip(formula(i, along), along.size) - clip(position, along.size)) < SAME_POSITION,
      ),
    );
    if (isSame) return mode;
  }
  return undefined;
}
