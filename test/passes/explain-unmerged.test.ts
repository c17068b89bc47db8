import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';

const IMAGE = [1, 4, 9, 11];

type Build = (n: Network) => Value | readonly Value[];

/** What stays, by the operators of the source, with its reason. */
function declinedOf(build: Build, maxCost = 1): string[] {
  const { declined } = optimize(network(build), { maxCost });
  return declined.map(({ nodes, reason }) => `${nodes.map(({ name }) => name).join(' ')}: ${reason}`);
}

const input = (n: Network) => n.relu(n.input(IMAGE));
const overflowing = (n: Network, x: Value) => n.node('Conv', [x, n.random([4, 4, 1, 1], 1e20, 2e20)]);
const parameters = (n: Network) => [n.random([4], -1), n.random([4]), n.random([4]), n.random([4], 0.5)];

const sets: readonly (readonly [string, Build, RegExp])[] = [
  [
    'a bias before a padding',
    (n) => n.relu(n.conv(n.conv(input(n), { bias: true }), { kernel: 3, pad: 1 })),
    /^Conv_1 Conv_2: a bias comes before a zero padding/,
  ],
  [
    'a kernel that reaches across a padding',
    (n) => n.relu(n.conv(n.conv(input(n), { kernel: 3, pad: 1 }), { kernel: 3, pad: 1 })),
    /^Conv_1 Conv_2: the padding inserts 0 where the kernel before would still reach the image/,
  ],
  [
    // 32 x 32 for 32 x 4 twice.
    'a bottleneck',
    (n) => n.relu(n.conv(n.conv(n.relu(n.input([1, 32, 8, 8])), { channels: 4 }), { channels: 32 })),
    /^Conv_1 Conv_2: one convolution would cost 4\.00 times the multiply-accumulates that it replaces$/,
  ],
  [
    // 25 taps of 16 for 9 twice, and 4 additions: 400 / 292.
    'a dilated kernel beside another',
    (n) => {
      const x = input(n);
      return n.relu(n.add(n.conv(x, { kernel: 3, pad: 1 }), n.conv(x, { kernel: 3, pad: 2, dilation: 2 })));
    },
    /^Conv_1 Conv_2 Add_3: one convolution would cost 1\.37 times the multiply-accumulates that it replaces$/,
  ],
  [
    'terms of one source that stand apart in a longer sum',
    (n) => {
      const x = input(n);
      const dilated = n.conv(x, { kernel: 3, pad: 2, dilation: 2 });
      return n.relu(n.add(n.add(n.conv(x, { kernel: 3, pad: 1 }), n.sigmoid(x)), dilated));
    },
    /^Conv_1 Conv_2 Add_4 Add_5: one convolution would cost 1\.37 times/,
  ],
  [
    'a convolution that others read',
    (n) => {
      const y = n.conv(input(n), { kernel: 3 });
      return n.add(n.relu(n.conv(y)), n.sigmoid(y));
    },
    /^Conv_1 Conv_2: \S+ is read by others too: Sigmoid Sigmoid_4$/,
  ],
  [
    'a branch that is an output',
    (n) => {
      const x = input(n);
      const branch = n.conv(x, { kernel: 3, pad: 1 });
      return [n.relu(n.add(branch, n.conv(x))), branch];
    },
    /^Conv_1 Conv_2 Add_3: \S+ is an output of the graph$/,
  ],
  [
    'weights that would overflow',
    (n) => n.relu(n.mul(overflowing(n, input(n)), n.random([4, 1, 1], 1e30, 2e30))),
    /^Conv_1 Mul_2: merged weights would leave the range of float32, or lose digits below its normal numbers$/,
  ],
  [
    'branches whose sum would overflow',
    (n) => {
      const x = input(n);
      const large = () => n.node('Conv', [x, n.random([4, 4, 1, 1], 2e38, 3e38)]);
      return n.relu(n.add(large(), large()));
    },
    /^Conv_1 Conv_2 Add_3: merged weights would leave the range of float32, or lose digits below its normal numbers$/,
  ],
];

const batchNorms: readonly (readonly [string, Build, RegExp])[] = [
  [
    'between activations',
    (n) => n.relu(n.batchNorm(input(n))),
    /before it, Relu Relu_0 lets no shift through; behind it, Relu Relu_2 lets no shift through$/,
  ],
  [
    'between an input and an output',
    (n) => n.batchNorm(n.input(IMAGE)),
    /before it, x is an input of the graph; behind it, \S+ is an output of the graph$/,
  ],
  [
    'before a padded convolution',
    (n) => n.relu(n.conv(n.batchNorm(input(n)), { kernel: 3, pad: 1 })),
    /behind it, Conv Conv_2 pads with 0, and not with its shift$/,
  ],
  [
    'before a pooling that is an output',
    (n) => n.globalAveragePool(n.batchNorm(n.sigmoid(n.input(IMAGE)))),
    /before it, Sigmoid Sigmoid_0 lets no scale and shift through; behind it, \S+ is an output of the graph$/,
  ],
  [
    'behind a convolution that others read',
    (n) => {
      const y = n.conv(input(n), { kernel: 3 });
      return n.add(n.relu(n.batchNorm(y)), n.sigmoid(y));
    },
    /before it, \S+ is read by others too: Sigmoid Sigmoid_4; behind it, Relu/,
  ],
  [
    'with a factor below 0, far behind a convolution',
    (n) => n.relu(n.node('BatchNormalization', [n.relu(n.conv(n.input(IMAGE))), ...parameters(n)])),
    /before it, Relu Relu_1 lets only positive scales through/,
  ],
  [
    'behind weights that are computed',
    (n) => n.relu(n.batchNorm(n.node('Conv', [input(n), n.input([4, 4, 1, 1], 'float32', 'w')]))),
    /before it, the weights of Conv Conv_1 are computed in the graph/,
  ],
  [
    'with weights that would overflow',
    (n) => n.relu(n.mul(n.batchNorm(overflowing(n, input(n)), 0), n.random([4, 1, 1], 1e30, 2e30))),
    /merged weights would leave the range of float32, or lose digits below its normal numbers/,
  ],
  [
    'with a computed scale',
    (n) => {
      const [, ...others] = parameters(n);
      return n.relu(n.node('BatchNormalization', [n.conv(n.input(IMAGE)), n.input([4], 'float32', 's'), ...others]));
    },
    /^BatchNormalization_1: its scale is computed in the graph$/,
  ],
  [
    'with a negative variance',
    (n) => {
      const [scale, bias, mean] = parameters(n);
      return n.relu(
        n.node('BatchNormalization', [n.conv(n.input(IMAGE)), scale, bias, mean, n.constant([1, 1, -1, 1])]),
      );
    },
    /^BatchNormalization_1: its variance makes no finite factor of every channel$/,
  ],
];

test.each(sets)('%s stays, and its reason is told', (_, build, reason) => {
  expect(declinedOf(build)).toEqual([expect.stringMatching(reason)]);
});

test.each(batchNorms)('a batch norm %s stays, and what stands in its way is told', (_, build, reason) => {
  const told = declinedOf(build).filter((line) => line.includes('BatchNormalization'));
  expect(told).toEqual([expect.stringMatching(reason)]);
});

test('the factor that is told is a limit at which the merge is made', () => {
  const build: Build = (n) => {
    const x = input(n);
    return n.relu(n.add(n.conv(x, { kernel: 3, pad: 1 }), n.conv(x, { kernel: 3, pad: 2, dilation: 2 })));
  };
  const [, factor] = /cost (\S+) times/.exec(declinedOf(build)[0] ?? '') ?? [];
  expect(declinedOf(build, Number(factor) - 0.01)).toHaveLength(1);
  expect(declinedOf(build, Number(factor))).toEqual([]);
});

test.each<[string, Build]>([
  [
    'a block that became one convolution',
    (n) => {
      const x = input(n);
      return n.relu(n.add(n.batchNorm(n.conv(x, { kernel: 3, pad: 1 })), n.batchNorm(x)));
    },
  ],
  [
    'a residual sum',
    (n) => {
      const x = input(n);
      return n.relu(n.add(x, n.conv(n.relu(n.conv(x)))));
    },
  ],
  [
    'an activation written out behind a convolution',
    (n) => {
      const y = n.conv(input(n));
      return n.mul(
        y,
        n.node('Clip', [n.add(n.mul(y, n.constant(1 / 6)), n.constant(0.5)), n.constant(0), n.constant(1)]),
      );
    },
  ],
  [
    'a batch norm and convolutions of unlike strides',
    (n) => {
      const x = input(n);
      return [n.relu(n.conv(x, { stride: 2 })), n.relu(n.batchNorm(n.conv(x)))];
    },
  ],
])('of %s nothing is told', (_, build) => {
  expect(declinedOf(build)).toEqual([]);
});

test('nothing is told where nothing was to be fused', () => {
  const model = network((n) => n.relu(n.batchNorm(n.conv(n.input(IMAGE)))));
  expect(optimize(model, { fuse: false }).declined).toEqual([]);
});
