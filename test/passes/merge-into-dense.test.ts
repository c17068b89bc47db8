import { expect, test } from 'vitest';
import { sizeOf, type Value } from '../../src/model/index.js';
import { mergeIntoDense } from '../../src/passes/merge-into-dense.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import { Draw } from '../properties/random-networks.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [3, 4, 3, 5];
const PIXELS = 4 * 3 * 5;

/** A dense layer [60, 60] on the flattened image, seen as an image again. */
const layers: readonly (readonly [string, (n: Network, x: Value) => Value])[] = [
  ['Gemm', (n, x) => n.reshape(n.linear(n.node('Flatten', [x], { axis: 1 }), PIXELS), [-1, ...IMAGE.slice(1)])],
  [
    'Gemm with factors, its weight not transposed',
    (n, x) => {
      const operands = [n.reshape(x, [-1, PIXELS]), n.random([PIXELS, PIXELS]), n.random([PIXELS])];
      const y = n.node('Gemm', operands, { alpha: { float: 0.5 }, beta: { float: 3 } });
      return n.reshape(y, [-1, ...IMAGE.slice(1)]);
    },
  ],
  [
    'MatMul',
    (n, x) => {
      const y = n.node('MatMul', [n.reshape(x, [-1, 1, PIXELS]), n.random([PIXELS, PIXELS])]);
      return n.reshape(y, [-1, ...IMAGE.slice(1)]);
    },
  ],
  [
    'a grouped 1x1',
    (n, x) => n.reshape(n.conv(n.reshape(x, [-1, PIXELS, 1, 1]), { group: 2 }), [-1, ...IMAGE.slice(1)]),
  ],
  [
    'a convolution as large as its image',
    (n, x) => n.reshape(n.node('Conv', [x, n.random([PIXELS, ...IMAGE.slice(1)])]), [-1, ...IMAGE.slice(1)]),
  ],
];

const depthwise = (n: Network, x: Value) => n.conv(x, { kernel: 3, pad: 1, group: 4, bias: true });

test.each(layers)('a convolution goes into %s that reads the same image flattened', async (_, layer) => {
  const model = network((n) => {
    const x = n.input(IMAGE);
    return n.relu(n.add(layer(n, x), depthwise(n, x)));
  });
  const before = model.graph.count('Conv');
  const graph = await expectExact(model, mergeIntoDense);
  expect(graph.count('Conv')).toBe(before - 1);
});

test('at an open batch, the image itself being a view of what both read', async () => {
  const model = network((n) => {
    const rows = n.reshape(n.relu(n.input(['batch', 8, 3, 5])), [-1, 2, 4, 3, 5]);
    const dense = n.reshape(n.conv(n.reshape(rows, [-1, PIXELS, 1, 1]), { group: 4 }), [-1, 2, 4, 3, 5]);
    return n.relu(n.add(n.reshape(depthwise(n, n.reshape(rows, [-1, 4, 3, 5])), [-1, 2, 4, 3, 5]), dense));
  });
  expect((await expectExact(model, mergeIntoDense)).count('Conv')).toBe(1);
});

test('a stride is one as well, where as many numbers come out', async () => {
  const model = network((n) => {
    const x = n.input([2, 2, 4, 6]);
    const dense = n.reshape(n.linear(n.reshape(x, [2, 48]), 48), [2, 8, 2, 3]);
    return n.relu(n.add(dense, n.conv(x, { channels: 8, kernel: 3, pad: 1, stride: 2 })));
  });
  expect((await expectExact(model, mergeIntoDense)).count('Conv')).toBe(0);
});

test.each<readonly [string, (n: Network, dense: Value, y: Value) => Value]>([
  ['taken from the layer', (n, dense, y) => n.sub(dense, y)],
  ['in a longer sum', (n, dense, y) => n.add(n.sub(n.sigmoid(n.input(IMAGE)), y), dense)],
  ['in a sum that is taken away', (n, dense, y) => n.sub(n.sigmoid(n.input(IMAGE)), n.add(y, dense))],
])('a convolution %s keeps its sign', async (_, combine) => {
  const model = network((n) => {
    const x = n.input(IMAGE);
    return n.relu(combine(n, n.reshape(n.linear(n.reshape(x, [3, PIXELS]), PIXELS), IMAGE), depthwise(n, x)));
  });
  expect((await expectExact(model, mergeIntoDense)).count('Conv')).toBe(0);
});

test('a block of the kind loses its convolutions and all batch norms', () => {
  const model = network((n) => {
    const x = n.relu(n.input(IMAGE));
    const dense = n.batchNorm(n.reshape(n.conv(n.reshape(x, [-1, PIXELS, 1, 1]), { group: 4 }), [-1, 4, 3, 5]));
    const branches = [1, 3].map((kernel) => n.batchNorm(n.conv(x, { kernel, pad: (kernel - 1) / 2, group: 4 })));
    return n.relu(branches.reduce((sum, branch) => n.add(sum, branch), dense));
  });
  optimize(model);
  expect(model.graph.count('Conv')).toBe(1);
  expect(model.graph.count('BatchNormalization', 'Add')).toBe(0);
});

const onImage = (of: (n: Network, x: Value, dense: Value) => Value | readonly Value[], shape = IMAGE) =>
  network((n) => {
    const x = n.input(shape);
    return of(n, x, n.reshape(n.conv(n.reshape(x, [-1, PIXELS, 1, 1]), { group: 2 }), [-1, 4, 3, 5]));
  });

test.each<readonly [string, ReturnType<typeof onImage>]>([
  [
    'a convolution of an image of open size',
    network((n) => {
      const x = n.input([2, 4, 'height', 'width']);
      const dense = n.reshape(n.linear(n.reshape(x, [2, PIXELS]), PIXELS), [2, 4, 3, 5]);
      return n.relu(n.add(dense, n.conv(x, { kernel: 3, pad: 1 })));
    }),
  ],
  ['a convolution of fewer groups than the layer has', onImage((n, x, dense) => n.relu(n.add(dense, n.conv(x))))],
  [
    'a convolution whose groups are no parts of those of the layer',
    network((n) => {
      const x = n.input([1, 6, 2, 2]);
      const dense = n.reshape(n.conv(n.reshape(x, [1, 24, 1, 1]), { group: 2 }), [1, 6, 2, 2]);
      return n.relu(n.add(dense, n.conv(x, { group: 3 })));
    }),
  ],
  [
    'a convolution that others read',
    onImage((n, x, dense) => {
      const y = depthwise(n, x);
      return n.relu(n.add(n.add(dense, y), n.relu(y)));
    }),
  ],
  ['a layer that others read', onImage((n, x, dense) => [n.relu(n.add(dense, depthwise(n, x))), n.relu(dense)])],
  ['a convolution that is an output', onImage((n, x, dense) => ((y) => [n.relu(n.add(dense, y)), y])(depthwise(n, x)))],
  ['a convolution of another image', onImage((n, x, dense) => n.relu(n.add(dense, depthwise(n, n.relu(x)))))],
  [
    'a convolution of the image transposed',
    onImage((n, x, dense) => n.add(dense, depthwise(n, n.reshape(n.transpose(x, [0, 1, 3, 2]), IMAGE)))),
  ],
  [
    'a layer of as many numbers in other rows',
    network((n) => {
      const x = n.input([2, 4, 3, 5]);
      const dense = n.reshape(n.linear(n.reshape(x, [4, 30]), 30), [2, 4, 3, 5]);
      return n.relu(n.add(dense, depthwise(n, x)));
    }),
  ],
  [
    'a layer that stands for all channels of the convolution',
    network((n) => {
      const x = n.input([2, 1, 3, 5]);
      const dense = n.reshape(n.linear(n.reshape(x, [2, 15]), 15), [2, 1, 3, 5]);
      return n.relu(n.add(dense, n.conv(x, { kernel: 3, pad: 1, channels: 4 })));
    }),
  ],
  [
    'a scale: without a convolution none goes',
    onImage((n, x, dense) => n.relu(n.add(dense, n.mul(x, n.random([4, 1, 1]))))),
  ],
])('%s stays as it is', (_, model) => {
  expectUntouched(model, mergeIntoDense);
});

test('a weight that would leave its range keeps both', () => {
  const model = network((n) => {
    const x = n.input([2, 1, 1, 2]);
    const huge = n.constant([3e38, 3e38, 3e38, 3e38], [2, 2]);
    const dense = n.reshape(n.node('Gemm', [n.reshape(x, [2, 2]), huge]), [2, 1, 1, 2]);
    return n.relu(n.add(dense, n.node('Conv', [x, n.constant(3e38, [1, 1, 1, 1])])));
  });
  expectUntouched(model, mergeIntoDense);
});

const COUNT = 120;

test(`${COUNT} random layers with random convolutions beside them answer as before`, async () => {
  for (let seed = 1; seed <= COUNT; seed++) {
    const model = randomPair(seed);
    const graph = await expectExact(model, mergeIntoDense);
    expect(graph.count('Conv', 'Gemm', 'MatMul'), `seed ${seed}`).toBe(1);
  }
});

/** Any kernel, stride, dilation, unequal padding and groups that the layer's are unions of. */
function randomPair(seed: number) {
  return network(
    (n) => {
      const draw = new Draw(seed);
      const groups = draw.of([1, 2, 3]);
      const convGroups = groups * draw.of([1, 2]);
      const [channels, outChannels] = [convGroups * draw.of([1, 2]), convGroups * draw.of([1, 2, 3])];
      const [height, width] = [3 + draw.below(4), 3 + draw.below(4)];
      const x = n.input([draw.of([2, 'batch']), channels, height, width]);
      const weight = n.random([outChannels, channels / convGroups, 1 + draw.below(3), 1 + draw.below(2)]);
      const bias = draw.below(2) ? [n.random([outChannels])] : [];
      const pads = [draw.below(3), draw.below(3), draw.below(3), draw.below(3)];
      const strides = [1 + draw.below(2), 1 + draw.below(2)];
      const dilations = [height > 4 ? 1 + draw.below(2) : 1, 1 + draw.below(2)];
      const y = n.node('Conv', [x, weight, ...bias], { pads, strides, dilations, group: convGroups });
      const image = (y.shape ?? []).slice(1).map(Number);
      const rows = [channels * height * width, sizeOf(image)] as const;
      const z = n.reshape(groups === 1 ? product(n, draw, x, rows) : grouped(n, draw, x, rows, groups), [-1, ...image]);
      return n.relu(draw.below(3) ? n.add(y, z) : n.sub(z, y));
    },
    { seed },
  );
}

type Rows = readonly [number, number];

function product(n: Network, draw: Draw, x: Value, [inputs, outputs]: Rows): Value {
  const flat = n.reshape(x, [-1, inputs]);
  return draw.below(2) ? n.linear(flat, outputs) : n.node('MatMul', [flat, n.random([inputs, outputs])]);
}

function grouped(n: Network, draw: Draw, x: Value, [inputs, outputs]: Rows, group: number): Value {
  return n.conv(n.reshape(x, [-1, inputs, 1, 1]), { channels: outputs, group, bias: draw.below(2) > 0 });
}
