import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { DataType, Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, operations } from './judge.js';

const SHAPE = [2, 3, 4, 5];
const TYPES: readonly DataType[] = ['uint8', 'int8', 'uint16', 'int16'];

interface Steps {
  readonly scale: readonly number[] | number;
  readonly zero?: readonly number[] | number;
  readonly dtype?: DataType;
  readonly axis?: number;
}

/** x on steps of integers, and floats again. */
function stepped(n: Network, x: Value, { scale, zero = 0, dtype = 'uint8', axis = 1 }: Steps): Value {
  const operands = [n.constant(scale), n.constant(zero, undefined, dtype)];
  return n.node('DequantizeLinear', [n.node('QuantizeLinear', [x, ...operands], { axis }), ...operands], { axis });
}

/** Numbers that lie half-way between two steps, on both sides of 0 and beyond both ends of 8 bits. */
const halfWay = (n: Network) =>
  n.node('Add', [n.node('Round', [n.mul(n.input(SHAPE), n.constant(200))]), n.constant(0.5)]);

describe('activations on steps of integers answer as in ONNX Runtime', () => {
  test.each(TYPES)('%s, ties to even, kept within the type', async (dtype) => {
    const zero = dtype.startsWith('u') ? 100 : -5;
    const lowered = await expectEquivalent(
      network((n) => stepped(n, halfWay(n), { scale: 1, zero, dtype }), { opset: 21 }),
      { tolerance: 0 },
    );
    expect(operations(lowered)).toMatchObject({ real_div: 1, clip: 1 });
  });

  test.each([0, 1, 2, 3, -1])('a scale and a zero point for each place of axis %i', async (axis) => {
    const count = SHAPE.at(axis) ?? 0;
    const scale = Array.from({ length: count }, (_, i) => 0.5 ** (i + 1));
    const zero = Array.from({ length: count }, (_, i) => 3 * i - 4);
    await expectEquivalent(
      network((n) => stepped(n, halfWay(n), { scale, zero, dtype: 'int8', axis }), { opset: 21 }),
      { tolerance: 0 },
    );
  });

  test('a zero point of 0 costs nothing', async () => {
    const lowered = await expectEquivalent(network((n) => stepped(n, n.input(SHAPE), { scale: 0.1, dtype: 'int8' })));
    expect(operations(lowered)).not.toHaveProperty('sub');
  });

  test('scales that are computed', async () => {
    await expectEquivalent(
      network(
        (n) => {
          const x = n.input(SHAPE);
          const scale = n.node('ReduceMax', [n.node('Abs', [x])], { axes: [0, 1, 2, 3], keepdims: 0 });
          const step = n.mul(scale, n.constant(1 / 128));
          const zero = n.constant(128, undefined, 'uint8');
          return n.node('DequantizeLinear', [n.node('QuantizeLinear', [x, step, zero]), step, zero]);
        },
        { opset: 13 },
      ),
    );
  });

  test('a quantised weight is a constant', async () => {
    const lowered = await expectEquivalent(
      network((n) => {
        const weight = n.constant(
          Array.from({ length: 36 }, (_, i) => i - 18),
          [4, 3, 3, 1],
          'int8',
        );
        const scale = n.constant([0.1, 0.2, 0.3, 0.4]);
        const zero = n.constant([0, 0, 0, 0], undefined, 'int8');
        const floats = n.node('DequantizeLinear', [weight, scale, zero], { axis: 0 });
        const x = stepped(n, n.input(SHAPE), { scale: 1 / 64, zero: 128 });
        return stepped(n, n.node('Conv', [x, floats]), { scale: 1 / 32, zero: 128 });
      }),
    );
    expect(operations(lowered)).toMatchObject({ conv: 1, round: 2 });
  });

  test('kept within fewer bits by a Clip, as PyTorch exports them', async () => {
    await expectEquivalent(
      network((n) => {
        const [step, zero] = [n.constant(1 / 64), n.constant(3, undefined, 'uint8')];
        const bounds = [n.constant(0, undefined, 'uint8'), n.constant(127, undefined, 'uint8')];
        const stored = n.node('Clip', [n.node('QuantizeLinear', [n.input(SHAPE), step, zero]), ...bounds]);
        return n.node('DequantizeLinear', [stored, step, zero]);
      }),
    );
  });
});

test('steps are counted in fp32 in a program of fp16, where quotients would be rounded before they are', () => {
  const model = network((n) => n.relu(stepped(n, n.relu(n.input(SHAPE)), { scale: 2 ** -5, zero: 100 })));
  const { program } = coreml.lower(model, { precision: 'fp16' });
  const typesOf = (wanted: string) =>
    program.operations.filter(({ type }) => type === wanted).map(({ outputs }) => outputs[0]?.type.dtype);
  expect(typesOf('relu')).toEqual(['fp16', 'fp16']);
  expect(['real_div', 'round', 'clip', 'sub', 'mul'].flatMap(typesOf)).toEqual(new Array(5).fill('fp32'));
});

test('a scale for each block is refused by name', () => {
  const model = network(
    (n) =>
      n.node(
        'QuantizeLinear',
        [
          n.input([4, 6]),
          n.constant(new Array(12).fill(0.1), [4, 3]),
          n.constant(new Array(12).fill(0), [4, 3], 'uint8'),
        ],
        { axis: 1, block_size: 2 },
      ),
    { opset: 21 },
  );
  expect(() => coreml.lower(model, { precision: 'fp32' })).toThrow(/a scale for each block/);
});
