import { expect, test } from 'vitest';
import type { Value } from '../../src/model/index.js';
import { meansOfGathered } from '../../src/passes/means-of-gathered.js';
import { type Network, network } from '../network.js';
import { expectExact, expectUntouched } from './apply-pass.js';

/** Indices as int64, which exporters write. */
const gathered = (n: Network, x: Value, axis: number, rows: number, indices: readonly number[]) =>
  n.node('Gather', [x, n.constant(indices, [rows, indices.length / rows], 'int64')], { axis });

const rows = [0, 1, 1, 2, 2, -1];

test('windows of two axes become a product for each', async () => {
  const model = network((n) => {
    const a = gathered(n, n.relu(n.input([1, 2, 4, 5])), 2, 3, rows);
    return n.node('ReduceMean', [gathered(n, a, 4, 2, [0, 1, 2, 2, 3, 4])], { axes: [3, 5], keepdims: 0 });
  });
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.count('Gather')).toBe(0);
  expect(graph.count('MatMul')).toBe(2);
});

test('a sum along the last axis is one product', async () => {
  const model = network((n) => {
    const x = n.relu(n.input([3, 4]));
    return n.node('ReduceMean', [gathered(n, x, 1, 3, rows)], { axes: [-1], keepdims: 0 });
  });
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.sorted().map((node) => node.operator)).toEqual(['Relu', 'MatMul']);
});

test.each([
  ['rows are reduced, too', { axes: [1, 2], keepdims: 0 }],
  ['the axis stays', { axes: [2], keepdims: 1 }],
])('where %s it is left', (_, attributes) => {
  expectUntouched(
    network((n) => n.node('ReduceMean', [gathered(n, n.relu(n.input([3, 4])), 1, 3, rows)], attributes)),
    meansOfGathered,
  );
});

/** A window for each row: its first place and how many it has. */
type Windows = readonly (readonly [first: number, count: number])[];

const longest = (windows: Windows) => Math.max(...windows.map(([, count]) => count));

/** Places of windows, the last of each taken again where it is shorter than others. */
const placesOf = (windows: Windows) =>
  windows.map(([first, count]) => Array.from({ length: longest(windows) }, (_, i) => first + Math.min(i, count - 1)));

/** All of two axes at once, [2, 3, *rows, *places, *columns, *places], as PyTorch's exporter of graphs writes it. */
function gatheredAtOnce(n: Network, rows: Windows, columns: Windows, shape: readonly number[]): Value {
  const [down, across] = [placesOf(rows), placesOf(columns)];
  const table = down.flatMap((own) => own.flatMap((h) => across.flatMap((others) => others.flatMap((w) => [h, w]))));
  const sizes = [down.length, longest(rows), across.length, longest(columns), 2];
  const turned = n.node('Transpose', [n.relu(n.input(shape))], { perm: [2, 3, 0, 1] });
  const found = n.node('GatherND', [turned, n.constant(table, sizes, 'int64')]);
  return n.node('Transpose', [found], { perm: [4, 5, 0, 1, 2, 3] });
}

/** What lies beyond a window is 0; every place of every window is added, and the sum divided by how many count. */
function meansOneByOne(n: Network, rows: Windows, columns: Windows, shape: readonly number[]): Value {
  const most = longest(rows);
  const marks = rows.flatMap(([, count]) => Array.from({ length: most }, (_, i) => Number(i >= count)));
  const mask = n.constant(marks, [rows.length, most, 1, 1], 'bool');
  const kept = n.node('Where', [mask, n.constant(0), gatheredAtOnce(n, rows, columns, shape)]);
  const at = (x: Value, axis: number, place: number) => n.node('Gather', [x, n.integers(place)], { axis });
  const terms = Array.from({ length: most * longest(columns) }, (_, i) =>
    at(at(kept, 3, Math.floor(i / longest(columns))), 4, i % longest(columns)),
  );
  const sum = terms.reduce((total, term) => n.add(total, term));
  const counts = rows.map(([, count]) => count * longest(columns));
  return n.node('Div', [sum, n.constant(counts, [counts.length, 1])]);
}

const uneven: Windows = [
  [0, 2],
  [1, 3],
  [3, 2],
  [4, 3],
  [6, 2],
];
const even: Windows = [
  [0, 3],
  [2, 3],
  [5, 3],
  [7, 3],
];

test('windows of unlike heights, added one by one behind a mask, become a product for each axis', async () => {
  const model = network((n) => meansOneByOne(n, uneven, even, [2, 3, 8, 10]));
  const graph = await expectExact(model, meansOfGathered);
  const left = graph.sorted().map(({ operator }) => operator);
  expect(left).toEqual(['Relu', 'Transpose', 'MatMul', 'Transpose', 'MatMul']);
});

test('windows gathered at once become products where a mean is taken of them', async () => {
  const model = network((n) =>
    n.node('ReduceMean', [gatheredAtOnce(n, even, even, [1, 3, 10, 10])], { axes: [3, 5], keepdims: 0 }),
  );
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.count('MatMul')).toBe(2);
  expect(graph.count('GatherND')).toBe(0);
});

test('an axis of one place is left as it is', async () => {
  const one: Windows = [[0, 1]];
  const model = network((n) =>
    n.node('ReduceMean', [gatheredAtOnce(n, one, even, [1, 3, 1, 10])], { axes: [3, 5], keepdims: 0 }),
  );
  const graph = await expectExact(model, meansOfGathered);
  expect(graph.count('MatMul')).toBe(1);
});

test('what is no product of shares by axis is left', () => {
  expectUntouched(
    network((n) => {
      // Each place along the diagonal alone.
      const table = n.constant([0, 0, 1, 1, 2, 2, 3, 3], [2, 2, 1, 1, 2], 'int64');
      const found = n.node('GatherND', [n.relu(n.input([4, 4, 1, 2])), table]);
      return n.node('ReduceSum', [found, n.integers([1, 3])], { keepdims: 0 });
    }),
    meansOfGathered,
  );
});
