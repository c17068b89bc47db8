import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import type { Value } from '../../src/model/index.js';
import { operatorsWith } from '../../src/operators/index.js';
import { inferTypes } from '../../src/operators/infer.js';
import { dropNeutralArithmetic } from '../../src/passes/drop-neutral-arithmetic.js';
import { Changes } from '../../src/passes/pass.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

const around = (write: (n: Network, x: Value) => Value, shape: readonly (number | string)[] = [2, 3, 4]) =>
  network((n) => n.relu(write(n, n.relu(n.input(shape)))));

test.each([
  ['Add', 0],
  ['Sub', 0],
  ['Mul', 1],
  ['Div', 1],
  ['Pow', 1],
])('%s with %d disappears, as a scalar, as a vector and as a channel constant', async (operator, neutral) => {
  for (const shape of [[], [1], [4], [3, 1], [2, 3, 4]]) {
    const count = shape.reduce((a, b) => a * b, 1);
    const model = around((n, x) => n.node(operator, [x, n.constant(new Array<number>(count).fill(neutral), shape)]));
    const graph = await expectExact(model, dropNeutralArithmetic, 0);
    expect(graph.nodeCount).toBe(2);
  }
});

test('the 0 that sum() starts with may come first', async () => {
  const model = around((n, x) => n.add(n.constant(0), x), ['batch', 3]);
  const graph = await expectExact(model, dropNeutralArithmetic, 0);
  expect(graph.count('Add')).toBe(0);
});

test.each([
  ['0 - x', (n: Network, x: Value) => n.sub(n.constant(0), x)],
  ['1 / x', (n: Network, x: Value) => n.div(n.constant(1), x)],
  ['1 ^ x', (n: Network, x: Value) => n.node('Pow', [n.constant(1), x])],
  ['x + [0, 0, 0, 1]', (n: Network, x: Value) => n.add(x, n.constant([0, 0, 0, 1]))],
  ['a zero of higher rank', (n: Network, x: Value) => n.add(x, n.constant([0], [1, 1, 1, 1]))],
])('%s stays', (_, write) => {
  expectUntouched(around(write), dropNeutralArithmetic);
});

test('a zero that stretches x stays', () => {
  expectUntouched(
    around((n, x) => n.add(x, n.constant([0, 0, 0, 0])), [2, 1]),
    dropNeutralArithmetic,
  );
  expectUntouched(
    around((n, x) => n.add(x, n.constant([0, 0, 0, 0])), [2, 'width']),
    dropNeutralArithmetic,
  );
});

test.each([
  ['1 / y', (n: Network, y: Value) => n.node('Reciprocal', [y])],
  ['2 / y', (n: Network, y: Value) => n.div(n.constant(2), y)],
  ['y ^ -1', (n: Network, y: Value) => n.node('Pow', [y, n.constant(-1)])],
  ['1 / -y', (n: Network, y: Value) => n.node('Reciprocal', [n.node('Neg', [y])])],
  ['1 / Relu(y)', (n: Network, y: Value) => n.node('Reciprocal', [n.relu(y)])],
  ['1 / Reshape(y)', (n: Network, y: Value) => n.node('Reciprocal', [n.reshape(y, [4, -1])])],
  ['1 / mean(y)', (n: Network, y: Value) => n.node('Reciprocal', [n.node('ReduceMean', [y])])],
  ['an operator of another domain', (n: Network, y: Value) => custom(n, y)],
])('x + 0 stays where %s tells 0 from -0', (_, write) => {
  const model = network((n) => write(n, n.add(n.input([2, 3, 4]), n.constant(0))));
  expectUntouched(model, dropNeutralArithmetic);
});

test.each([
  ['y / 2', (n: Network, y: Value) => n.div(y, n.constant(2))],
  ['1 / exp(y)', (n: Network, y: Value) => n.node('Reciprocal', [n.node('Exp', [y])])],
  ['1 / (y + 3)', (n: Network, y: Value) => n.node('Reciprocal', [n.add(y, n.constant(3))])],
  ['1 / (3 - y)', (n: Network, y: Value) => n.node('Reciprocal', [n.sub(n.constant(3), y)])],
  ['1 / (y + 0)', (n: Network, y: Value) => n.node('Reciprocal', [n.add(y, n.constant(0))])],
])('x + 0 goes where %s does not tell 0 from -0', (_, write) => {
  const model = network((n) => write(n, n.add(n.input([2, 3, 4]), n.constant(0))));
  inferTypes(model.graph);
  const changes = new Changes();
  dropNeutralArithmetic.run(model.graph, changes);
  expect(changes.count).toBe(1);
});

const WEIGHTS = new Map([
  ['Conv', [2, 2, 2, 2]],
  ['ConvTranspose', [2, 2, 2, 2]],
  ['MatMul', [3, 3]],
]);

test.each(operatorsWith('forgetsSignOfZero'))('%s gives the same for 0 and for -0', async (operator) => {
  const model = network((n) => {
    const x = n.input([1, 2, 3, 3]);
    const weight = WEIGHTS.get(operator);
    if (operator === 'Gemm') return n.node('Reciprocal', [n.node('Gemm', [n.reshape(x, [2, 9]), n.random([9, 2])])]);
    return n.node('Reciprocal', [n.node(operator, weight ? [x, n.random(weight)] : [x])]);
  });
  const session = await InferenceSession.create(writeOnnx(model), { graphOptimizationLevel: 'disabled' });
  const [zero, negative] = await Promise.all(
    [0, -0].map(async (value) => {
      const image = new Tensor('float32', new Float32Array(18).fill(value), [1, 2, 3, 3]);
      return Object.values(await session.run({ x: image }))[0]?.data;
    }),
  );
  expect(zero).toBeDefined();
  expect(negative).toEqual(zero);
});

function custom(n: Network, y: Value): Value {
  const origin = [{ name: 'custom', operator: 'Inverse', index: 9 }];
  return n.model.graph.insert({ operator: 'Inverse', domain: 'own', inputs: [y], origin }).output();
}
