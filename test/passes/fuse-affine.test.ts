import { expect, test } from 'vitest';
import type { Dimension, Model, Value } from '../../src/model/index.js';
import { fuseAffine } from '../../src/passes/fuse-affine.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [2, 4, 9, 11];

/** One convolution is left, and it answers the same. */
async function expectOneConv(model: Model, operators: readonly string[] = ['Conv']): Promise<void> {
  const graph = await expectExact(model, fuseAffine());
  expect(graph.sorted().map((node) => node.operator)).toEqual(operators);
}

const convBatchNorm = (n: Network, x: Value, options: Parameters<Network['conv']>[1], epsilon = 1e-5) =>
  n.batchNorm(n.conv(x, options), epsilon);

test('a MobileOne block of conv+BN branches, a 1x1 scale branch and a BN skip becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const branches = [1, 2, 3].map(() => convBatchNorm(n, x, { kernel: 3, pad: 1, group: 4 }));
      const scale = convBatchNorm(n, x, { group: 4 });
      return branches.reduce((sum, branch) => n.add(sum, branch), n.add(scale, n.batchNorm(x)));
    }),
  );
});

test.each([1e-3, 1e-5, 1e-2])('an epsilon of %f is the one that counts', async (epsilon) => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      return n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }, epsilon), n.batchNorm(x, epsilon));
    }),
  );
});

test('a RepVGG block with stride 2 becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const options = { channels: 6, stride: 2 };
      return n.add(convBatchNorm(n, x, { ...options, kernel: 3, pad: 1 }), convBatchNorm(n, x, options));
    }),
  );
});

const sliced = (n: Network, x: Value, ...bounds: readonly (readonly number[])[]) =>
  n.node('Slice', [x, ...bounds.map((list) => n.integers(list))]);

test('an unpadded ACNet block, whose smaller kernels read a cropped source, becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.relu(n.input(IMAGE));
      const point = n.conv(sliced(n, x, [1, 1], [-1, -1], [2, 3]), {});
      return n.relu(n.add(n.batchNorm(n.conv(x, { kernel: 3 })), n.batchNorm(point)));
    }),
    ['Relu', 'Conv', 'Relu'],
  );
});

test.each([
  ['less border', [1, 1], [-1, 2 ** 31], [1, 1]],
  ['every second pixel', [0, 0], [2 ** 31, 2 ** 31], [2, 2]],
  ['every second pixel from the second on', [1, 1], [2 ** 31, -1], [2, 1]],
  ['every second pixel of an even number', [1, 0], [2 ** 31, 10], [1, 2]],
])('a convolution of which %s is wanted makes only that', async (_, starts, ends, steps) => {
  await expectOneConv(
    network((n) => sliced(n, n.conv(n.input(IMAGE), { kernel: 3, pad: 1, bias: true }), starts, ends, [2, 3], steps)),
  );
});

test('a negative padding crops', async () => {
  await expectOneConv(
    network((n) => {
      const y = n.conv(n.input(IMAGE), { kernel: 3, pad: 1, bias: true });
      return n.node('Pad', [y, n.integers([0, 0, -1, -1, 0, 0, 0, -1])]);
    }),
  );
});

test.each([
  ['before', (n: Network, x: Value) => n.conv(sliced(n, x, [1], [-1], [2]), { kernel: 3 })],
  ['backwards', (n: Network, x: Value) => sliced(n, n.conv(x, {}), [-1], [-(2 ** 31)], [2], [-1])],
  ['of the channels before', (n: Network, x: Value) => n.conv(sliced(n, x, [0], [2], [1]))],
])('a slice %s a convolution stays: no convolution crops, and one of all channels would cost more', (_, build) => {
  expectUntouched(
    network((n) => build(n, n.input(IMAGE))),
    fuseAffine(),
  );
});

test.each([
  ['some channels', [1], [3], [1], [1]],
  ['every second channel and pixel', [0, 0], [4, 9], [1, 2], [2, 2]],
])('a convolution of which %s are wanted makes only those', async (_, starts, ends, axes, steps) => {
  await expectOneConv(
    network((n) => sliced(n, n.conv(n.input(IMAGE), { kernel: 3, pad: 1, bias: true }), starts, ends, axes, steps)),
  );
});

test('a 1x1 that renews the first channel of a 3x3, the others kept, becomes one convolution, whatever the batch', async () => {
  await expectOneConv(
    network((n) => {
      const y = n.conv(n.input(['batch', 4, 9, 11]), { kernel: 3, pad: 1, bias: true });
      return n.concat([n.conv(y, { channels: 1, bias: true }), sliced(n, y, [1], [4], [1])]);
    }),
  );
});

test('convolutions of one value side by side, and a batch norm on their channels together, become one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const heads = [3, 1, 5].map((channels) =>
        n.conv(x, { channels, kernel: 3, pad: 1, stride: 2, bias: channels > 1 }),
      );
      return n.relu(n.batchNorm(n.concat(heads)));
    }),
    ['Conv', 'Relu'],
  );
});

test.each([
  ['a value and its convolution', (n: Network, x: Value) => [x, n.conv(x, { kernel: 3, pad: 1 })]],
  ['a 1x1 and a 3x3', (n: Network, x: Value) => [n.conv(x), n.conv(x, { kernel: 3, pad: 1 })]],
  ['depthwise convolutions', (n: Network, x: Value) => [1, 2].map(() => n.conv(x, { kernel: 3, pad: 1, group: 4 }))],
])('%s stay side by side: one convolution would cost more', (_, build) => {
  expectUntouched(
    network((n) => n.relu(n.concat(build(n, n.relu(n.input(IMAGE)))))),
    fuseAffine(),
  );
});

test('an ACNet block of 3x3, 1x3 and 3x1 becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const strip = (kernel: readonly [number, number], pads: readonly number[]) =>
        n.batchNorm(n.node('Conv', [x, n.random([4, 4, ...kernel])], { kernel_shape: [...kernel], pads: [...pads] }));
      return n.add(
        n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }), strip([1, 3], [0, 1, 0, 1])),
        strip([3, 1], [1, 0, 1, 0]),
      );
    }),
  );
});

test('a Diverse Branch Block with 1x1 to 3x3 and 1x1 to average pooling becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const series = convBatchNorm(n, n.conv(x, { channels: 4 }), { kernel: 3, pad: 1 });
      const pooled = n.node('AveragePool', [n.conv(x)], {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
      });
      return n.add(n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }), series), n.batchNorm(pooled));
    }),
  );
});

test('a token mixer x + s * (mixer(x) - norm(x)) becomes one depthwise convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      const mixed = n.sub(convBatchNorm(n, x, { kernel: 3, pad: 1, group: 4 }), n.batchNorm(x));
      return n.add(x, n.mul(mixed, n.random([4, 1, 1])));
    }),
  );
});

test('constants in every layout that means "per channel" fold: [C,1,1], [1,C,1,1], [1], [] on either side', async () => {
  await expectOneConv(
    network((n) => {
      let y = n.conv(n.input(IMAGE), { kernel: 3, pad: 1, bias: true });
      y = n.mul(n.random([4, 1, 1]), y);
      y = n.add(y, n.random([1, 4, 1, 1]));
      y = n.sub(n.random([1]), y);
      y = n.div(y, n.constant(3));
      y = n.sub(y, n.random([1, 1, 1, 1]));
      return n.node('Neg', [y]);
    }),
  );
});

test('padding written as a Pad of zeros goes into the convolution', async () => {
  await expectOneConv(
    network((n) => {
      const padded = n.node('Pad', [n.input(IMAGE), n.integers([0, 0, 1, 2, 0, 0, 3, 0])]);
      return n.conv(padded, { kernel: 3, bias: true });
    }),
  );
});

test('unknown sizes are no obstacle: batch, height and width by name', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(['batch', 4, 'height', 'width']);
      return n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }), n.add(convBatchNorm(n, x, {}), x));
    }),
  );
});

test('convolutions over one and over three axes fuse alike', async () => {
  for (const shape of [
    [2, 4, 12],
    [1, 4, 5, 6, 7],
  ]) {
    await expectOneConv(
      network((n) => {
        const x = n.input(shape);
        return n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }), n.batchNorm(x));
      }),
    );
  }
});

test('x + x is a map of x', async () => {
  await expectOneConv(
    network((n) => {
      const y = n.conv(n.input(IMAGE), { kernel: 3 });
      return n.add(y, y);
    }),
  );
});

test('a Sum of three branches becomes one convolution', async () => {
  await expectOneConv(
    network((n) => {
      const x = n.input(IMAGE);
      return n.node('Sum', [n.conv(x, { kernel: 3, pad: 1 }), n.conv(x), x]);
    }),
  );
});

test('what comes before and after activations stays apart', async () => {
  const model = network((n) => {
    const x = n.relu(convBatchNorm(n, n.input(IMAGE), { kernel: 3, pad: 1 }));
    return n.relu(n.add(convBatchNorm(n, x, { kernel: 3, pad: 1 }), x));
  });
  const graph = await expectExact(model, fuseAffine());
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Conv', 'Relu', 'Conv', 'Relu']);
});

test('a branch value that is also an output stays, and its name', async () => {
  const model = network((n) => {
    const x = n.input(IMAGE);
    const branch = n.conv(x, { kernel: 3, pad: 1 });
    return [n.relu(n.add(branch, n.add(n.conv(x), n.batchNorm(x)))), branch];
  });
  const graph = await expectExact(model, fuseAffine());
  expect(graph.count('Conv')).toBe(2);
  expect(graph.count('Add')).toBe(1);
});

test('a padded 3x3 after a biased 1x1 stays: the border would change', () => {
  const model = network((n) => n.conv(n.conv(n.input(IMAGE), { bias: true }), { kernel: 3, pad: 1 }));
  expectUntouched(model, fuseAffine());
});

test('a padded 3x3 after a padded 3x3 stays: the first would reach across the border', () => {
  const model = network((n) => n.conv(n.conv(n.input(IMAGE), { kernel: 3, pad: 1 }), { kernel: 3, pad: 1 }));
  expectUntouched(model, fuseAffine());
});

test('a linear bottleneck stays: one convolution would cost more', () => {
  const model = network((n) => n.conv(n.conv(n.input([1, 32, 8, 8]), { channels: 4 }), { channels: 32 }));
  expectUntouched(model, fuseAffine());
});

test('a batch norm after a convolution that others read stays', () => {
  const model = network((n) => {
    const y = n.conv(n.input(IMAGE), { kernel: 3 });
    return [n.batchNorm(y), n.relu(y)];
  });
  expectUntouched(model, fuseAffine());
});

test('a merge whose weights would overflow stays', () => {
  const model = network((n) => {
    const large = n.node('Conv', [n.input(IMAGE), n.random([4, 4, 1, 1], 1e20, 2e20)]);
    return n.mul(large, n.constant(1e30));
  });
  expectUntouched(model, fuseAffine());
});

const untouched: readonly (readonly [string, (n: Network) => Value])[] = [
  ['a constant per pixel', (n) => n.mul(n.conv(n.input(IMAGE)), n.random([1, 1, 9, 11]))],
  ['a constant [C] of rank 1, which runs along the width', (n) => n.mul(n.conv(n.input([1, 4, 4, 4])), n.random([4]))],
  ['a constant divided by the value', (n) => n.div(n.constant(1), n.conv(n.input(IMAGE)))],
  ['a gate [N,C,1,1], which is no map of the same source', (n) => gated(n)],
  ['pooling that leaves padding out', (n) => pooled(n, { pads: [1, 1, 1, 1] })],
  ['pooling that rounds its size up', (n) => pooled(n, { strides: [2, 2], ceil_mode: 1 })],
  ['padding by reflection', (n) => padded(n, [], { mode: 'reflect' })],
  ['padding by a value that is not 0', (n) => padded(n, [n.constant(1)], {})],
  ['branches of unlike strides', (n) => strided(n)],
  [
    'a constant that widens the channels',
    (n) => n.mul(n.conv(n.input([1, 4, 5, 5]), { channels: 1 }), n.random([4, 1, 1])),
  ],
];

function gated(n: Network): Value {
  const x = n.input(IMAGE);
  return n.add(n.conv(n.relu(x), { kernel: 3, pad: 1 }), n.node('GlobalAveragePool', [n.relu(x)]));
}

function pooled(n: Network, attributes: Record<string, number[] | number>): Value {
  return n.node('AveragePool', [n.conv(n.input(IMAGE), { kernel: 3 })], { kernel_shape: [2, 2], ...attributes });
}

function padded(n: Network, value: readonly Value[], attributes: Record<string, string>): Value {
  const around = n.node('Pad', [n.input(IMAGE), n.integers([0, 0, 1, 1, 0, 0, 1, 1]), ...value], attributes);
  return n.conv(around, { kernel: 3 });
}

function strided(n: Network): Value {
  const x = n.input([1, 4, 1, 1]);
  return n.add(n.conv(x, { stride: 2 }), n.conv(x, { stride: 1 }));
}

test.each(untouched)('%s is left alone', (_, build) => {
  expectUntouched(network(build), fuseAffine());
});

test('the half that closes a GELU stays with it, so that engines still see the function', () => {
  const model = network((n) => {
    const x = n.input(IMAGE);
    const erf = n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]);
    return n.conv(n.mul(n.mul(x, n.add(erf, n.constant(1))), n.constant(0.5)), { kernel: 1 });
  });
  expectUntouched(model, fuseAffine());
});

test('an average pooling that may find no window stays apart: it is empty there, where a convolution would fail', async () => {
  const pooled = (size: Dimension, pad: number) =>
    network((n) => {
      const y = n.conv(n.input([1, 4, size, size]), { kernel: 1, group: 4 });
      return n.node('AveragePool', [y], { kernel_shape: [3, 3], pads: new Array(4).fill(pad), count_include_pad: 1 });
    });
  expectUntouched(pooled('size', 0), fuseAffine());
  expectUntouched(pooled(2, 0), fuseAffine());
  await expectOneConv(pooled('size', 1));
  await expectOneConv(pooled(3, 0));
});
