import { describe, expect, test } from 'vitest';
import { litert } from '../../../src/formats/litert/index.js';
import { Tensor } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { bytesOf, expectEquivalent, opened, operators, sharedEngine } from './judge.js';

/** The first operator of a name in what a program's bytes say. */
function operatorOf(program: Parameters<typeof bytesOf>[0], name: string) {
  return opened(bytesOf(program)).content.program.operators.find(({ operation }) => operation.name === name);
}

describe('what the web runtime gives rubbish for without an error is right', () => {
  test('an input that is an output', async () => {
    await expectEquivalent(
      network((n) => {
        const x = n.input([2, 3]);
        return [x, n.relu(x)];
      }),
    );
  });

  test.each<[string, Record<string, number | number[]>]>([
    ['GlobalAveragePool', {}],
    ['ReduceMean', { keepdims: 0 }],
    ['ReduceSum', {}],
  ])('%s of more elements than can be added one after another', async (operator, attributes) => {
    const model = network((n) => {
      const x = n.node('Abs', [n.input([1, 16, 224, 224])]);
      return n.node(operator, [x], attributes);
    });
    await expectEquivalent(model);
  });

  test('one result as two outputs', async () => {
    const model = network((n) => {
      const y = n.relu(n.input([2, 3]));
      return [n.node('Identity', [y]), n.node('Reshape', [y, n.integers([2, 3])])];
    });
    await expectEquivalent(model);
  });

  test('a constant that is an output', async () => {
    await expectEquivalent(network((n) => [n.relu(n.input([2])), n.node('Identity', [n.constant([4, 5, 6])])]));
  });

  test('sizes that are an output', async () => {
    const model = () => network((n) => n.node('Shape', [n.relu(n.input(['batch', 5]))]));
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });

  test('truth values that come in and go out, as 0 and 1', async () => {
    const program = await expectEquivalent(network((n) => n.node('Not', [n.input([2, 3], 'bool')])));
    expect(program.inputs[0]?.tensor.type).toBe('int32');
    expect(program.outputs[0]?.tensor.type).toBe('int32');
  });

  test('or refused by its engine, where a kernel fails as it runs', async () => {
    const model = network((n) => n.node('Gather', [n.input([4, 3]), n.input([2], 'int64', 'places')]));
    const runnable = litert.runnable(opened(bytesOf(litert.lower(model, {}).program)));
    const session = await sharedEngine().load({ ...runnable, optimize: true });
    const feeds = (place: number) =>
      new Map([
        [
          'x',
          Tensor.from(
            'float32',
            [4, 3],
            Array.from({ length: 12 }, (_, i) => i),
          ),
        ],
        ['places', Tensor.from('int32', [2], [place, 0])],
      ]);
    const [name = ''] = session.outputs.map((output) => output.name);
    expect((await session.run(feeds(1), [name])).get(name)?.toFloat64()[0]).toBe(3);
    await expect(session.run(feeds(9), [name])).rejects.toThrow(/ERROR/);
    // What was complained of once is not held against the next run.
    expect((await session.run(feeds(2), [name])).get(name)?.toFloat64()[0]).toBe(6);
    await session.release();
  });
});

describe('what kernels pass over without an error is written otherwise', () => {
  test('a tangent behind a convolution is an operator of its own', async () => {
    const model = network((n) => n.node('Tanh', [n.conv(n.input([1, 3, 4, 4]), { channels: 2 })]));
    expect([...operators(await expectEquivalent(model)).keys()]).toEqual(['CONV_2D', 'TANH']);
  });

  test.each<[string, number, number, number]>([
    ['none below', 0, Number.POSITIVE_INFINITY, 1],
    ['six', 0, 6, 3],
    ['one on both sides', -1, 1, 2],
  ])('a limit of %s is computed along', async (_, low, high, activation) => {
    const model = network((n) =>
      n.node('Clip', [n.conv(n.input([1, 3, 4, 4]), { channels: 2 }), n.constant(low), n.constant(high)]),
    );
    const program = await expectEquivalent(model);
    expect([...operators(program).keys()]).toEqual(['CONV_2D']);
    expect(operatorOf(program, 'CONV_2D')?.options.activation).toBe(activation);
  });

  test('options whose absence means another number are all there', async () => {
    const softmax = litert.lower(
      network((n) => n.node('Softmax', [n.input([2, 3])])),
      {},
    );
    expect(operatorOf(softmax.program, 'SOFTMAX')?.options.beta).toBe(1);
    const leaky = litert.lower(
      network((n) => n.node('LeakyRelu', [n.input([2, 3])])),
      {},
    );
    expect(operatorOf(leaky.program, 'LEAKY_RELU')?.options.alpha).toBeCloseTo(0.01, 6);
    const depthwise = litert.lower(
      network((n) => n.conv(n.input([1, 3, 6, 6]), { channels: 6, kernel: 3, group: 3 })),
      {},
    );
    const { options } = operatorOf(depthwise.program, 'DEPTHWISE_CONV_2D') ?? { options: {} };
    expect(options).toMatchObject({ padding: 1, depthMultiplier: 2, strideWidth: 1, dilationHeight: 1 });
  });
});

describe('a constant in fewer bits', () => {
  const layers = () =>
    network((n) => {
      const x = n.conv(n.input([1, 4, 9, 9]), { channels: 24, kernel: 3, pad: 1 });
      return n.linear(n.node('Flatten', [n.globalAveragePool(n.conv(x, { channels: 24, kernel: 3, group: 24 }))]), 50);
    });

  test.each<['fp16' | 'int8', string, number]>([
    ['fp16', 'float16', 2e-3],
    ['int8', 'int8', 4e-2],
  ])('in %s is turned back by an operator of its own', async (precision, type, tolerance) => {
    const program = await expectEquivalent(layers(), { precision, tolerance });
    const turned = program.operators.filter(({ operation }) => operation.name === 'DEQUANTIZE');
    expect(turned.length).toBeGreaterThan(0);
    expect(turned.every(({ inputs: [stored] }) => stored?.type === type)).toBe(true);
    expect(opened(bytesOf(program)).precision).toBe(precision);
  });

  test('of a depthwise kernel has a scale for each channel, however far apart they are', async () => {
    const channels = 64;
    const model = network((n) => {
      const weight = Float32Array.from({ length: channels * 9 }, (_, i) => Math.sin(i) * 10 ** (((i / 9) % 5) | 0));
      return n.node('Conv', [n.input([1, channels, 5, 5]), n.constant([...weight], [channels, 1, 3, 3])], {
        group: channels,
      });
    });
    const program = await expectEquivalent(model, { precision: 'int8', tolerance: 2e-2 });
    const [stored] = program.operators[0]?.inputs ?? [];
    expect(stored?.quantization?.scale).toHaveLength(channels);
    expect(stored?.quantization?.axis).toBe(3);
  });

  test('that halves do not hold stays as it is, and is named', () => {
    const model = network((n) => n.node('Gemm', [n.input([1, 40]), n.constant(new Array(1600).fill(7e4), [40, 40])]));
    const { program, notes } = litert.lower(model, { precision: 'fp16' });
    expect(operators(program).has('DEQUANTIZE')).toBe(false);
    expect(notes.join()).toMatch(/stays float32: it holds numbers beyond 65504/);
  });
});

describe('a batch that is open', () => {
  const image = () =>
    network((n) => {
      const x = n.relu(n.conv(n.input(['batch', 3, 8, 8]), { channels: 4, kernel: 3, pad: 1, stride: 2 }));
      return n.linear(n.node('Flatten', [n.globalAveragePool(x)]), 5);
    });

  test('is 1 in the file and free in its signature', async () => {
    for (const batch of [1, 3]) await expectEquivalent(image(), { sizes: { batch } });
    const { program, notes } = litert.lower(image(), {});
    expect(program.inputs[0]?.tensor).toMatchObject({ shape: [1, 8, 8, 3], signature: [-1, 8, 8, 3] });
    expect(opened(bytesOf(program)).inputs[0]?.shape).toEqual([undefined, 8, 8, 3]);
    expect(notes).toEqual([expect.stringMatching(/its batch is open/)]);
  });

  test('holds where sizes are computed', async () => {
    const model = () =>
      network((n) => {
        const x = n.input(['batch', 2, 3]);
        const batch = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([1])]);
        const shape = n.concat([batch, n.integers([3, 2])], 0);
        return n.node('Expand', [n.node('Reshape', [x, shape]), n.concat([n.integers([2]), shape], 0)]);
      });
    for (const batch of [1, 3]) await expectEquivalent(model(), { sizes: { batch } });
  });
});
