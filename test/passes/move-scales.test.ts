import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { moveScales } from '../../src/passes/move-scales.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [2, 4, 6, 7];

/** What is left after the batch norm, or the scale, has gone. */
async function expectLeft(
  build: (n: Network) => Value | readonly Value[],
  operators: readonly string[],
): Promise<void> {
  const graph = await expectExact(network(build), moveScales);
  expect(
    graph
      .sorted()
      .map((node) => node.operator)
      .sort(),
  ).toEqual([...operators].sort());
}

/** A positive scale per channel, without a shift. */
const scale = (n: Network, x: Value, channels = 4) => n.mul(x, n.random([channels, 1, 1], 0.5, 2));

/** A copy of the first channel before, and one of the last behind. */
const CHANNEL = [0, 1, 0, 0, 0, 1, 0, 0];

const padded = (n: Network, x: Value, attributes = {}, pads = [0, 0, 1, 2, 0, 0, 1, 1], value: Value[] = []) =>
  n.node('Pad', [x, n.integers(pads), ...value], attributes);

describe('upwards, into the weights before', () => {
  test('through Concat, each branch taking its share', () =>
    expectLeft(
      (n) => {
        const x = n.input(IMAGE);
        return n.batchNorm(n.concat([n.conv(x, { channels: 3 }), n.conv(x, { channels: 5, bias: true })]));
      },
      ['Conv', 'Conv', 'Concat'],
    ));

  test('through Concat along another axis, each branch taking all', () =>
    expectLeft(
      (n) => {
        const x = n.input(IMAGE);
        return n.batchNorm(n.concat([n.conv(x), n.conv(x)], 2));
      },
      ['Conv', 'Conv', 'Concat'],
    ));

  test('through a view of a linear layer as an image, a scale standing for each of its rows', () =>
    expectLeft(
      (n) => n.relu(n.batchNorm(n.reshape(n.linear(n.input([2, 12]), 36), [2, 4, 3, 3]))),
      ['Gemm', 'Reshape', 'Relu'],
    ));

  test('through a channel shuffle, with ReLU within', () =>
    expectLeft(
      (n) => {
        const groups = n.reshape(n.conv(n.input(['batch', 6, 5, 4]), { bias: true }), [-1, 2, 3, 5, 4]);
        return scale(n, n.reshape(n.transpose(n.relu(groups), [0, 2, 1, 3, 4]), [-1, 6, 5, 4]), 6);
      },
      ['Conv', 'Reshape', 'Relu', 'Transpose', 'Reshape'],
    ));

  test('through transposes and reshapes into MatMul, where channels are a part of its columns', () =>
    expectLeft(
      (n) => {
        const y = n.node('MatMul', [n.input([2, 5, 7]), n.random([7, 12])]);
        const heads = n.transpose(n.reshape(y, [2, 5, 3, 4]), [0, 2, 1, 3]);
        return n.batchNorm(heads);
      },
      ['MatMul', 'Add', 'Reshape', 'Transpose'],
    ));

  test('through copies of an image, not of channels', () =>
    expectLeft(
      (n) => {
        const y = n.globalAveragePool(n.conv(n.input(IMAGE)));
        const wide = n.node('Tile', [n.node('Expand', [y, n.integers([2, 4, 3, 3])]), n.integers([1, 1, 2, 1])]);
        return n.mul(wide, n.random([4, 1, 1], 0.2, 0.9));
      },
      ['Conv', 'GlobalAveragePool', 'Expand', 'Tile'],
    ));

  test('a positive scale through ReLU and max pooling', () =>
    expectLeft(
      (n) => scale(n, n.node('MaxPool', [n.relu(n.conv(n.input(IMAGE)))], { kernel_shape: [2, 2] })),
      ['Conv', 'Relu', 'MaxPool'],
    ));

  test('a scale of at most 1 and a shift through average pooling, mean and resizing', () =>
    expectLeft(
      (n) => {
        let y = n.conv(n.input([2, 4, 8, 8]));
        y = n.node('AveragePool', [y], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
        y = n.node('Resize', [y, undefined, n.constant([1, 1, 2, 2])], { mode: 'linear' });
        y = n.node('ReduceMean', [y], { axes: [2, 3], keepdims: 0 });
        return n.add(n.mul(y, n.random([4])), n.random([4]));
      },
      ['Conv', 'AveragePool', 'Resize', 'ReduceMean'],
    ));

  test('a shift through the copied border of an image', () =>
    expectLeft((n) => n.batchNorm(padded(n, n.conv(n.input(IMAGE)), { mode: 'edge' })), ['Conv', 'Pad']));

  test('a scale through a border of zeros', () =>
    expectLeft((n) => scale(n, padded(n, n.conv(n.input(IMAGE)))), ['Conv', 'Pad']));

  test('through a sum of two branches, the shift once', () =>
    expectLeft(
      (n) => {
        const x = n.input(IMAGE);
        return n.batchNorm(n.add(n.conv(x), n.conv(n.relu(x))));
      },
      ['Conv', 'Relu', 'Conv', 'Add'],
    ));

  test('into a grouped ConvTranspose, whose outputs lie within its groups', () =>
    expectLeft(
      (n) => {
        const y = n.node('ConvTranspose', [n.input(IMAGE), n.random([4, 3, 2, 2])], { group: 2, strides: [2, 2] });
        return n.batchNorm(y);
      },
      ['ConvTranspose'],
    ));

  test('into Gemm, whichever way its weight lies and whatever alpha and beta are', async () => {
    for (const transB of [0, 1]) {
      await expectLeft(
        (n) => {
          const weight = n.random(transB ? [5, 4] : [4, 5]);
          const attributes = { alpha: { float: 0.5 }, beta: { float: 2 }, transB };
          return n.batchNorm(n.node('Gemm', [n.input([3, 4]), weight, n.random([5])], attributes));
        },
        ['Gemm'],
      );
    }
  });

  test('a batch norm over the rows of a MatMul between two reshapes: scale into the weight, shift into an Add', () =>
    expectLeft(
      (n) => {
        const y = n.node('MatMul', [n.input([2, 6, 4]), n.random([4, 5])]);
        return n.reshape(n.batchNorm(n.reshape(y, [12, 5])), [2, 6, 5]);
      },
      ['MatMul', 'Add', 'Reshape', 'Reshape'],
    ));

  test('the 1 / sqrt(d) of attention into the projection before the heads are split', () =>
    expectLeft(
      (n) => {
        const projected = n.add(n.node('MatMul', [n.input([2, 6, 8]), n.random([8, 8])]), n.random([8]));
        const heads = n.transpose(n.reshape(projected, [2, 6, 2, 4]), [0, 2, 1, 3]);
        return n.mul(heads, n.constant(0.5));
      },
      ['MatMul', 'Add', 'Reshape', 'Transpose'],
    ));
});

/** Constants that broadcast into an image [2, 4, 6, 7]. */
const MAPS: readonly number[][] = [[1, 4, 6, 7], [4, 6, 7], [2, 4, 6, 7], [1, 1, 6, 7], [6, 7], [7], [4, 1, 7]];

describe('through a constant that is added', () => {
  test.each(MAPS.map((shape) => [shape]))('of shape [%s], by Add and by Sub, on either side', async (shape) => {
    for (const operator of ['Add', 'Sub']) {
      for (const side of [0, 1]) {
        await expectLeft(
          (n) => {
            const operands = [n.conv(n.input(IMAGE)), n.random(shape)];
            return n.batchNorm(n.node(operator, side ? operands : operands.reverse()));
          },
          ['Conv', operator],
        );
      }
    }
  });

  test('at an open batch', () =>
    expectLeft(
      (n) => n.batchNorm(n.add(n.conv(n.input(['batch', 4, 6, 7]), { bias: true }), n.random([1, 4, 6, 7]))),
      ['Conv', 'Add'],
    ));

  test('a position embedding behind a linear layer, the shift going into it', () =>
    expectLeft(
      (n) => {
        const tokens = n.add(n.node('MatMul', [n.input(['batch', 6, 4]), n.random([4, 8])]), n.random([1, 6, 8]));
        return n.add(n.mul(tokens, n.random([8])), n.random([8]));
      },
      ['MatMul', 'Add', 'Add'],
    ));

  test('a scale of heads through a position embedding before they are parted', () =>
    expectLeft(
      (n) => {
        const tokens = n.add(n.node('MatMul', [n.input([2, 6, 4]), n.random([4, 8])]), n.random([6, 1]));
        return n.mul(n.transpose(n.reshape(tokens, [2, 6, 2, 4]), [0, 2, 1, 3]), n.random([2, 1, 1]));
      },
      ['MatMul', 'Add', 'Reshape', 'Transpose'],
    ));

  test.each(MAPS.map((shape) => [shape]))('of shape [%s], downwards into a padded convolution', async (shape) => {
    for (const operator of ['Add', 'Sub']) {
      for (const side of [0, 1]) {
        await expectLeft(
          (n) => {
            const operands = [n.batchNorm(n.relu(n.input(IMAGE))), n.random(shape)];
            return n.conv(n.node(operator, side ? operands : operands.reverse()), { kernel: 3, pad: 1 });
          },
          ['Relu', operator, 'Conv'],
        );
      }
    }
  });

  test('a mean image before the scale of a padded convolution', () =>
    expectLeft(
      (n) => {
        const y = n.div(n.sub(n.relu(n.input(IMAGE)), n.random([1, 4, 6, 7])), n.random([4, 1, 1], 0.2, 2));
        return n.conv(y, { kernel: 3, pad: 1 });
      },
      ['Relu', 'Sub', 'Conv'],
    ));
});

describe('downwards, where every reader takes it', () => {
  test('a batch norm that two unpadded convolutions read', () =>
    expectLeft(
      (n) => {
        const y = n.batchNorm(n.relu(n.input(IMAGE)));
        return [n.conv(y, { kernel: 3, bias: true }), n.conv(y, { group: 2 })];
      },
      ['Relu', 'Conv', 'Conv'],
    ));

  test('a batch norm before a channel shuffle and copies of every channel', () =>
    expectLeft(
      (n) => {
        const groups = n.reshape(n.batchNorm(n.relu(n.input([2, 6, 5, 4]))), [2, 2, 3, 5, 4]);
        const shuffled = n.reshape(n.transpose(groups, [0, 2, 1, 3, 4]), [2, 6, 1, 5, 4]);
        const twice = n.reshape(n.node('Expand', [shuffled, n.integers([2, 6, 2, 5, 4])]), [2, 12, 5, 4]);
        return n.conv(n.node('Tile', [twice, n.integers([1, 2, 1, 1])]), { channels: 5, bias: true });
      },
      ['Relu', 'Reshape', 'Transpose', 'Reshape', 'Expand', 'Reshape', 'Tile', 'Conv'],
    ));

  test('a batch norm before an image is flattened for a linear layer', () =>
    expectLeft(
      (n) => n.linear(n.node('Flatten', [n.batchNorm(n.relu(n.input([2, 4, 3, 5])))]), 7),
      ['Relu', 'Flatten', 'Gemm'],
    ));

  test('a batch norm before products that read its channels last', () =>
    expectLeft(
      (n) => {
        const y = n.transpose(n.batchNorm(n.relu(n.input(IMAGE))), [0, 2, 3, 1]);
        return [5, 3].map((columns) => n.node('MatMul', [y, n.random([4, columns])]));
      },
      ['Relu', 'Transpose', 'MatMul', 'Add', 'MatMul', 'Add'],
    ));

  test.each(['Add', 'Sub'])('a batch norm before a product with a bias of its own: %s', (operator) =>
    expectLeft(
      (n) => {
        const y = n.node('MatMul', [n.batchNorm(n.relu(n.input([3, 4]))), n.random([4, 5])]);
        return n.node(operator, [y, n.random([5])]);
      },
      ['Relu', 'MatMul', operator],
    ),
  );

  test('a batch norm before the reflected border of a convolution', () =>
    expectLeft(
      (n) => {
        const y = padded(n, n.batchNorm(n.relu(n.input(IMAGE))), { mode: 'reflect' });
        return n.conv(y, { kernel: 3 });
      },
      ['Relu', 'Pad', 'Conv'],
    ));

  test('the scale behind a shift, which two padded convolutions read', () =>
    expectLeft(
      (n) => {
        const y = n.div(n.sub(n.relu(n.input(IMAGE)), n.random([4, 1, 1])), n.random([1, 4, 1, 1], 0.2, 2));
        return [n.conv(y, { kernel: 3, pad: 1, bias: true }), n.conv(y, { kernel: 3, pad: 1, group: 2 })];
      },
      ['Relu', 'Sub', 'Conv', 'Conv'],
    ));

  test.each<[string, number[], number[]]>([
    ['one number per channel', [4, 1, 1], [4, 1, 1]],
    ['one number for all', [], []],
    ['a scale for all and a shift per channel', [], [1, 4, 1, 1]],
    ['a scale per channel and a shift for all', [4, 1, 1], [1]],
  ])('the scale before a shift, where a padded convolution reads both: %s', (_, scales, shifts) =>
    expectLeft(
      (n) => {
        const scaled = n.mul(n.relu(n.input(IMAGE)), n.random(scales, -2, -0.2));
        return n.conv(n.add(scaled, n.random(shifts)), { kernel: 3, pad: 1 });
      },
      ['Relu', 'Add', 'Conv'],
    ),
  );

  test('a batch norm before global pooling and a classifier', () =>
    expectLeft(
      (n) => {
        const x = n.relu(n.input(IMAGE));
        const pooled = n.globalAveragePool(n.batchNorm(x));
        return n.linear(n.node('Flatten', [pooled]), 3);
      },
      ['Relu', 'GlobalAveragePool', 'Flatten', 'Gemm'],
    ));

  test.each([0, 1])('a batch norm before a mean over the image and a classifier, keepdims %i', (keepdims) =>
    expectLeft(
      (n) => {
        const mean = n.node('ReduceMean', [n.batchNorm(n.relu(n.input(IMAGE)))], { axes: [-1, 2], keepdims });
        return n.linear(keepdims ? n.node('Flatten', [mean]) : mean, 3);
      },
      ['Relu', 'ReduceMean', ...(keepdims ? ['Flatten'] : []), 'Gemm'],
    ),
  );
});

const untouched: readonly (readonly [string, (n: Network) => Value | readonly Value[]])[] = [
  ['a scale above 1 behind a mean: what is averaged may be far above its average', (n) => enlarged(n, 'ReduceMean')],
  ['a scale above 1 behind an average pooling', (n) => enlarged(n, 'AveragePool')],
  ['a scale above 1 behind a global pooling', (n) => enlarged(n, 'GlobalAveragePool')],
  ['a scale above 1 behind a LeakyRelu: what it shrinks may be far below it', (n) => enlarged(n, 'LeakyRelu')],
  [
    'a batch norm before a product over another axis than its channels',
    (n) => n.node('MatMul', [n.batchNorm(n.relu(n.input([2, 4, 6, 4]))), n.random([4, 5])]),
  ],
  [
    'a batch norm before a product by what is computed',
    (n) => n.node('MatMul', [n.batchNorm(n.relu(n.input([3, 4]))), n.input([4, 5])]),
  ],
  ['the scale of a layer normalization that is written out', (n) => layerNorm(n)],
  ['a shift before a padded convolution', (n) => n.conv(n.batchNorm(n.relu(n.input(IMAGE))), { kernel: 3, pad: 1 })],
  ['a shift behind a ReLU', (n) => n.batchNorm(n.relu(n.conv(n.input(IMAGE))))],
  ['a negative scale behind max pooling', (n) => negative(n)],
  ['a shift behind pooling that counts padding', (n) => countingPool(n)],
  ['a batch norm whose source others read', (n) => readTwice(n)],
  ['a batch norm that is an output and whose source is an input', (n) => n.batchNorm(n.input(IMAGE))],
  ['a scale that runs along another axis than the weights', (n) => n.mul(n.conv(n.input(IMAGE)), n.random([7]))],
  [
    'a batch norm behind a constant that widens the image',
    (n) => n.batchNorm(n.add(n.conv(n.input([1, 4, 1, 1])), n.random([4, 3, 3]))),
  ],
  [
    'a batch norm behind a constant map at an open size, which may be 1',
    (n) => n.batchNorm(n.add(n.conv(n.input([1, 4, 'height', 'width'])), n.random([4, 3, 3]))),
  ],
  [
    'a batch norm behind a plane whose share for each channel would be larger than folding may make',
    (n) => n.batchNorm(n.add(n.conv(n.input([1, 256, 40, 40]), { group: 256 }), n.random([40, 40]))),
  ],
  [
    'a batch norm behind a constant map, what is added to being read by others',
    (n) => {
      const y = n.conv(n.input(IMAGE));
      return [n.relu(n.batchNorm(n.add(y, n.random([4, 6, 7])))), n.relu(y)];
    },
  ],
  ['the half that closes a GELU', (n) => gelu(n)],
  ['a batch norm behind a value that is joined with itself', (n) => joinedWithItself(n)],
  ['a batch norm behind a resize of the channels', (n) => resizedChannels(n)],
  ['a shift before a border of zeros', (n) => n.conv(padded(n, n.batchNorm(n.relu(n.input(IMAGE)))), { kernel: 3 })],
  [
    'a scale behind a border of ones',
    (n) => scale(n, padded(n, n.conv(n.input(IMAGE)), {}, undefined, [n.constant(1)])),
  ],
  ['a scale of 0 before a shift', (n) => beforeShift(n, n.constant([0.5, 0, 1.5, 2], [4, 1, 1]))],
  ['a scale so small that the shift would be out of range', (n) => beforeShift(n, n.constant(1e-6))],
  [
    'a scale before a shift that is read by others, too',
    (n) => {
      const scaled = n.mul(n.relu(n.input(IMAGE)), n.constant(2));
      return [n.conv(n.add(scaled, n.constant(1)), { kernel: 3, pad: 1 }), n.relu(scaled)];
    },
  ],
  [
    'a scale behind a shift that is no linear reader’s alone',
    (n) => {
      const y = n.mul(n.add(n.relu(n.input(IMAGE)), n.constant(1)), n.constant(2));
      return [n.conv(y, { kernel: 3, pad: 1 }), n.sigmoid(y)];
    },
  ],
  [
    'a batch norm behind copies of channels, which it scales apart',
    (n) => n.batchNorm(n.node('Tile', [n.conv(n.input(IMAGE)), n.integers([1, 2, 1, 1])])),
  ],
  [
    'a batch norm whose channels are a product of others and of places',
    (n) => n.batchNorm(n.reshape(n.conv(n.input([2, 4, 6, 6])), [2, 8, 3, 6])),
  ],
  ['a shift behind a border of zeros', (n) => n.batchNorm(padded(n, n.conv(n.input(IMAGE))))],
  [
    'a batch norm behind copies of a channel',
    (n) => n.batchNorm(padded(n, n.conv(n.input(IMAGE)), { mode: 'edge' }, CHANNEL)),
  ],
];

function beforeShift(n: Network, scaling: Value): Value {
  const y = n.mul(n.relu(n.input(IMAGE)), scaling);
  return n.conv(n.add(y, n.constant(0.75)), { kernel: 3, pad: 1 });
}

/** Two shares of the batch norm, for the weights of one convolution. */
function joinedWithItself(n: Network): Value {
  const y = n.conv(n.input(IMAGE));
  return n.batchNorm(n.concat([y, y]));
}

function resizedChannels(n: Network): Value {
  const y = n.conv(n.input(IMAGE));
  return n.batchNorm(n.node('Resize', [y, undefined, n.constant([1, 2, 1, 1])], { mode: 'nearest' }));
}

function enlarged(n: Network, operator: string): Value {
  const attributes = { ReduceMean: { axes: [2, 3] }, AveragePool: { kernel_shape: [2, 2] } }[operator] ?? {};
  return n.mul(n.node(operator, [n.conv(n.input(IMAGE))], attributes), n.constant(2));
}

function negative(n: Network): Value {
  const pooled = n.node('MaxPool', [n.conv(n.input(IMAGE))], { kernel_shape: [2, 2] });
  return n.mul(pooled, n.random([4, 1, 1], -2, -1));
}

function countingPool(n: Network): Value {
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 };
  return n.batchNorm(n.node('AveragePool', [n.conv(n.input(IMAGE))], attributes));
}

function readTwice(n: Network): readonly Value[] {
  const y = n.concat([n.conv(n.input(IMAGE)), n.conv(n.input(IMAGE))]);
  return [n.relu(n.batchNorm(y)), n.relu(y)];
}

/** Before a linear layer, as exporters write it. */
function layerNorm(n: Network): Value {
  const mean = (x: Value) => n.node('ReduceMean', [x], { axes: [-1] });
  const x = n.input([2, 5, 4]);
  const centred = n.sub(x, mean(x));
  const deviation = n.node('Sqrt', [n.add(mean(n.mul(centred, centred)), n.constant(1e-5))]);
  const normal = n.mul(n.div(centred, deviation), n.random([4], 0.5, 1));
  return n.node('MatMul', [n.add(normal, n.random([4])), n.random([4, 3])]);
}

function gelu(n: Network): Value {
  const x = n.conv(n.input(IMAGE));
  const erf = n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]);
  return n.mul(n.mul(x, n.add(erf, n.constant(1))), n.constant(0.5));
}

test.each(untouched)('%s stays where it is', (_, build) => {
  expectUntouched(network(build), moveScales);
});
