import { afterAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../src/engines/index.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { type Model, sizeOf, Tensor, type Value } from '../../src/model/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { Changes } from '../../src/passes/pass.js';
import { optimize } from '../../src/passes/pipeline.js';
import { removeDeadNodes } from '../../src/passes/remove-dead-nodes.js';
import { advise } from '../../src/study/advice/advise.js';
import { gainOf, isGain } from '../../src/study/advice/gain.js';
import { adviceLine } from '../../src/study/advice/lines.js';
import type { Rewriting } from '../../src/study/advice/rewriting.js';
import { REWRITINGS } from '../../src/study/advice/rewritings/index.js';
import type { Measure } from '../../src/study/measure.js';
import { type Network, network } from '../network.js';

const engine = startEngine('onnxruntime', { build: 'native' });
afterAll(() => engine.close());

function rewriting(name: string): Rewriting {
  const found = REWRITINGS.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

/** The model changed, in so many places. */
function changed(model: Model, name: string): { readonly copy: Model; readonly places: number } {
  const copy = model.copy();
  const places = rewriting(name).rewrite(copy.graph);
  removeDeadNodes.run(copy.graph, new Changes());
  inferTypes(copy.graph);
  copy.graph.check();
  return { copy, places };
}

/** What ONNX Runtime answers on a wave. */
async function answer(model: Model): Promise<Float64Array> {
  const session = await engine.load({ model: writeOnnx(model), optimize: false });
  const [input] = model.graph.inputs;
  const [output] = model.graph.outputs;
  const shape = (input?.shape ?? []).map(Number);
  const feed = Tensor.from(
    'float32',
    shape,
    Float64Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at)),
  );
  const results = await session.run(new Map([[input?.name ?? '', feed]]), [output?.name ?? '']);
  await session.release();
  return results.get(output?.name ?? '')?.toFloat64() ?? new Float64Array();
}

async function expectSame(a: Model, b: Model): Promise<void> {
  const [expected, found] = [await answer(a), await answer(b)];
  expect(found.length).toBe(expected.length);
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 4);
}

const squeezeExcite = (n: Network, x: Value, gate = 'Sigmoid') => {
  const squeezed = n.relu(n.conv(n.globalAveragePool(x), { channels: 4, bias: true }));
  return n.mul(x, n.node(gate, [n.conv(squeezed, { channels: Number(x.shape?.[1]), bias: true })]));
};

describe('channels filled up', () => {
  test('answer the same, through activations, depthwise kernels, sums and squeeze-excites', async () => {
    const model = network((n) => {
      const first = n.conv(n.input([1, 3, 12, 12]), { channels: 13, kernel: 3, pad: 1, bias: true });
      const second = n.conv(n.node('HardSwish', [first]), { kernel: 3, pad: 1, group: 13, bias: true });
      const third = n.add(squeezeExcite(n, second), n.mul(first, n.random([13, 1, 1])));
      return n.conv(n.node('AveragePool', [third], { kernel_shape: [2, 2] }), { channels: 8 });
    });
    const { copy, places } = changed(model, 'pad-channels');
    // The 13 channels, and the 4 inside of the squeeze-excite.
    expect(places).toBe(2);
    const channels = copy.graph.nodesOf('Conv').map((node) => node.output().shape?.[1]);
    expect(channels).toEqual([16, 16, 8, 16, 8]);
    await expectSame(model, copy);
  });

  test.each<[string, (n: Network, x: Value) => Value]>([
    ['an output', (_, x) => x],
    ['a concatenation', (n, x) => n.conv(n.concat([x, x]), { channels: 8 })],
    ['a softmax over channels', (n, x) => n.conv(n.node('Softmax', [x], { axis: 1 }), { channels: 8 })],
    ['a division by what is by channel', (n, x) => n.conv(n.div(x, n.random([13, 1, 1], 1, 2)), { channels: 8 })],
    ['groups', (n, x) => n.conv(n.conv(x, { channels: 26, group: 13 }), { channels: 8 })],
  ])('stay where they are seen by %s', (_what, build) => {
    const model = network((n) => build(n, n.conv(n.input([1, 3, 6, 6]), { channels: 13 })));
    expect(changed(model, 'pad-channels').places).toBe(0);
  });

  test('stay where they are a multiple of 8', () => {
    const model = network((n) => n.conv(n.relu(n.conv(n.input([1, 3, 6, 6]), { channels: 16 })), { channels: 8 }));
    expect(changed(model, 'pad-channels').places).toBe(0);
  });
});

describe('layers on turned images', () => {
  const [last, first] = [{ perm: [0, 2, 3, 1] }, { perm: [0, 3, 1, 2] }];
  const gelu = (n: Network, x: Value) => {
    const erf = n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]);
    return n.mul(n.mul(x, n.add(erf, n.constant(1))), n.constant(0.5));
  };
  const linear = (n: Network, x: Value, inputs: number, outputs: number) =>
    n.add(n.node('MatMul', [x, n.random([inputs, outputs])]), n.random([outputs]));

  test('answer the same as convolutions, without the turns that were for them', async () => {
    const model = network((n) => {
      const image = n.conv(n.input([1, 3, 6, 5]), { channels: 8 });
      const turned = n.node('Transpose', [image], last);
      const layers = n.mul(linear(n, gelu(n, linear(n, turned, 8, 16)), 16, 8), n.random([1, 1, 8]));
      return n.add(n.node('Transpose', [layers], first), image);
    });
    const { copy, places } = changed(model, 'unturned-layers');
    expect(places).toBe(1);
    expect([copy.graph.count('Transpose'), copy.graph.count('MatMul'), copy.graph.count('Conv')]).toEqual([0, 0, 3]);
    await expectSame(model, copy);
  });

  test('leave a layer norm, and what else is read, as they lie, and turn behind them', async () => {
    const model = network((n) => {
      const turned = n.node('Transpose', [n.conv(n.input([1, 3, 6, 5]), { channels: 8 })], last);
      const normed = n.node('LayerNormalization', [turned, n.random([8]), n.random([8])], { axis: -1 });
      const [a, b] = [linear(n, normed, 8, 8), n.relu(normed)];
      return n.add(n.node('Transpose', [n.add(a, b)], first), n.node('ReduceMax', [b], { keepdims: 0 }));
    });
    const { copy, places } = changed(model, 'unturned-layers');
    expect(places).toBe(1);
    expect([copy.graph.count('MatMul'), copy.graph.count('LayerNormalization'), copy.graph.count('Relu')]).toEqual([
      0, 1, 1,
    ]);
    await expectSame(model, copy);
  });

  test.each<[string, (n: Network, x: Value) => Value]>([
    ['nothing but the turn', (_, x) => x],
    ['a softmax over channels', (n, x) => n.node('Softmax', [x], { axis: -1 })],
    ['a sum with what differs by column', (n, x) => n.add(x, n.random([5, 1]))],
  ])('stay where there is %s', (_what, build) => {
    const model = network((n) => {
      const turned = n.node('Transpose', [n.conv(n.input([1, 3, 6, 5]), { channels: 8 })], last);
      return n.node('Transpose', [build(n, turned)], first);
    });
    expect(changed(model, 'unturned-layers').places).toBe(0);
  });
});

describe('turns at the ends', () => {
  test('go where an image is turned before anything reads it, and after all else', () => {
    const model = network((n) => {
      const image = n.node('Transpose', [n.input([1, 6, 5, 3])], { perm: [0, 3, 1, 2] });
      const [a, b] = [n.conv(image, { channels: 8 }), n.conv(image, { channels: 4 })];
      return [n.node('Transpose', [n.relu(a)], { perm: [0, 2, 3, 1] }), n.relu(b)];
    });
    const { copy, places } = changed(model, 'unturned-ends');
    expect(places).toBe(2);
    expect(copy.graph.count('Transpose')).toBe(0);
    expect(copy.graph.inputs[0]?.shape).toEqual([1, 3, 6, 5]);
    expect(copy.graph.outputs.map(({ shape }) => shape)).toEqual([
      [1, 8, 6, 5],
      [1, 4, 6, 5],
    ]);
  });

  test('stay where the image is read as it comes, too', () => {
    const model = network((n) => {
      const x = n.input([1, 4, 4, 4]);
      return n.add(n.conv(n.node('Transpose', [x], { perm: [0, 3, 1, 2] }), { channels: 4 }), x);
    });
    expect(changed(model, 'unturned-ends').places).toBe(0);
  });
});

describe('ReLU for another activation', () => {
  const spelled: readonly [string, (n: Network, x: Value) => Value][] = [
    [
      'gelu',
      (n, x) => {
        const erf = n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]);
        return n.mul(n.mul(x, n.add(erf, n.constant(1))), n.constant(0.5));
      },
    ],
    ['hard-swish', (n, x) => n.node('HardSwish', [x])],
    ['hard-swish', (n, x) => n.mul(x, n.node('HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }))],
    ['swish', (n, x) => n.mul(x, n.sigmoid(x))],
    ['elu', (n, x) => n.node('Elu', [x])],
  ];

  test.each(spelled)('%s: leaves ReLU and nothing else', async (name, build) => {
    const model = network((n) => build(n, n.conv(n.input([1, 3, 5, 5]), { channels: 8 })));
    const relu = network((n) => n.relu(n.conv(n.input([1, 3, 5, 5]), { channels: 8 })));
    const { copy, places } = changed(model, `relu-for-${name}`);
    expect(places).toBe(1);
    expect(copy.graph.sorted().map(({ operator }) => operator)).toEqual(['Conv', 'Relu']);
    await expectSame(relu, copy);
  });

  test('leaves a gate that scales something else', () => {
    const model = network((n) => squeezeExcite(n, n.input([1, 8, 5, 5])));
    expect(changed(model, 'relu-for-swish').places).toBe(0);
  });
});

describe('squeeze-excites', () => {
  const model = network((n) => {
    const high = squeezeExcite(n, n.conv(n.input([1, 3, 32, 32]), { channels: 8 }));
    const swished = (x: Value) => n.mul(x, n.sigmoid(x));
    const x = n.conv(high, { channels: 8, stride: 2 });
    // As EfficientNet writes it: a mean, and SiLU between both layers.
    const mean = n.node('ReduceMean', [x], { axes: [2, 3], keepdims: 1 });
    return n.mul(n.sigmoid(n.conv(swished(n.conv(mean, { channels: 4 })), { channels: 8 })), x);
  });

  test('go, all of them or those of large images', async () => {
    const plain = network((n) => n.conv(n.conv(n.input([1, 3, 32, 32]), { channels: 8 }), { channels: 8, stride: 2 }));
    const all = changed(model, 'drop-squeeze-excites');
    expect(all.places).toBe(2);
    expect(all.copy.graph.sorted().map(({ operator }) => operator)).toEqual(['Conv', 'Conv']);
    expect(all.copy.graph.outputs[0]?.shape).toEqual(plain.graph.outputs[0]?.shape);
    const high = changed(model, 'drop-high-squeeze-excites');
    expect(high.places).toBe(1);
    expect(high.copy.graph.count('ReduceMean')).toBe(1);
    expect(high.copy.graph.count('GlobalAveragePool')).toBe(0);
  });

  test('are not what scales an image by something of another image', () => {
    const other = network((n) => {
      const x = n.input([1, 8, 32, 32]);
      return n.mul(n.relu(x), n.sigmoid(n.conv(n.globalAveragePool(x), { channels: 8 })));
    });
    expect(changed(other, 'drop-squeeze-excites').places).toBe(0);
  });
});

describe('smaller depthwise kernels', () => {
  test('keep the middle of the weights: with zeros around it the answer is the same', async () => {
    const middle = (n: Network) => n.random([8, 1, 3, 3]);
    const small = network((n) =>
      n.node('Conv', [n.input([1, 8, 9, 9]), middle(n)], { group: 8, pads: [1, 1, 1, 1], strides: [2, 2] }),
    );
    const large = network((n) => {
      const x = n.input([1, 8, 9, 9]);
      const values = middle(n).constant?.toFloat64() ?? [];
      const padded = new Array<number>(8 * 49).fill(0);
      for (const [at, value] of values.entries()) {
        const [channel, row, column] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3];
        padded[channel * 49 + (row + 2) * 7 + column + 2] = value;
      }
      const weight = n.constant(padded, [8, 1, 7, 7]);
      return n.node('Conv', [x, weight], { group: 8, pads: [3, 3, 3, 3], strides: [2, 2], kernel_shape: [7, 7] });
    });
    const { copy, places } = changed(large, 'depthwise-3x3');
    expect(places).toBe(1);
    expect(copy.graph.nodesOf('Conv')[0]?.constant(1)?.shape).toEqual([8, 1, 3, 3]);
    await expectSame(small, copy);
  });

  test('leave dense kernels, and borders that cannot move in', () => {
    const dense = network((n) => n.conv(n.input([1, 8, 9, 9]), { kernel: 7, pad: 3 }));
    const valid = network((n) => n.conv(n.input([1, 8, 9, 9]), { kernel: 7, group: 8 }));
    expect(changed(dense, 'depthwise-3x3').places).toBe(0);
    expect(changed(valid, 'depthwise-3x3').places).toBe(0);
  });
});

test('a resize takes the nearest pixel: twice as large, each stands four times', async () => {
  const model = network((n) => {
    const x = n.relu(n.input([1, 1, 2, 2]));
    return n.nodes('Resize', [x, n.constant([]), n.constant([1, 1, 2, 2])], { mode: 'linear' }, 1);
  });
  const { copy, places } = changed(model, 'nearest-resize');
  expect(places).toBe(1);
  // Of sin 0, sin 1, sin 2, sin 3.
  const [a, b, c, d] = [0, 1, 2, 3].map((x) => Math.max(0, Math.sin(x)));
  const expected = [a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d];
  const found = await answer(copy);
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value ?? 0, 6);
  expect(changed(copy, 'nearest-resize').places).toBe(0);
});

describe('a gain', () => {
  test('is the middle share over pairs of turns', () => {
    // 0.2, 0.1 and 0.3 less; distances from 0.2 are 0, 0.1, 0.1.
    const gain = gainOf([10, 20, 30], [8, 18, 21]);
    expect(gain?.share).toBeCloseTo(0.2, 12);
    expect(gain?.noise).toBeCloseTo((3 * 1.2533 * 1.4826 * 0.1) / Math.sqrt(3), 12);
    expect(gainOf([], [])).toBeUndefined();
  });

  test('counts beyond the noise, and from 2 % on', () => {
    expect(isGain({ share: 0.1, noise: 0.05 })).toBe(true);
    expect(isGain({ share: 0.1, noise: 0.11 })).toBe(false);
    expect(isGain({ share: 0.015, noise: 0 })).toBe(false);
    expect(isGain({ share: -0.3, noise: 0.01 })).toBe(false);
  });
});

describe('advice', () => {
  const source = network((n) => {
    const x = n.input([1, 3, 64, 64]);
    const block = n.add(n.batchNorm(n.conv(x, { channels: 13, kernel: 3, pad: 1 })), n.conv(x, { channels: 13 }));
    return n.conv(squeezeExcite(n, n.mul(block, n.sigmoid(block))), { channels: 8 });
  });
  const fused = source.copy();
  optimize(fused);
  inferTypes(source.graph);
  const subject = { source, fused, blocks: 1 };

  /** A millisecond for each node, and a clock that each measurement takes a second of. */
  const fake = () => {
    let time = 0;
    const measure: Measure = async (networks) => {
      time += 1000;
      return new Map(
        Array.from(networks, ([name, { graph }]) => {
          const median = graph.nodeCount;
          return [name, [{ engine: 'native', threads: 1, median, mad: 0, runs: 3, turns: [median, median, median] }]];
        }),
      );
    };
    return { measure, now: () => time };
  };

  test('lists what gains, the most first, and nothing that does not', async () => {
    const { measure, now } = fake();
    const { advice, untried } = await advise(subject, measure, { seconds: 60, now });
    // By hand: the source has Conv, BatchNormalization, Conv, Add, Sigmoid, Mul, the six of the squeeze-excite, Conv: 13 nodes;
    // fused Conv, Sigmoid, Mul, the six, Conv: 10. Without the six: 4. With Relu for both of SiLU: 9.
    const found = advice.map(({ name, before, after }) => [name, before, after]);
    expect(found).toEqual([
      ['drop-high-squeeze-excites', 10, 4],
      ['drop-squeeze-excites', 10, 4],
      ['fuse', 13, 10],
      ['relu-for-swish', 10, 9],
    ]);
    expect(advice.map(({ exact }) => exact)).toEqual([false, false, true, false]);
    expect(untried).toEqual([]);
    const lines = advice.map(adviceLine);
    expect(lines[0]).toContain('60 % less');
    expect(lines[0]).toContain('has to be trained');
    expect(lines[2]).toContain('the function stays');
  });

  test('leaves the network as it was', async () => {
    const before = writeOnnx(fused);
    const { measure, now } = fake();
    await advise(subject, measure, { seconds: 60, now });
    expect(writeOnnx(fused)).toEqual(before);
  });

  test('names what there was no time for', async () => {
    const { measure, now } = fake();
    const { advice, untried } = await advise(subject, measure, { seconds: 2, now });
    // Fusing and the channels were measured, and those gain nothing here.
    expect(advice.map(({ name }) => name)).toEqual(['fuse']);
    expect(untried).toHaveLength(3);
    expect(untried[0]).toBe('ReLU in the place of SiLU (Swish)');
  });
});
