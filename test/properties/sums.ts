import type { Value } from '../../src/model/index.js';
import type { Network } from '../network.js';
import type { Draw } from './random-networks.js';

/** Channels of every sum. */
export const CHANNELS = 4;

/** A term of a sum: where its taps lie along both axes, and what it costs per output pixel as it is written. */
export interface Branch {
  readonly offsets: readonly [readonly number[], readonly number[]];
  readonly groups: number;
  readonly isConv: boolean;
  readonly cost: number;
  /** Adds its nodes; its weights are there already, so that they are the same in every order. */
  readonly build: (x: Value) => Value;
}

/** Any branch that gives an image of the size of its source. */
export function anyBranch(n: Network, draw: Draw): Branch {
  switch (draw.below(10)) {
    case 0:
      return plain((x) => x, 0);
    case 1:
      return plain(withBatchNorm(n), CHANNELS);
    case 2: {
      const scale = n.random([CHANNELS, 1, 1], 0.5, 1.5);
      return plain((x) => n.mul(x, scale), CHANNELS);
    }
    case 3:
      return pool(n, draw.of([3, 5]));
    default:
      return kernel(n, draw);
  }
}

function plain(build: (x: Value) => Value, cost: number): Branch {
  return { offsets: [[0], [0]], groups: CHANNELS, isConv: false, cost, build };
}

/** Parameters now, the node later. */
function withBatchNorm(n: Network): (x: Value) => Value {
  const draw = (low: number) => n.random([CHANNELS], low, 1.5);
  const parameters = [draw(0.5), draw(-1), draw(-1), draw(0.5)];
  return (x) => n.node('BatchNormalization', [x, ...parameters], { epsilon: { float: 1e-3 } });
}

function pool(n: Network, size: number): Branch {
  const pad = (size - 1) / 2;
  const attributes = { kernel_shape: [size, size], pads: [pad, pad, pad, pad], count_include_pad: 1 };
  return {
    offsets: [offsets(size, 1), offsets(size, 1)],
    groups: CHANNELS,
    isConv: false,
    cost: CHANNELS * size * size,
    build: (x) => n.node('AveragePool', [x], attributes),
  };
}

function kernel(n: Network, draw: Draw): Branch {
  const size = draw.of([1, 3, 3, 5]);
  const [height, width] = draw.of([
    [size, size],
    [size, size],
    [1, 5],
    [5, 1],
    [3, 1],
    [1, 3],
  ] as const);
  const dilation = draw.of([1, 1, 2, 3]);
  const groups = draw.of([1, 1, 1, 2, CHANNELS]);
  const weight = n.random([CHANNELS, CHANNELS / groups, height, width]);
  const pads = [height, width].map((taps) => ((taps - 1) * dilation) / 2);
  const attributes = { dilations: [dilation, dilation], group: groups, pads: [...pads, ...pads] };
  const batchNorm = draw.below(2) ? withBatchNorm(n) : undefined;
  const cost = (CHANNELS * CHANNELS * height * width) / groups;
  return {
    offsets: [offsets(height, dilation), offsets(width, dilation)],
    groups,
    isConv: true,
    cost: cost + (batchNorm ? CHANNELS : 0),
    build: (x) => {
      const y = n.node('Conv', [x, weight], attributes);
      return batchNorm ? batchNorm(y) : y;
    },
  };
}

function offsets(size: number, dilation: number): number[] {
  return Array.from({ length: size }, (_, tap) => (tap - (size - 1) / 2) * dilation);
}

/** The fewest convolutions over all partitions of the branches in which no group costs more than what it replaces. */
export function fewestConvolutions(branches: readonly Branch[]): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (const groups of partitions(branches)) {
    const isAllowed = groups.every((group) => group.length === 1 || isMerge(group));
    if (isAllowed) fewest = Math.min(fewest, groups.filter((group) => group.some(({ isConv }) => isConv)).length);
  }
  return fewest;
}

function isMerge(group: readonly Branch[]): boolean {
  const taps = [0, 1].map((axis) => {
    const all = group.flatMap(({ offsets: both }) => both[axis] ?? []);
    const first = Math.min(...all);
    const step = all.reduce((divisor, offset) => divide(divisor, offset - first), 0);
    return step === 0 ? 1 : (Math.max(...all) - first) / step + 1;
  });
  const groups = group.reduce((divisor, branch) => divide(divisor, branch.groups), 0);
  const cost = (CHANNELS * CHANNELS * (taps[0] ?? 0) * (taps[1] ?? 0)) / groups;
  const replaced = group.reduce((sum, branch) => sum + branch.cost, (group.length - 1) * CHANNELS);
  return group.some(({ isConv }) => isConv) && cost <= replaced;
}

/** The greatest common divisor. */
function divide(a: number, b: number): number {
  return b === 0 ? a : divide(b, a % b);
}

function* partitions<T>(items: readonly T[]): Generator<T[][]> {
  const [first, ...rest] = items;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const groups of partitions(rest)) {
    yield [[first], ...groups];
    for (const [place, group] of groups.entries()) yield groups.with(place, [first, ...group]);
  }
}

/** The same in another order. */
export function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const left = [...items];
  return items.map(() => left.splice(draw.below(left.length), 1)[0] as T);
}

/** Adds values up in a tree of any form, some of it by `Sum`. */
export function anySum(n: Network, draw: Draw, values: readonly Value[]): Value {
  const left = [...values];
  while (left.length > 1) {
    const at = draw.below(left.length - 1);
    const count = draw.below(4) === 0 ? 3 : 2;
    const taken = left.slice(at, at + count);
    left.splice(at, taken.length, n.node(taken.length === 2 ? 'Add' : 'Sum', taken));
  }
  return left[0] as Value;
}
