import { describe, expect, test } from 'vitest';
import type { CoremlOptions } from '../../../src/formats/coreml/declaration.js';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { MilProgram } from '../../../src/formats/coreml/program/program.js';
import type { Lowered, LowerOptions } from '../../../src/formats/format.js';
import {
  float16ToNumber,
  type Model,
  Tensor,
  UnsupportedError,
  UsageError,
  type Value,
} from '../../../src/model/index.js';
import { unsupportedIn } from '../../../src/source/lower-for.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, opened, operations } from './judge.js';

const lower = (model: Model, options: LowerOptions & CoremlOptions = {}) => coreml.lower(model, options);
const counts = (build: (n: Network) => Value | Value[], options: LowerOptions = { precision: 'fp32' }) =>
  operations(lower(network(build, { opset: 20 }), options));

/** The constant that an operation is given. */
function argument({ operations: all }: MilProgram, type: string, name: string) {
  return all.find((operation) => operation.type === type)?.inputs.get(name)?.[0]?.constant;
}

describe('one operation stands for one function', () => {
  test('x * sigmoid(x) is silu', () => {
    expect(counts((n) => silu(n, n.input([1, 4])))).toEqual({ silu: 1 });
  });

  test('but not where the sigmoid is read by others as well', () => {
    const built = (n: Network) => {
      const x = n.input([1, 4]);
      const gate = n.sigmoid(x);
      return [n.mul(x, gate), n.relu(gate)];
    };
    expect(counts(built)).toEqual({ sigmoid: 1, mul: 1, relu: 1 });
  });

  test('GELU written out is gelu', () => {
    const built = (n: Network) => {
      const x = n.input([1, 4]);
      const sum = n.add(n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]), n.constant(1));
      return n.mul(n.mul(x, sum), n.constant(0.5));
    };
    expect(counts(built)).toEqual({ gelu: 1 });
  });

  test('a matrix product with a constant and a bias behind it are linear', () => {
    const built = (n: Network) => n.add(n.node('MatMul', [n.input([2, 3, 4]), n.random([4, 5])]), n.random([5]));
    expect(counts(built)).toEqual({ linear: 1 });
  });

  test('of more axes than linear is documented for, they stay a product and a sum', () => {
    const built = (n: Network) => n.add(n.node('MatMul', [n.input([2, 2, 3, 4]), n.random([4, 5])]), n.random([5]));
    expect(counts(built)).toEqual({ matmul: 1, add: 1 });
  });

  test.each<[string, (n: Network) => Value, string]>([
    ['Clip from 0 to 6', (n) => n.node('Clip', [n.input([2]), n.constant(0), n.constant(6)]), 'relu6'],
    ['Clip from 0', (n) => n.node('Clip', [n.input([2]), n.constant(0)]), 'relu'],
    ['Clip', (n) => n.node('Clip', [n.input([2]), n.constant(-1), n.constant(1)]), 'clip'],
    ['a square', (n) => n.node('Pow', [n.input([2]), n.constant(2)]), 'square'],
    ['a global mean', (n) => n.globalAveragePool(n.input([1, 2, 3, 3])), 'reduce_mean'],
  ])('%s', (_, build, operation) => {
    expect(counts(build)).toEqual({ [operation]: 1 });
  });
});

function silu(n: Network, x: Value): Value {
  return n.mul(x, n.sigmoid(x));
}

/** Types of the inputs and of the outputs, as the package has them. */
function dtypes(lowered: Lowered<MilProgram>) {
  const { inputs, outputs } = opened(lowered);
  return [inputs, outputs].map((ports) => ports.map(({ dtype }) => dtype));
}

describe('fp16 is the default, and inputs and outputs stay float32', () => {
  const conv = (n: Network) => n.conv(n.input([1, 3, 4, 4]), { kernel: 3, bias: true });

  test('a cast stands at each end', () => {
    const lowered = lower(network(conv));
    expect(operations(lowered)).toEqual({ cast: 2, conv: 1 });
    expect(dtypes(lowered)).toEqual([['float32'], ['float32']]);
    expect(argument(lowered.program, 'conv', 'weight')?.dtype).toBe('fp16');
  });

  test('fp32 has none', () => {
    const lowered = lower(network(conv), { precision: 'fp32' });
    expect(operations(lowered)).toEqual({ conv: 1 });
    expect(argument(lowered.program, 'conv', 'weight')?.dtype).toBe('fp32');
  });

  test('a node with a constant beyond fp16 stays fp32, with casts around, and the note names it', async () => {
    const built = () => network((n) => n.relu(n.mul(n.relu(n.input([1, 4])), n.constant(1e6))));
    const lowered = lower(built());
    expect(argument(lowered.program, 'mul', 'y')).toMatchObject({ dtype: 'fp32', data: Float32Array.of(1e6) });
    expect(lowered.notes.join()).toMatch(/Mul_1 stays in fp32/);
    const small = (n: Network) => n.mul(n.input([1, 4]), n.constant(0.01));
    await expectEquivalent(
      network((n) => n.relu(n.mul(small(n), n.constant(1e6)))),
      { precision: 'fp16' },
    );
  });

  test('infinity is no such constant: fp16 has it', () => {
    const built = (n: Network) => n.node('Max', [n.input([2]), n.constant(Number.NEGATIVE_INFINITY)]);
    expect(counts(built, {})).toEqual({ cast: 2, maximum: 1 });
  });

  test('an epsilon that would become 0 is the smallest step of fp16 instead', () => {
    const built = (n: Network) => {
      const features = [n.random([4]), n.random([4])];
      return n.node('LayerNormalization', [n.input([1, 4]), ...features], { epsilon: { float: 1e-12 } });
    };
    const epsilon = argument(lower(network(built)).program, 'layer_norm', 'epsilon');
    expect(epsilon && Array.from(epsilon.data as Uint16Array, float16ToNumber)).toEqual([2 ** -24]);
  });

  test('a bound of Clip beyond fp16 stays, in fp32', () => {
    const built = (n: Network) => n.node('Clip', [n.input([2]), n.constant(-1e9), n.constant(3)]);
    expect(counts(built, {})).toEqual({ clip: 1 });
  });

  test('nodes that the user names, by name or by glob, stay fp32', () => {
    const built = () => network((n) => n.relu(n.conv(n.conv(n.input([1, 3, 4, 4]), { kernel: 1 }), { kernel: 3 })));
    const dtypes = (keepFp32: string[]) =>
      lower(built(), { keepFp32 }).program.operations.flatMap(({ type, outputs }) =>
        type === 'conv' || type === 'relu' ? [outputs[0]?.type.dtype] : [],
      );
    expect(dtypes(['Conv_1'])).toEqual(['fp16', 'fp32', 'fp16']);
    expect(dtypes(['Conv*'])).toEqual(['fp32', 'fp32', 'fp16']);
    expect(dtypes(['Conv_?'])).toEqual(['fp32', 'fp32', 'fp16']);
    // Brackets are letters of a name, not a choice; and a name that no node has is a slip that should be heard of.
    expect(() => dtypes(['Re[l]u'])).toThrow(UsageError);
  });

  test('a node that another operation stands for keeps it in fp32 as well', () => {
    const { program } = lower(
      network((n) => silu(n, n.input([1, 4]))),
      { keepFp32: ['Sigmoid_0'] },
    );
    expect(program.operations.map(({ type, outputs }) => [type, outputs[0]?.type.dtype])).toEqual([['silu', 'fp32']]);
  });

  test('an fp16 network answers within the tolerance of fp16', async () => {
    const built = (n: Network) =>
      n.linear(n.node('Flatten', [silu(n, n.conv(n.input([1, 3, 6, 6]), { kernel: 3 }))]), 5);
    await expectEquivalent(network(built), { precision: 'fp16' });
  });
});

describe('float64, which exporters leave in coordinates', () => {
  const DOUBLE = 11;
  const cells = (n: Network, x: Value) => {
    const places = n.constant([0.5, 1.5, 1000.5], undefined, 'float64');
    return n.mul(n.add(n.node('Cast', [x], { to: DOUBLE }), places), n.constant(8.25, [], 'float64'));
  };

  test.each(['fp32', 'fp16'] as const)('is computed in fp32, also where the program is in %s', async (precision) => {
    const built = (n: Network) => n.node('Cast', [cells(n, n.input([2, 3]))], { to: 1 });
    await expectEquivalent(network(built), { precision, tolerance: 1e-6 });
  });

  test('is float32 where it is an input or an output', async () => {
    const built = (n: Network) => n.relu(cells(n, n.input([2, 3], 'float64')));
    const lowered = await expectEquivalent(network(built), { precision: 'fp16', tolerance: 1e-6 });
    expect(dtypes(lowered)).toEqual([['float32'], ['float32']]);
  });
});

describe('integers and bools', () => {
  test('an int64 output is int32, a bool output float32', async () => {
    const built = (n: Network) => {
      const x = n.input([2, 5]);
      return [n.node('ArgMax', [x], { axis: 1 }), n.node('Greater', [x, n.constant(0.5)])];
    };
    const lowered = await expectEquivalent(network(built));
    expect(dtypes(lowered)[1]).toEqual(['int32', 'float32']);
  });

  test('an int64 input is int32, a bool input float32', async () => {
    const built = (n: Network) => [
      n.node('Gather', [n.random([3, 4]), n.input([2], 'int64', 'places')]),
      n.node('Not', [n.input([3], 'bool', 'flags')]),
    ];
    const lowered = await expectEquivalent(network(built));
    expect(dtypes(lowered)[0]).toEqual(['int32', 'float32']);
  });

  test('the end of a Slice that means "all" fits into 32 bits', async () => {
    await expectEquivalent(
      network((n) => {
        const ends = n.model.graph.addConstant(bigVector([2n ** 63n - 1n]));
        return n.node('Slice', [n.input([2, 5]), n.integers([1]), ends, n.integers([1])]);
      }),
    );
  });

  test('a constant beyond 32 bits is refused', () => {
    const built = (n: Network) => n.add(n.input([2], 'int64'), n.model.graph.addConstant(bigVector([2n ** 40n])));
    expect(() => lower(network(built))).toThrow(/1099511627776 is beyond the 32 bits/);
  });

  test('division of integers cuts towards 0 on either side of it', async () => {
    const feeds = new Map([['x', { shape: [6], data: [7, -7, 7, -7, 6, -6] }]]);
    const divisor = [2, 2, -2, -2, 3, 3];
    const built = (n: Network) => n.div(n.input([6], 'int32'), n.constant(divisor, [6], 'int32'));
    await expectEquivalent(network(built), { feeds, tolerance: 0 });
  });
});

function bigVector(values: readonly bigint[]) {
  return Tensor.fromBigInts('int64', [values.length], values);
}

test.each<[string, readonly number[]]>([
  ['both ends', [0, 2, 0, 3]],
  ['as far as the axis is long', [2, 3, 2, 3]],
  ['behind what is taken away first', [1, -1, 0, 2]],
])('padding wraps around at %s', async (_, pads) => {
  const built = (dtype: 'float32' | 'int32') => (n: Network) =>
    n.node('Pad', [n.input([2, 3], dtype), n.integers(pads)], { mode: 'wrap' });
  await expectEquivalent(network(built('float32'), { opset: 19 }), { tolerance: 0 });
  await expectEquivalent(network(built('int32'), { opset: 19 }), { tolerance: 0 });
});

test.each(['reflect', 'edge'])('padding by %s goes over more axes than Core ML does at once', async (mode) => {
  const pads = (n: Network) => n.integers([0, 1, 2, 1, 0, 0, 1, 2]);
  const lowered = await expectEquivalent(
    network((n) => n.node('Pad', [n.input([1, 3, 4, 3]), pads(n)], { mode })),
    { tolerance: 0 },
  );
  expect(operations(lowered)).toMatchObject({ pad: 2 });
});

describe('shapes', () => {
  test('an unknown batch becomes 1, and the note says so', async () => {
    const built = () => network((n) => n.linear(n.node('Flatten', [n.input(['batch', 2, 3])]), 4));
    expect(lower(built()).notes.join()).toMatch(/axis 0 \(batch\) of input x became 1/);
    await expectEquivalent(built());
  });

  test('shape arithmetic on the batch is folded then', async () => {
    const built = (n: Network) => {
      const x = n.input(['batch', 2, 3]);
      const batch = n.node('Slice', [n.node('Shape', [x]), n.integers([0]), n.integers([1])]);
      return n.node('Reshape', [x, n.concat([batch, n.integers([6])], 0)]);
    };
    expect(counts(built)).toEqual({ reshape: 1 });
  });

  test('any other unknown size is refused, and the line names --shape', () => {
    const built = (n: Network) => n.relu(n.input([1, 3, 'height', 'width']));
    expect(() => lower(network(built))).toThrow(/\[1,3,height,width\].*--shape x:/);
  });

  test.each<[string, readonly number[], readonly number[]]>([
    ['windows of a feature map', [2, 4, 2, 6, 3, 5], [0, 1, 3, 2, 4, 5]],
    ['with axes of size 1', [1, 4, 1, 6, 3, 5], [4, 1, 0, 3, 2, 5]],
    ['of seven axes', [2, 2, 3, 2, 2, 1, 2], [2, 3, 4, 0, 1, 5, 6]],
  ])(
    'a permutation of more than 5 axes that stay together in 5 groups or fewer is exact: %s',
    async (_, sizes, perm) => {
      const total = sizes.reduce((a, b) => a * b, 1);
      const built = (n: Network) => {
        const wide = n.transpose(n.reshape(n.input([total]), sizes), perm);
        return n.reshape(n.add(n.relu(wide), n.constant(1)), [total]);
      };
      await expectEquivalent(network(built));
    },
  );

  test('blocks into channels with the source channel counted first are refused by name', () => {
    const blocks = { blocksize: 2, mode: 'CRD' };
    const built = (n: Network) => n.node('SpaceToDepth', [n.input([1, 2, 4, 4])], blocks);
    expect(() => lower(network(built, { opset: 28 }))).toThrow(/SpaceToDepth.*by place first/);
  });

  test('one that moves six axes apart is refused with that number', () => {
    const built = (n: Network) =>
      n.reshape(n.transpose(n.reshape(n.input([64]), [2, 2, 2, 2, 2, 2]), [5, 4, 3, 2, 1, 0]), [64]);
    expect(() => lower(network(built))).toThrow(/moves 6 groups of axes/);
  });

  test('joining and splitting beyond 5 axes lays the others together', async () => {
    const built = (n: Network) => {
      const wide = n.reshape(n.input([1, 96]), [1, 2, 2, 4, 2, 3]);
      const [a, b] = n.nodes('Split', [wide, n.integers([1, 3])], { axis: 3 }, 2);
      return a && b ? n.reshape(n.concat([b, a], 3), [1, 96]) : wide;
    };
    await expectEquivalent(network(built));
  });
});

test('a choice by a condition larger than both its sides is exact', async () => {
  const built = (n: Network) => {
    const condition = n.node('Greater', [n.input([2, 3, 4]), n.constant(0)]);
    return [
      n.node('Where', [condition, n.input([4]), n.input([3, 1])]),
      n.node('Where', [condition, n.constant(1), n.constant([1, 2, 3, 4])]),
    ];
  };
  await expectEquivalent(network(built));
});

describe('what cannot be expressed', () => {
  test('is refused all at once, each node by name, operator and reason', () => {
    const built = (n: Network) => {
      const x = n.input([1, 2, 4, 4]);
      const pooled = n.node('MaxPool', [x], { kernel_shape: [2, 2], dilations: [2, 2] });
      return [n.relu(pooled), n.node('Det', [x])];
    };
    try {
      lower(network(built));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedError);
      expect((error as UnsupportedError).unsupported).toMatchObject([
        { target: 'coreml', node: 'MaxPool_0', operator: 'MaxPool', reason: expect.stringMatching(/dilation/) },
        { target: 'coreml', node: 'Det_2', operator: 'Det', reason: expect.stringMatching(/not written for Core ML/) },
      ]);
    }
  });

  test('is refused where a number may not fit into the integer that it is cast to', () => {
    const UINT8 = 2;
    const built = (n: Network) => n.node('Cast', [n.input([2])], { to: UINT8 });
    expect(() => lower(network(built))).toThrow(/float32 that does not fit into uint8 wraps around/);
  });

  test('is refused where padding wraps around more than once', () => {
    const built = (n: Network) => n.node('Pad', [n.input([3]), n.integers([4, 0])], { mode: 'wrap' });
    expect(() => lower(network(built, { opset: 19 }))).toThrow(/more than once/);
  });

  test('does not blame the nodes behind a refused one for what is unknown because of it', () => {
    const built = (n: Network) => {
      const boxes = n.node('NonMaxSuppression', [n.input([1, 8, 4]), n.input([1, 2, 8])]);
      return n.node('Squeeze', [n.node('Slice', [boxes, n.integers([2]), n.integers([3]), n.integers([1])])]);
    };
    expect(unsupportedIn(coreml, network(built), {}).map(({ node }) => node)).toEqual(['NonMaxSuppression_0']);
  });

  test('says nothing of a model that lower takes', () => {
    const model = network((n) => n.relu(n.input([1, 2])));
    expect(unsupportedIn(coreml, model, {})).toEqual([]);
  });
});

describe('names', () => {
  test('of values that Core ML takes stay; others are replaced, and a feature is noted', () => {
    const model = network((n) => n.relu(n.relu(n.input([1, 2], 'float32', 'in.put-0'))));
    const [output] = model.graph.outputs;
    if (output) output.name = '1/out';
    const lowered = lower(model, { precision: 'fp32' });
    const { inputs, outputs } = opened(lowered);
    expect(inputs).toMatchObject([{ sourceName: 'in.put-0', name: 'in_put_0', dtype: 'float32' }]);
    expect(outputs).toMatchObject([{ sourceName: '1/out', name: 'var_1_out', dtype: 'float32' }]);
    expect(lowered.notes.filter((note) => note.includes('is called'))).toHaveLength(2);
  });

  test('are what the metadata calls features by', () => {
    const model = network((n) => n.relu(n.relu(n.input([1, 3, 2, 2], 'float32', 'in.put-0'))));
    const { name = '' } = model.graph.outputs[0] ?? {};
    const { metadata } = lower(model).program;
    expect(JSON.parse(metadata.get('mobileone.layout') ?? '')).toEqual({ in_put_0: 'nchw', [name]: 'nchw' });
  });

  test('are given once, also where two would become the same', () => {
    const model = network((n) => [n.relu(n.input([2], 'float32', 'a.b')), n.relu(n.input([2], 'float32', 'a-b'))]);
    const { program } = lower(model);
    const names = program.operations.flatMap(({ outputs }) => outputs.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[A-Za-z_][A-Za-z0-9_@]*$/.test(name))).toBe(true);
  });

  test('an output that is an input, a constant, or an output already, is a value of its own', async () => {
    const built = (n: Network) => {
      const x = n.input([2]);
      const y = n.relu(x);
      return [x, n.constant([1, 2]), y, n.node('Identity', [y])];
    };
    const lowered = await expectEquivalent(network(built));
    expect(operations(lowered)).toEqual({ relu: 1, identity: 3 });
  });
});

test('a later deployment target gives the version that goes with it', () => {
  const versions = (['iOS15', 'iOS16', 'iOS17', 'iOS18'] as const).map(
    (deploymentTarget) =>
      lower(
        network((n) => n.relu(n.input([2]))),
        { deploymentTarget },
      ).program.version,
  );
  expect(versions.map(({ specification, opset }) => [specification, opset])).toEqual([
    [6, 'CoreML5'],
    [7, 'CoreML6'],
    [8, 'CoreML7'],
    [9, 'CoreML8'],
  ]);
});

describe('a resize', () => {
  type Attributes = Readonly<Record<string, string>>;
  const resize = (sizes: readonly [number, number], scales: readonly number[], attributes: Attributes) => () =>
    network((n) => n.node('Resize', [n.input([1, 2, ...sizes]), undefined, n.constant([1, 1, ...scales])], attributes));
  const linear = (mode: string) => ({ mode: 'linear', coordinate_transformation_mode: mode });
  const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const symmetric = { coordinate_transformation_mode: 'half_pixel_symmetric', nearest_mode: 'round_prefer_floor' };

  test.each<[string, () => Model, Record<string, number>]>([
    ['by whole factors, nearest', resize([4, 5], [2, 3], nearest), { upsample_nearest_neighbor: 1 }],
    ['by other factors, nearest', resize([4, 6], [1.5, 0.5], nearest), { gather: 2 }],
    ['about the centre, nearest', resize([4, 7], [0.3, 0.6], { ...nearest, ...symmetric }), { gather: 2 }],
    ['by centres', resize([4, 5], [2, 2], linear('half_pixel')), { resize_bilinear: 1 }],
    ['by corners', resize([4, 5], [2, 2], linear('align_corners')), { resize_bilinear: 1 }],
    ['by begins', resize([4, 5], [2, 2], linear('asymmetric')), { resize_bilinear: 1 }],
    ['by corners along an axis of one element', resize([4, 1], [2, 1], linear('align_corners')), { matmul: 1 }],
    ['by a factor that leaves a rest', resize([5, 7], [1.3, 1.3], linear('half_pixel')), { matmul: 2 }],
    ['by cubics', resize([4, 5], [2, 2], { mode: 'cubic' }), { matmul: 2 }],
  ])('%s', async (_, build, expected) => {
    expect(operations(await expectEquivalent(build()))).toEqual(expected);
  });
});
