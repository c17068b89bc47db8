import { describe, expect, test } from 'vitest';
import { UnsupportedError, type Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, operations } from './judge.js';

interface Window {
  readonly weight: readonly number[];
  readonly group?: number;
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  readonly auto_pad?: string;
}

/** Kernel and stride along height and width, and groups; ONNX Runtime takes no dilation with SAME. */
const WINDOWS = [1, 2, 3, 5].flatMap((high) =>
  [1, 2, 3].flatMap((down) => [1, 4].map((group) => [high, (high % 3) + 1, down, (down % 3) + 1, group] as const)),
);

function convolution(n: Network, x: Value, { weight, ...attributes }: Window): Value {
  return n.node('Conv', [x, n.random(weight, -0.5, 0.5), n.random(weight.slice(0, 1))], { ...attributes });
}

describe('a convolution is exact', () => {
  test.each<[string, readonly number[], Window]>([
    [
      'with symmetric padding at stride 2, which is not SAME',
      [1, 3, 8, 8],
      { weight: [4, 3, 3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    ],
    ['with another padding on each side', [2, 3, 7, 6], { weight: [4, 3, 3, 3], pads: [0, 2, 1, 0] }],
    ['with padding beyond the kernel', [1, 2, 4, 4], { weight: [3, 2, 2, 2], pads: [3, 2, 2, 3] }],
    ['with SAME_UPPER', [1, 3, 7, 8], { weight: [4, 3, 3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    ['with SAME_LOWER', [1, 3, 7, 8], { weight: [4, 3, 3, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
    ['with other strides per axis', [1, 3, 8, 9], { weight: [4, 3, 3, 3], strides: [1, 3] }],
    ['with dilation', [1, 3, 9, 9], { weight: [4, 3, 3, 3], dilations: [2, 1], pads: [2, 1, 2, 1] }],
    ['with dilation and stride together', [1, 3, 11, 11], { weight: [4, 3, 3, 3], dilations: [2, 2], strides: [2, 2] }],
    ['depthwise', [1, 6, 7, 7], { weight: [6, 1, 3, 3], group: 6, pads: [1, 1, 1, 1], strides: [2, 2] }],
    [
      'depthwise with dilation and stride',
      [1, 6, 9, 9],
      { weight: [6, 1, 3, 3], group: 6, dilations: [2, 2], strides: [2, 2] },
    ],
    ['depthwise with a multiplier', [1, 3, 6, 6], { weight: [6, 1, 3, 3], group: 3 }],
    ['depthwise 7x7', [1, 4, 9, 8], { weight: [4, 1, 7, 7], group: 4, pads: [3, 3, 3, 3] }],
    [
      'depthwise 7x7 at stride 2',
      [1, 4, 9, 8],
      { weight: [4, 1, 7, 7], group: 4, pads: [3, 3, 3, 3], strides: [2, 2] },
    ],
    ['depthwise 9x3', [1, 4, 9, 8], { weight: [4, 1, 9, 3], group: 4, pads: [4, 1, 4, 1] }],
    ['depthwise 7x7 without padding', [1, 4, 9, 8], { weight: [4, 1, 7, 7], group: 4 }],
    ['in groups', [1, 8, 6, 6], { weight: [12, 2, 3, 3], group: 4, pads: [1, 1, 1, 1] }],
    ['in many small groups', [1, 64, 5, 5], { weight: [64, 2, 3, 3], group: 32, pads: [1, 1, 1, 1] }],
    ['over one axis', [2, 3, 9], { weight: [4, 3, 3], strides: [2], pads: [1, 0] }],
    ['over one axis in groups', [2, 4, 9], { weight: [4, 2, 3], group: 2, dilations: [2] }],
    ['over three axes without padding', [1, 2, 4, 5, 4], { weight: [3, 2, 2, 2, 2] }],
  ])('%s', async (_, shape, window) => {
    await expectEquivalent(network((n) => convolution(n, n.input(shape), window)));
  });

  test('with a kernel and a bias that the graph computes', async () => {
    const model = network((n) =>
      n.node('Conv', [n.input([1, 3, 6, 6]), n.input([4, 3, 3, 3]), n.reshape(n.input([2, 2]), [4])], {
        pads: [1, 1, 1, 1],
      }),
    );
    await expectEquivalent(model);
  });

  test('with a computed grouped kernel', async () => {
    await expectEquivalent(
      network((n) => n.node('Conv', [n.input([1, 4, 6, 6]), n.input([6, 2, 3, 3])], { group: 2 })),
    );
  });
});

test('SAME padding is right at every size, or declined, where sizes are open', async () => {
  let judged = 0;
  for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER']) {
    for (const [high, wide, down, across, group] of WINDOWS) {
      const weight = [4, 4 / group, high, wide];
      const window = { weight, group, strides: [down, across], auto_pad };
      const model = () => network((n) => convolution(n, n.input([1, 4, 'height', 'width']), window));
      for (const [height, width] of [
        [7, 6],
        [8, 9],
        [5, 7],
        [6, 5],
      ] as const) {
        try {
          await expectEquivalent(model(), { sizes: { height, width } });
          judged++;
        } catch (error) {
          if (!(error instanceof UnsupportedError)) throw error;
          expect(error.message).toContain('--shape');
        }
      }
    }
  }
  expect(judged).toBeGreaterThan(100);
});

describe('what follows a convolution is done by its kernel', () => {
  const activations: [string, (n: Network, x: Value) => Value][] = [
    ['Relu', (n, x) => n.relu(x)],
    ['Relu6', (n, x) => n.node('Clip', [x, n.constant(0), n.constant(6)])],
    ['Elu', (n, x) => n.node('Elu', [x])],
    ['Sigmoid', (n, x) => n.sigmoid(x)],
    ['LeakyRelu', (n, x) => n.node('LeakyRelu', [x], { alpha: { float: 0.3 } })],
  ];
  for (const [kind, group] of [
    ['dense', 1],
    ['depthwise', 4],
  ] as const) {
    test.each(activations)(`%s, ${kind}`, async (_, activation) => {
      const model = network((n) => activation(n, n.conv(n.input([1, 4, 6, 6]), { kernel: 3, pad: 1, group })));
      const counts = operations(await expectEquivalent(model));
      expect([...counts.values()]).toEqual([1]);
    });
  }

  test('but not where something else reads the convolution', async () => {
    const model = network((n) => {
      const y = n.conv(n.input([1, 4, 6, 6]), { kernel: 3, bias: true });
      return [n.relu(y), y];
    });
    expect([...operations(await expectEquivalent(model)).keys()]).toContain('Relu');
  });
});

describe('a transposed convolution is exact', () => {
  test.each<[string, readonly number[], readonly number[], Record<string, number | readonly number[] | string>]>([
    ['that doubles by 2x2', [1, 3, 4, 5], [3, 4, 2, 2], { strides: [2, 2] }],
    [
      'with output padding',
      [1, 3, 4, 5],
      [3, 4, 3, 3],
      { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
    ],
    ['with a kernel of 4', [2, 3, 4, 4], [3, 2, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['with uneven padding', [1, 3, 5, 5], [3, 4, 3, 3], { strides: [2, 2], pads: [0, 1, 1, 0] }],
    ['in groups', [1, 4, 4, 4], [4, 3, 3, 3], { group: 2, strides: [2, 2] }],
    ['with dilation', [1, 2, 4, 4], [2, 3, 3, 3], { dilations: [2, 2] }],
    ['to a given shape', [1, 2, 4, 4], [2, 3, 3, 3], { strides: [2, 2], output_shape: [8, 8] }],
    ['over one axis', [1, 2, 6], [2, 3, 3], { strides: [2], pads: [1, 0] }],
  ])('%s', async (_, shape, weight, attributes) => {
    await expectEquivalent(network((n) => n.node('ConvTranspose', [n.input(shape), n.random(weight)], attributes)));
  });

  test('at any batch', async () => {
    const model = () =>
      network((n) =>
        n.node('ConvTranspose', [n.input(['batch', 3, 4, 4]), n.random([3, 2, 2, 2])], { strides: [2, 2] }),
      );
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });
});
