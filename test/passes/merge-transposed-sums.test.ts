import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { mergeTransposedSums } from '../../src/passes/merge-transposed-sums.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const IMAGE = [2, 4, 5, 6];

interface Options {
  readonly channels?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly dilation?: number;
  readonly group?: number;
  readonly added?: number;
  readonly bias?: boolean;
}

function transposed(n: Network, x: Value, options: Options): Value {
  const { channels = 4, kernel = 2, stride = 2, pad = 0, dilation = 1, group = 1, added = 0, bias = false } = options;
  const weight = n.random([4, channels / group, kernel, kernel]);
  return n.node('ConvTranspose', [x, weight, ...(bias ? [n.random([channels])] : [])], {
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [dilation, dilation],
    output_padding: [added, added],
    group,
  });
}

const merged: readonly (readonly [string, readonly Options[]])[] = [
  ['a kernel as large as its stride beside a larger one', [{ kernel: 2 }, { kernel: 4, pad: 1 }]],
  ['more than two, with biases', [{ bias: true }, { kernel: 4, pad: 1, bias: true }, { kernel: 2 }]],
  [
    'grouped beside dense',
    [
      { kernel: 2, group: 2 },
      { kernel: 4, pad: 1, bias: true },
    ],
  ],
  ['in equal groups', [{ group: 4 }, { group: 4 }]],
  [
    'what output_padding adds',
    [
      { kernel: 2, added: 1 },
      { kernel: 2, added: 1, bias: true },
    ],
  ],
  ['output_padding against padding', [{ kernel: 3, pad: 1, added: 1 }, { kernel: 2 }, { kernel: 4, pad: 1 }]],
  [
    'equal dilations',
    [
      { kernel: 3, dilation: 2, pad: 2, added: 1 },
      { kernel: 3, dilation: 2, pad: 2, added: 1 },
    ],
  ],
  ['of another number of channels', [{ channels: 6 }, { channels: 6, kernel: 4, pad: 1 }]],
];

describe('transposed convolutions of one value, added, are one', () => {
  test.each(merged)('%s', async (_, terms) => {
    for (const shape of [IMAGE, ['batch', 4, 'height', 'width']]) {
      for (const operator of ['Add', 'Sub']) {
        const graph = await expectExact(
          network((n) => {
            const x = n.relu(n.input(shape));
            return terms.map((options) => transposed(n, x, options)).reduce((a, b) => n.node(operator, [a, b]));
          }),
          mergeTransposedSums(),
        );
        expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'ConvTranspose']);
      }
    }
  });

  test('with the value itself, where the stride is 1', async () => {
    const graph = await expectExact(
      network((n) => {
        const x = n.relu(n.input(IMAGE));
        return n.sub(x, transposed(n, x, { kernel: 3, stride: 1, pad: 1, bias: true }));
      }),
      mergeTransposedSums(),
    );
    expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'ConvTranspose']);
  });

  test('with a batch norm behind each', () => {
    const model = network((n) => {
      const x = n.relu(n.input(IMAGE));
      return n.add(n.batchNorm(transposed(n, x, {})), n.batchNorm(transposed(n, x, { kernel: 4, pad: 1 })));
    });
    optimize(model);
    expect(model.graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'ConvTranspose']);
  });

  test('that other terms stand between', async () => {
    const graph = await expectExact(
      network((n) => {
        const x = n.relu(n.input(IMAGE));
        const other = n.input([2, 4, 10, 12]);
        return n.sub(n.sub(n.relu(other), transposed(n, x, {})), transposed(n, x, { kernel: 4, pad: 1 }));
      }),
      mergeTransposedSums(),
    );
    expect(graph.count('ConvTranspose')).toBe(1);
  });
});

const apart: readonly (readonly [string, (n: Network, x: Value) => Value | readonly Value[]])[] = [
  ['of two values', (n, x) => n.add(transposed(n, x, {}), transposed(n, n.sigmoid(x), {}))],
  [
    'whose joint kernel would cost more: dilated beside dense',
    (n, x) =>
      n.add(
        transposed(n, x, { kernel: 3, stride: 1, pad: 3, dilation: 3 }),
        transposed(n, x, { kernel: 3, stride: 1, pad: 1 }),
      ),
  ],
  [
    'depthwise beside dense',
    (n, x) => n.add(transposed(n, x, { kernel: 4, pad: 1, group: 4 }), transposed(n, x, { kernel: 2 })),
  ],
  [
    'one of which others read',
    (n, x) => {
      const y = transposed(n, x, {});
      return [n.add(y, transposed(n, x, {})), n.relu(y)];
    },
  ],
  [
    'one of which is an output',
    (n, x) => {
      const y = transposed(n, x, {});
      return [n.add(y, transposed(n, x, {})), y];
    },
  ],
  [
    'one of which gives a single pixel that is added to all',
    (n) => {
      const x = n.relu(n.input([1, 4, 1, 1]));
      return n.add(transposed(n, x, { kernel: 1 }), transposed(n, x, { kernel: 3 }));
    },
  ],
  ['multiplied, not added', (n, x) => n.mul(transposed(n, x, {}), transposed(n, x, {}))],
];

test.each(apart)('transposed convolutions %s stay apart', (_, build) => {
  expectUntouched(
    network((n) => build(n, n.relu(n.input(IMAGE)))),
    mergeTransposedSums(),
  );
});
