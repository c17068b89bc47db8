import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { Tensor, type Value } from '../../src/model/index.js';
import { padBeforeBias } from '../../src/passes/pad-before-bias.js';
import { optimize } from '../../src/passes/pipeline.js';
import { type Network, network } from '../network.js';
import { bounds, END, otherSides, slices, stretched } from '../written-borders.js';
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
  const bias = BIAS;
  const weight = n.random([CHANNELS, CHANNELS, 1, 1]);
  const conv = n.node('Conv', [x, weight, n.constant(bias)], { kernel_shape: [1, 1] });
  return { conv, bias, padded: n.node('Pad', [conv, n.integers([0, 0, 1, 1, 0, 0, 1, 1])]) };
}

function write(
  n: Network,
  x: Value,
  where: Places,
  number: (channel: number, place: readonly [number, number]) => number,
): Value {
  const indices = n.model.graph.addConstant(Tensor.fromBigInts('int64', [where.length, 4], where.flat().map(BigInt)));
  const updates = n.model.graph.addConstant(
    Tensor.from(
      'float32',
      [where.length],
      where.map(([, c, y, at]) => number(c, [y, at])),
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

const BIAS = [0.5, -1.25, 2];
const right = (c: number) => BIAS[c] ?? 0;
const OPEN = ['batch', CHANNELS, 'height', 'width'];
const ONE = [0, 0, 1, 1, 0, 0, 1, 1];
/** A row of constants per channel. */
function fill(n: Network, x: Value, at: number, shape: readonly number[]): Value {
  const run = shape[3] ?? 1;
  const updates = Float32Array.from({ length: CHANNELS * run }, (_, i) => right(Math.floor(i / run)));
  const index = n.model.graph.addConstant(Tensor.ofShape([at]).reshape([1, 1]));
  return n.node('ScatterND', [x, index, n.model.graph.addConstant(Tensor.from('float32', shape, updates))]);
}

async function expectMerged(build: (n: Network) => Value | readonly Value[], left: readonly string[]): Promise<void> {
  const model = network(build);
  const before = writeOnnx(model);
  optimize(model);
  expect([...operators(model.graph)].sort()).toEqual([...left].sort());
  await expectSameAnswers(model.graph, before, writeOnnx(model), 1e-6);
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

test('a border written in an image that is turned afterwards is padded before it is turned', async () => {
  const model = network((n) => {
    const written = write(n, padded(n, input(n)).padded, border, right);
    return n.node('Transpose', [written], { perm: [0, 1, 3, 2] });
  });
  const graph = await expectExact(model, padBeforeBias);
  expect(operators(graph)).toEqual(['Conv', 'Pad', 'Add', 'Transpose']);
});

describe('whoever reads the image or its border', () => {
  test('a residual block whose 1x1 is read twice is one convolution', async () => {
    await expectMerged(
      (n) => {
        const x = n.input(OPEN);
        const { conv, padded: y } = padded(n, x);
        const inner = n.add(n.conv(slices(n, y, BIAS), { kernel: 3, bias: true }), conv);
        return n.add(n.conv(inner, { bias: true }), x);
      },
      ['Conv'],
    );
  });

  test('two convolutions of one border pad the image themselves', async () => {
    await expectMerged(
      (n) => {
        const y = slices(n, padded(n, n.input(OPEN)).padded, BIAS);
        return [n.conv(y, { kernel: 3, channels: 4 }), n.conv(y, { kernel: 3, group: 3 })];
      },
      ['Conv', 'Conv', 'Conv'],
    );
  });

  test('an image that is an output keeps its bias', async () => {
    await expectMerged(
      (n) => {
        const { conv, padded: y } = padded(n, n.input(OPEN));
        return [conv, n.conv(slices(n, y, BIAS), { kernel: 3 })];
      },
      ['Add', 'Conv', 'Conv'],
    );
  });

  test('two borders of one image, of unlike widths, are two paddings of it', async () => {
    await expectMerged(
      (n) => {
        const { conv, padded: y } = padded(n, n.input(OPEN));
        const wide = n.node('Pad', [conv, n.integers([0, 0, 2, 2, 0, 0, 2, 2])]);
        return n.add(n.conv(slices(n, y, BIAS), { kernel: 3 }), n.conv(slices(n, wide, BIAS, 2), { kernel: 5 }));
      },
      ['Conv'],
    );
  });
});

describe('whatever made the image', () => {
  test('a batch norm whose border is what it makes of 0', async () => {
    await expectMerged(
      (n) => {
        const y = n.relu(n.input(OPEN));
        const shift = n.constant(BIAS, [3, 1, 1]);
        const image = n.add(n.mul(y, n.random([3, 1, 1])), shift);
        const around = n.node('Pad', [image, n.integers(ONE)]);
        return n.conv(slices(n, around, BIAS), { kernel: 3 });
      },
      ['Relu', 'Conv'],
    );
  });

  test('an activation, from which the constant is subtracted first', async () => {
    await expectMerged(
      (n) => {
        const around = n.node('Pad', [n.relu(n.input(OPEN)), n.integers(ONE)]);
        return n.conv(slices(n, around, BIAS), { kernel: 3 });
      },
      ['Relu', 'Sub', 'Conv'],
    );
  });
});

test('an image that is one of several results of a node is padded as it is', async () => {
  const model = network((n) => {
    const [image, other] = n.nodes('Split', [n.input([2, 2 * CHANNELS, SIZE, SIZE])], { axis: 1 }, 2);
    if (!image || !other) throw new Error('a split in two');
    const y = slices(n, n.node('Pad', [image, n.integers(ONE)]), BIAS);
    return [n.relu(n.conv(y, { kernel: 3 })), n.relu(other)];
  });
  const graph = await expectExact(model, padBeforeBias);
  expect(graph.count('ScatterND')).toBe(0);
});

describe('however the border was written', () => {
  const asked = (n: Network, x: Value) => n.node('Shape', [x]);

  test('pieces joined to an image of open size', async () => {
    await expectMerged(
      (n) => {
        const { conv } = padded(n, n.input(OPEN));
        const bias = n.constant(BIAS, [1, 3, 1, 1]);
        const sizes = (start: number, end: number, x = conv) => n.node('Shape', [x], { start, end });
        const one = n.integers([1]);
        const side = n.node('Expand', [bias, n.concat([sizes(0, 3), one], 0)]);
        const wide = n.concat([side, conv, side], 3);
        const row = n.node('Expand', [bias, n.concat([sizes(0, 2), one, sizes(3, 4, wide)], 0)]);
        return n.conv(n.concat([row, wide, row], 2), { kernel: 3 });
      },
      ['Conv'],
    );
  });

  test.each(['Where', 'Mul', 'Add'])('a mask of an open size, by %s', async (how) => {
    await expectMerged(
      (n) => {
        const { conv, padded: y } = padded(n, n.input(OPEN));
        const one = n.node('Slice', [conv, ...bounds(n, 0, 1, 1)]);
        const ones = n.model.graph.addConstant(Tensor.from('float32', [1], [1]));
        const mask = n.node('Pad', [n.node('Expand', [ones, asked(n, one)]), n.integers(ONE)]);
        const bias = n.constant(BIAS, [1, 3, 1, 1]);
        const outside = n.mul(n.sub(n.constant(1), mask), bias);
        if (how === 'Where')
          return n.conv(n.node('Where', [n.node('Greater', [mask, n.constant(0)]), y, bias]), { kernel: 3 });
        return n.conv(n.add(how === 'Mul' ? n.mul(y, mask) : y, outside), { kernel: 3 });
      },
      ['Conv'],
    );
  });

  test('an image of more than four million numbers, by constants', () => {
    const size = 1500;
    const model = network((n) => {
      const { padded: y } = padded(n, n.input([1, CHANNELS, size, size]));
      let z = n.node('Transpose', [y], { perm: [2, 0, 1, 3] });
      for (const at of [0, size + 1]) z = fill(n, z, at, [1, 1, CHANNELS, size + 2]);
      z = n.node('Transpose', [z], { perm: [3, 1, 2, 0] });
      for (const at of [0, size + 1]) z = fill(n, z, at, [1, 1, CHANNELS, size + 2]);
      return n.conv(n.node('Transpose', [z], { perm: [1, 2, 3, 0] }), { kernel: 3 });
    });
    optimize(model);
    expect(operators(model.graph)).toEqual(['Conv']);
  });
});

test.each<[string, (n: Network, x: Value) => Value | Value[]]>([
  ['holds another number', (n, x) => write(n, padded(n, x).padded, border, (c) => right(c) + (c === 2 ? 1e-4 : 0))],
  [
    'begins a side with a number that is none',
    (n, x) => write(n, padded(n, x).padded, border, (c, [y, at]) => (y === 0 && at === 1 ? Number.NaN : right(c))),
  ],
  [
    'is multiplied by a mask that begins the image with a number that is none',
    (n, x) => {
      const { padded: y } = padded(n, x);
      const inside = range(SIZE + 2).flatMap((i) => range(SIZE + 2).map((j) => Number(i % end > 0 && j % end > 0)));
      const mask = inside.map((one, at) => (at === SIZE + 3 ? Number.NaN : one));
      const outside = n.constant(
        BIAS.flatMap((bias) => inside.map((one) => (1 - one) * bias)),
        [1, 3, SIZE + 2, SIZE + 2],
      );
      return n.add(n.mul(y, n.constant(mask, [1, 1, SIZE + 2, SIZE + 2])), outside);
    },
  ],
  ['has a corner left', (n, x) => write(n, padded(n, x).padded, border.slice(1), right)],
  ['goes inside', (n, x) => write(n, padded(n, x).padded, [...border, [0, 1, 2, 2]], right)],
  [
    'is wider than what was written',
    (n, x) => {
      const wide = n.node('Pad', [padded(n, x).conv, n.integers([0, 0, 2, 1, 0, 0, 1, 1])]);
      return n.conv(slices(n, wide, BIAS), { kernel: 3 });
    },
  ],
  [
    'has another constant on one side',
    (n, x) => {
      const y = stretched(n, padded(n, x).padded, [0.5, -1.25, 3], 2, [0, 1]);
      return n.conv(otherSides(n, y, BIAS), { kernel: 3 });
    },
  ],
  ['has one side left', (n, x) => n.conv(stretched(n, padded(n, x).padded, BIAS, 2, [0, 1]), { kernel: 3 })],
  [
    'is read half written',
    (n, x) => {
      const half = stretched(n, padded(n, x).padded, BIAS, 2, [0, 1]);
      return [n.conv(otherSides(n, half, BIAS), { kernel: 3 }), n.relu(half)];
    },
  ],
  [
    'is an output half written',
    (n, x) => {
      const half = stretched(n, padded(n, x).padded, BIAS, 2, [0, 1]);
      return [n.conv(otherSides(n, half, BIAS), { kernel: 3 }), half];
    },
  ],
  ['reaches into the image', (n, x) => n.conv(slices(n, padded(n, x).padded, BIAS, 2), { kernel: 3 })],
  [
    'takes pixels away on one side',
    (n, x) => {
      const y = n.node('Pad', [padded(n, x).conv, n.integers([0, 0, 1, 1, 0, 0, -1, 1])]);
      return n.conv(slices(n, y, BIAS), { kernel: 3 });
    },
  ],
  [
    'is added to what was there',
    (n, x) => {
      const y = n.node('Add', [n.conv(x), n.constant(1)]);
      const indices = n.model.graph.addConstant(Tensor.ofShape([0, END]).reshape([2, 1]));
      const rows = n.model.graph.addConstant(Tensor.from('float32', [2, 1, 1, 1], [0, 0]));
      return n.conv(n.node('ScatterND', [n.node('Pad', [y, n.integers(ONE)]), indices, rows], { reduction: 'add' }));
    },
  ],
  [
    'is so large that the image would lose digits beside it',
    (n, x) => n.conv(slices(n, n.node('Pad', [n.relu(x), n.integers(ONE)]), [1e4, 0, 0]), { kernel: 3 }),
  ],
  [
    'is no number',
    (n, x) =>
      n.conv(slices(n, n.node('Pad', [n.relu(x), n.integers(ONE)]), [Number.NEGATIVE_INFINITY, 0, 0]), { kernel: 3 }),
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

test('a border at a place that depends on an open size stays', () => {
  expectUntouched(
    network((n) => {
      const { padded: y } = padded(n, n.input(OPEN));
      return n.conv(otherSides(n, stretched(n, stretched(n, y, BIAS, 2, [0, 1]), BIAS, 2, [6, 7]), BIAS), {
        kernel: 3,
      });
    }),
    padBeforeBias,
  );
});

test('in half precision only a bias is left out: a difference could overflow, or lose digits', () => {
  expectUntouched(
    network((n) => {
      const x = n.relu(n.input([1, CHANNELS, SIZE, SIZE], 'float16'));
      const y = n.node('Pad', [x, n.integers(ONE)]);
      const mask = n.constant(
        range(SIZE + 2).flatMap((i) => range(SIZE + 2).map((j) => Number(i % end === 0 || j % end === 0))),
        [SIZE + 2, SIZE + 2],
        'float16',
      );
      return n.node('Conv', [n.add(y, mask), n.constant(new Array<number>(9).fill(0.5), [3, 3, 1, 1], 'float16')]);
    }),
    padBeforeBias,
  );
});
