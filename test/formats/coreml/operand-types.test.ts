import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import type { MilDataType } from '../../../src/formats/coreml/program/data-types.js';
import { type MilOperation, type MilProgram, MilValue } from '../../../src/formats/coreml/program/program.js';
import type { Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, filesOf, modelIn, operations, sha256 } from './judge.js';

const flags = (n: Network, shape: readonly number[], name: string) => n.input(shape, 'bool', name);

/** coremltools refuses bools as operands of what these networks use of MIL: it compares and gathers numbers. */
const ON_BOOLS: readonly [string, (n: Network) => Value][] = [
  ['Equal of two inputs', (n) => n.node('Equal', [flags(n, [2, 3], 'a'), flags(n, [3], 'b')])],
  ['Equal with a constant', (n) => n.node('Equal', [n.constant([1, 0, 1], undefined, 'bool'), flags(n, [2, 3], 'a')])],
  ['Gather at known places', (n) => n.node('Gather', [flags(n, [3, 4], 'a'), n.integers([2, -1, 0])], { axis: 1 })],
  ['Gather at computed places', (n) => n.node('Gather', [flags(n, [3, 4], 'a'), n.input([2], 'int64', 'at')])],
  [
    'Gather from a constant',
    (n) => n.node('Gather', [n.constant([1, 0, 1], undefined, 'bool'), n.input([5], 'int64', 'at')]),
  ],
  [
    'GatherElements',
    (n) => n.node('GatherElements', [flags(n, [3, 2], 'a'), n.input([3, 2], 'int64', 'at')], { axis: 0 }),
  ],
  ['GatherND', (n) => n.node('GatherND', [flags(n, [3, 2], 'a'), n.constant([2, 1, 0, 0], [2, 2], 'int64')])],
];

describe('bools go through operations that take numbers alone, and their answers are the same', () => {
  test.each(ON_BOOLS)('%s', async (_, build) => {
    await expectEquivalent(
      network((n) => build(n)),
      { tolerance: 0 },
    );
    await expectEquivalent(
      network((n) => n.node('Not', [build(n)])),
      { precision: 'fp16', tolerance: 0 },
    );
  });

  test('equality is said by logic', () => {
    const lowered = coreml.lower(
      network((n) => n.node('Equal', [flags(n, [2], 'a'), flags(n, [2], 'b')])),
      {},
    );
    expect(operations(lowered)).toEqual({ cast: 3, logical_xor: 1, logical_not: 1 });
  });
});

describe('a package with an operand of a type that its operation does not take is refused', () => {
  const read = (type: string, dtype: MilDataType) =>
    modelIn(filesOf(coreml.write(programOf(type, dtype), 'model', sha256)));

  test.each<[string, MilDataType]>([
    ['equal', 'bool'],
    ['not_equal', 'bool'],
    ['add', 'bool'],
    ['maximum', 'bool'],
    ['logical_and', 'int32'],
    ['logical_xor', 'fp32'],
  ])('%s of %s', (type, dtype) => {
    expect(() => read(type, dtype)).toThrow(new RegExp(`${type}: operand is ${dtype}, which it does not take`));
  });

  test('the same program on types that they take is read', () => {
    expect(read('maximum', 'int32').graph.outputs).toHaveLength(1);
    expect(read('logical_xor', 'bool').graph.outputs).toHaveLength(1);
  });
});

/** One operation on twice the same operand, which is the input cast to a type. */
function programOf(type: string, dtype: MilDataType): MilProgram {
  const { program } = coreml.lower(
    network((n) => n.relu(n.input([2]))),
    { precision: 'fp32' },
  );
  const [input] = program.inputs;
  const operand = value(dtype, 'operand');
  const made = value(type.includes('equal') ? 'bool' : dtype, 'made');
  const result = value('fp32', 'result');
  const operations: MilOperation[] = [
    ...casted(input?.value ?? operand, operand),
    {
      type,
      inputs: new Map([
        ['x', [operand]],
        ['y', [operand]],
      ]),
      outputs: [made],
      origin: [],
    },
    ...casted(made, result),
  ];
  return { ...program, operations, outputs: [result] };
}

function value(dtype: MilDataType, name: string): MilValue {
  return Object.assign(new MilValue({ dtype, shape: [2] }, name), { name });
}

function casted(from: MilValue, to: MilValue): MilOperation[] {
  const text = { dtype: 'string', shape: [], data: to.type.dtype } as const;
  const kind = Object.assign(new MilValue(text, '', text), { name: `${to.name}_dtype` });
  return [
    { type: 'const', inputs: new Map(), outputs: [kind], origin: [] },
    {
      type: 'cast',
      inputs: new Map([
        ['x', [from]],
        ['dtype', [kind]],
      ]),
      outputs: [to],
      origin: [],
    },
  ];
}
