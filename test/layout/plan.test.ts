import { describe, expect, test } from 'vitest';
import { isFree, sameOrder } from '../../src/layout/order.js';
import { type Layout, planLayout } from '../../src/layout/plan.js';
import type { Graph, Value } from '../../src/model/index.js';
import { type Network, network } from '../network.js';

const NHWC = [0, 2, 3, 1];

/** Values that have to be turned at run time, once for each order they are wanted in. */
function turns(graph: Graph, layout: Layout): number {
  const wanted = new Set<string>();
  for (const node of graph.sorted()) {
    node.inputs.forEach((value, index) => {
      if (!value || value.constant) return;
      const order = layout.orderAt(node, index);
      if (!isFree(value.shape, layout.orderOf(value), order)) wanted.add(`${value.name} ${order}`);
    });
  }
  for (const value of graph.outputs) {
    const order = layout.orderOf(value);
    if (value.rank !== 4 && !isFree(value.shape, order, [...order.keys()])) wanted.add(`${value.name} out`);
  }
  return wanted.size;
}

function planned(build: (n: Network) => Value): { graph: Graph; layout: Layout; output: readonly number[] } {
  const { graph } = network(build);
  const layout = planLayout(graph, { channelsLastInputs: new Set(graph.inputs) });
  const [output] = graph.outputs;
  return { graph, layout, output: output ? layout.orderOf(output) : [] };
}

function turnsOf(build: (n: Network) => Value): number {
  const { graph, layout } = planned(build);
  return turns(graph, layout);
}

const image = (n: Network) => n.conv(n.input([1, 3, 8, 8]), { channels: 8, kernel: 3, pad: 1 });

describe('nothing is turned', () => {
  test.each<[string, (n: Network) => Value]>([
    [
      'in a residual block with a constant per channel',
      (n) => n.add(n.mul(n.relu(image(n)), n.random([8, 1, 1])), n.random([1, 8, 1, 1])),
    ],
    [
      'where channels are joined',
      (n) => {
        const x = image(n);
        return n.conv(n.concat([x, n.relu(x)]));
      },
    ],
    [
      'between a convolution and tokens: reshape, then transpose',
      (n) => n.transpose(n.reshape(image(n), [1, 8, 64]), [0, 2, 1]),
    ],
    [
      'from tokens back to an image',
      (n) => {
        const tokens = n.transpose(n.reshape(image(n), [1, 8, 64]), [0, 2, 1]);
        const mixed = n.node('MatMul', [tokens, n.random([8, 8])]);
        return n.conv(n.reshape(n.transpose(mixed, [0, 2, 1]), [1, 8, 8, 8]));
      },
    ],
    [
      'in a head of boxes, which PyTorch transposes to channels-last',
      (n) => n.reshape(n.transpose(image(n), [0, 2, 3, 1]), [1, 128, 4]),
    ],
    [
      'in squeeze-excite by mean',
      (n) => {
        const x = image(n);
        const gate = n.conv(n.node('ReduceMean', [x], { axes: [2, 3] }));
        return n.mul(x, n.sigmoid(gate));
      },
    ],
    ['before a flatten of one pixel', (n) => n.linear(n.node('Flatten', [n.globalAveragePool(image(n))]), 4)],
    ['before a flatten whose weights can be re-ordered', (n) => n.linear(n.node('Flatten', [image(n)]), 4)],
    [
      'where two transposes cancel around an activation',
      (n) => n.conv(n.transpose(n.relu(n.transpose(image(n), [0, 3, 1, 2])), [0, 2, 3, 1])),
    ],
    [
      'in a layer norm over channels',
      (n) => {
        const last = n.transpose(image(n), [0, 2, 3, 1]);
        return n.conv(n.transpose(n.node('LayerNormalization', [last, n.random([8]), n.random([8])]), [0, 3, 1, 2]));
      },
    ],
  ])('%s', (_, build) => {
    expect(turnsOf(build)).toBe(0);
  });
});

describe('one turn is enough', () => {
  test.each<[string, (n: Network) => Value]>([
    [
      'for a shuffle of channels',
      (n) => n.conv(n.reshape(n.transpose(n.reshape(image(n), [1, 2, 4, 8, 8]), [0, 2, 1, 3, 4]), [1, 8, 8, 8])),
    ],
    ['for a softmax over space', (n) => n.node('Softmax', [n.reshape(image(n), [1, 8, 64])], { axis: 2 })],
    [
      'for a value that many read in another order',
      (n) => {
        const x = n.node('Flatten', [image(n)]);
        return n.add(n.node('CumSum', [x, n.integers(1)]), n.node('Softmax', [x]));
      },
    ],
  ])('%s', (_, build) => {
    expect(turnsOf(build)).toBe(1);
  });
});

test('a feature map comes out channels-last', () => {
  expect(sameOrder(planned(image).output, NHWC)).toBe(true);
});

test('of two operands that lie otherwise the smaller one is turned', () => {
  const { graph, layout } = planned((n) => n.add(image(n), n.node('MatMul', [n.input([8, 8, 1]), n.input([8, 1, 8])])));
  const add = graph.nodesOf('Add')[0];
  if (!add) throw new Error('the graph has no Add');
  expect(layout.orderAt(add, 0)).toEqual(NHWC);
  expect(layout.orderAt(add, 1)).toEqual([1, 2, 0]);
});
