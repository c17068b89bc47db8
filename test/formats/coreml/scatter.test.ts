import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { MilProgram } from '../../../src/formats/coreml/program/program.js';
import type { Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { type Answer, expectEquivalent, filesOf, modelIn, operations, sha256 } from './judge.js';

const written: readonly [string, (n: Network) => Value][] = [
  [
    'ScatterND of rows',
    (n) => n.node('ScatterND', [n.input([4, 3]), rows(n, [-1, 1]), n.input([2, 3], 'float32', 'new')]),
  ],
  [
    'ScatterND of elements',
    (n) => n.node('ScatterND', [n.input([4, 3]), n.constant([0, 2, -1, -2], [2, 2], 'int64'), n.constant([7, 8])]),
  ],
  [
    'ScatterND of bools',
    (n) => n.node('ScatterND', [n.input([4, 2], 'bool'), rows(n, [1]), n.constant([1, 0], [1, 2], 'bool')]),
  ],
  [
    'ScatterElements',
    (n) =>
      n.node('ScatterElements', [n.input([3, 4]), n.constant([3, -3, 0, 2], [2, 2], 'int64'), n.input([2, 2])], {
        axis: 1,
      }),
  ],
  [
    'ScatterElements of integers, of as many as there are',
    (n) =>
      n.node('ScatterElements', [
        n.input([2, 2], 'int32'),
        n.constant([1, 0, 0, -1], [2, 2], 'int64'),
        n.input([2, 2], 'int32'),
      ]),
  ],
];

const rows = (n: Network, at: readonly number[]) => n.constant(at, [at.length, 1], 'int64');

describe('what is written by index is as in ONNX Runtime', () => {
  test.each(written)('%s', async (_, build) => {
    const lowered = await expectEquivalent(
      network((n) => build(n)),
      { tolerance: 0 },
    );
    expect(operations(lowered).scatter_nd).toBe(1);
  });

  test.each(['none', 'add', 'mul', 'max', 'min'])('with reduction %s', async (reduction) => {
    const at = reduction === 'none' ? [1, 0] : [1, 1];
    const model = network(
      (n) => [
        n.node('ScatterND', [n.input([3, 2]), rows(n, at), n.input([2, 2])], { reduction }),
        n.node('ScatterElements', [n.input([3, 2]), n.constant([...at, ...at], [2, 2], 'int64'), n.input([2, 2])], {
          reduction,
        }),
      ],
      { opset: 18 },
    );
    await expectEquivalent(model);
  });

  // No place twice: without a reduction the standard leaves open which of two updates stays.
  test('at computed places, from the front and from the end', async () => {
    const model = network((n) => [
      n.node('ScatterND', [n.random([4, 3]), n.input([2, 1], 'int64', 'rows'), n.random([2, 3])]),
      n.node('ScatterElements', [n.random([4, 3]), n.input([2, 1], 'int64', 'places'), n.random([2, 1])]),
    ]);
    const feeds = new Map<string, Answer>([
      ['rows', { shape: [2, 1], data: [2, -3] }],
      ['places', { shape: [2, 1], data: [-1, 0] }],
    ]);
    await expectEquivalent(model, { feeds });
  });

  test('unless one is outside', () => {
    const model = network((n) => n.node('ScatterND', [n.input([4, 3]), rows(n, [4]), n.input([1, 3])]));
    expect(() => coreml.lower(model, {})).toThrow(/an index is outside of its axis/);
  });
});

test('a package that combines in a way that ONNX has not is refused', () => {
  const model = network((n) => n.node('ScatterND', [n.input([4, 3]), rows(n, [0]), n.input([1, 3])]));
  const { program } = coreml.lower(model, { precision: 'fp32' });
  const read = (given: MilProgram) => modelIn(filesOf(coreml.write(given, 'model', sha256)));
  expect(read(program).graph.count('ScatterND')).toBe(1);
  for (const operation of program.operations) {
    const [mode] = operation.type === 'scatter_nd' ? (operation.inputs.get('mode') ?? []) : [];
    if (mode?.constant) Object.assign(mode.constant, { data: 'sub' });
  }
  expect(() => read(program)).toThrow(/mode sub is not read here/);
});
