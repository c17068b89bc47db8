import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { Tensor, type Value } from '../../src/model/index.js';
import { padBeforeBias } from '../../src/passes/pad-before-bias.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import { expectExact, expectSameAnswers, expectUntouched } from './apply-pass.js';

const CHANNELS = 3;
/** Square, so that rows and columns could be taken for one another. */
const SIZE = 5;

/** Places [n, c, y, x] of a padded image. */
type Places = readonly (readonly [number, number, number, number])[];

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function places(isWanted: (y: number, x: number) => boolean): Places {
  return range(CHANNELS).flatMap((c) =>
    range(SIZE + 2).flatMap((y) => range(SIZE + 2).flatMap((x) => (isWanted(y, x) ? [[0, c, y, x] as const] : []))),
  );
}

const end = SIZE + 1;
const border = places((y, x) => y === 0 || x === 0 || y === end || x === end);

function padded(n: Network, x: Value): { conv: Value; bias: readonly number[]; padded: Value } {
  const bias = [0.5, -1.25, 2];
  const weight = n.random([CHANNELS, CHANNELS, 1, 1]);
  const conv = n.node('Conv', [x, weight, n.constant(bias)], { kernel_shape: [1, 1] });
  return { conv, bias, padded: n.node('Pad', [conv, n.integers([0, 0, 1, 1, 0, 0, 1, 1])]) };
}

function write(n: Network, x: Value, where: Places, number: (channel: number) => number): Value {
  const indices = n.model.graph.addConstant(Tensor.fromBigInts('int64', [where.length, 4], where.flat().map(BigInt)));
  const updates = n.model.graph.addConstant(
    Tensor.from(
      'float32',
      [where.length],
      where.map(([, c]) => number(c)),
    ),
  );
  return n.node('ScatterND', [x, indices, updates]);
}

/** A whole row of the first axis, written once per index, as `torch.export` does between two transposes. */
function writeRow(n: Network, x: Value, row: number, values: readonly number[]): Value {
  const index = n.model.graph.addConstant(Tensor.ofShape([row]).reshape([1, 1]));
  const updates = n.model.graph.addConstant(Tensor.from('float32', [1, 1, CHANNELS, SIZE + 2], values));
  return n.node('ScatterND', [x, index, updates]);
}

const input = (n: Network) => n.input([1, CHANNELS, SIZE, SIZE]);
const operators = (graph: { sorted(): readonly { operator: string }[] }) =>
  graph.sorted().map(({ operator }) => operator);

test('a border that was written over with the bias becomes a bias behind the padding', async () => {
  const model = network((n) => {
    const { bias, padded: y } = padded(n, input(n));
    return n.relu(write(n, y, border, (c) => bias[c] ?? 0));
  });
  const graph = await expectExact(model, padBeforeBias);
  expect(operators(graph)).toEqual(['Conv', 'Pad', 'Add', 'Relu']);
});

test('so does one that was written in turned images', async () => {
  const model = network((n) => {
    const { bias, padded: y } = padded(n, input(n));
    const row = bias.flatMap((value) => new Array<number>(SIZE + 2).fill(value));
    let z = n.node('Transpose', [y], { perm: [2, 0, 1, 3] });
    for (const at of [0, end]) z = writeRow(n, z, at, row);
    z = n.node('Transpose', [z], { perm: [3, 1, 2, 0] });
    for (const at of [0, end]) z = writeRow(n, z, at, row);
    return n.relu(n.node('Transpose', [z], { perm: [1, 2, 3, 0] }));
  });
  const graph = await expectExact(model, padBeforeBias);
  expect(operators(graph)).toEqual(['Conv', 'Pad', 'Add', 'Relu']);
});

test('with it the 1x1 and the 3x3 of a Diverse Branch Block, and the branch beside them, are one convolution', async () => {
  const model = network((n) => {
    const x = input(n);
    const { bias, padded: y } = padded(n, x);
    const series = n.conv(
      write(n, y, border, (c) => (bias[c] ?? 0) * (1 + 1e-7)),
      { kernel: 3 },
    );
    return n.add(n.batchNorm(series), n.conv(x, { kernel: 3, pad: 1, bias: true }));
  });
  const before = writeOnnx(model);
  optimize(model);
  expect(operators(model.graph)).toEqual(['Conv']);
  await expectSameAnswers(model.graph, before, writeOnnx(model), 1e-6);
});

const right = (c: number) => [0.5, -1.25, 2][c] ?? 0;
test.each<[string, (n: Network, x: Value) => Value | Value[]]>([
  ['holds another number', (n, x) => write(n, padded(n, x).padded, border, (c) => right(c) + (c === 2 ? 1e-4 : 0))],
  ['has a corner left', (n, x) => write(n, padded(n, x).padded, border.slice(1), right)],
  ['goes inside', (n, x) => write(n, padded(n, x).padded, [...border, [0, 1, 2, 2]], right)],
  [
    'belongs to an image that was turned',
    (n, x) => n.node('Transpose', [write(n, padded(n, x).padded, border, right)], { perm: [0, 1, 3, 2] }),
  ],
  [
    'surrounds what others read',
    (n, x) => {
      const { conv, padded: y } = padded(n, x);
      return [n.relu(write(n, y, border, right)), n.relu(conv)];
    },
  ],
])('a border that %s stays', (_, build) => {
  expectUntouched(
    network((n) => {
      const made = build(n, input(n));
      return Array.isArray(made) ? made : n.relu(made);
    }),
    padBeforeBias,
  );
});
