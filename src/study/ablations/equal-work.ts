import { SIZE, type Stage } from './plain-network.js';

/** What kernels of engines are made for: widths between are padded, and would cost more than depth does. */
const STEP = 8;

/** Multiply-accumulates of the convolutions of these stages, one after the other, the first on an image of three channels. */
export function macsOfStages(stages: readonly Stage[]): number {
  let macs = 0;
  let inputs = 3;
  let size = SIZE;
  for (const { layers, width } of stages) {
    size /= 2;
    macs += 9 * size * size * width * (inputs + (layers - 1) * width);
    inputs = width;
  }
  return macs;
}

/**
 * Stages of about as many multiply-accumulates, with so many layers in all: deeper ones are narrower. All but the first, which
 * is one layer, grow alike; of the widths around those that would do, in whole steps, those are taken whose work is nearest.
 */
export function atDepth([first, ...rest]: readonly Stage[], depth: number): readonly Stage[] {
  if (!first) return [];
  const counts = shared(
    rest.map(({ layers }) => layers),
    depth - first.layers,
  );
  const ideal = rest.map(({ width, layers }, at) => width * Math.sqrt(layers / (counts[at] ?? layers)));
  const work = macsOfStages([first, ...rest]);
  let nearest: readonly Stage[] = [];
  let distance = Number.POSITIVE_INFINITY;
  for (const widths of roundings(ideal)) {
    const stages = [first, ...widths.map((width, at) => ({ layers: counts[at] ?? 0, width }))];
    const off = Math.abs(macsOfStages(stages) - work);
    if (off >= distance) continue;
    [nearest, distance] = [stages, off];
  }
  return nearest;
}

/** So many layers, divided as these are, each at least one. */
function shared(counts: readonly number[], total: number): readonly number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  let before = 0;
  let given = 0;
  return counts.map((count) => {
    before += count;
    const share = Math.max(1, Math.round((before / sum) * total) - given);
    given += share;
    return share;
  });
}

/** Every way to round widths down or up to a step. */
function roundings(widths: readonly number[]): readonly (readonly number[])[] {
  return widths.reduce<readonly (readonly number[])[]>(
    (ways, width) => {
      const below = Math.max(STEP, STEP * Math.floor(width / STEP));
      return ways.flatMap((way) => [...new Set([below, below + STEP])].map((each) => [...way, each]));
    },
    [[]],
  );
}
