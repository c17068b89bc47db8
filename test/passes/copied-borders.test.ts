import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { fuseAffine } from '../../src/passes/fuse-affine.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [1, 4, 5, 6];
const OPEN = ['n', 4, 'height', 'width'];

/** As large as an image must be for reflections of two pixels. */
const SMALL = [2, 4, 3, 3];

const bordered = (n: Network, x: Value, mode: string, pads: readonly number[] = [0, 0, 1, 1, 0, 0, 1, 1]) =>
  n.node('Pad', [x, n.integers(pads)], { mode });

const wide = [0, 0, 2, 2, 0, 0, 2, 2];

async function expectOneConvolution(build: (n: Network) => Value | readonly Value[], opset = 17): Promise<void> {
  const graph = await expectExact(network(build, { opset }), fuseAffine());
  expect(graph.count('Conv')).toBe(1);
  expect(graph.count('Add', 'Sub', 'Mul')).toBe(0);
}

describe.each([
  ['reflect', 17],
  ['edge', 17],
  ['wrap', 19],
] as const)('a border of copies, mode %s', (mode, opset) => {
  test.each([
    ['known', IMAGE],
    ['open', OPEN],
    ['small', SMALL],
  ])('a 3x3 with it, a 1x1 without and a skip are one convolution at %s sizes', (_, shape) =>
    expectOneConvolution((n) => {
      const x = n.relu(n.input(shape));
      const small = n.mul(n.conv(x, { bias: true }), n.random([4, 1, 1]));
      return n.sub(n.add(small, n.conv(bordered(n, x, mode), { kernel: 3, bias: true })), x);
    }, opset),
  );
});

test.each(['reflect', 'edge'])('borders of two widths are one border: mode %s', async (mode) => {
  await expectOneConvolution((n) => {
    const x = n.relu(n.input(SMALL));
    const inner = n.conv(bordered(n, x, mode), { kernel: 3 });
    return n.add(n.add(inner, n.conv(bordered(n, x, mode, wide), { kernel: 5, bias: true })), n.conv(x));
  });
});

const untouched: readonly (readonly [string, (n: Network, x: Value) => Value | readonly Value[]])[] = [
  [
    'a border wider than the kernel reaches, which leaves a larger image',
    (n, x) => [n.relu(n.conv(bordered(n, x, 'reflect', wide), { kernel: 3 })), n.relu(n.conv(x))],
  ],
  [
    'a border of another kind',
    (n, x) => n.add(n.conv(bordered(n, x, 'reflect'), { kernel: 3 }), n.conv(bordered(n, x, 'edge'), { kernel: 3 })),
  ],
  [
    'a branch with zeros around the image',
    (n, x) => n.add(n.conv(bordered(n, x, 'edge'), { kernel: 3 }), n.conv(x, { kernel: 3, pad: 1 })),
  ],
  [
    'a border of more channels',
    (n, x) => {
      const pads = [0, 1, 1, 1, 0, 0, 1, 1];
      return n.add(n.conv(bordered(n, x, 'edge', pads), { kernel: 3, channels: 4 }), n.conv(x));
    },
  ],
  [
    'a border that others read before the branches are added',
    (n, x) => {
      const [a, b] = [n.conv(bordered(n, x, 'edge'), { kernel: 3 }), n.conv(x)];
      return [n.add(a, b), n.relu(a), n.relu(b)];
    },
  ],
  [
    'a border that takes pixels away on one side',
    (n, x) => {
      const pads = [0, 0, 2, 1, 0, 0, -1, 1];
      const y = n.node('Slice', [x, n.integers([1]), n.integers([5]), n.integers([2])]);
      return n.add(n.conv(bordered(n, x, 'edge', pads), { kernel: 3 }), n.conv(y));
    },
  ],
];

test.each(untouched)('%s is left alone', (_, build) => {
  expectUntouched(
    network((n) => build(n, n.relu(n.input(IMAGE)))),
    fuseAffine(),
  );
});
