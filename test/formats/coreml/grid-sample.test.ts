import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import {
  type Constant,
  type MilOperation,
  type MilProgram,
  MilValue,
} from '../../../src/formats/coreml/program/program.js';
import type { DataType, Model, PlainAttribute } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, filesOf, modelIn, operations, run, sha256 } from './judge.js';

const sampled = (
  attributes: Readonly<Record<string, PlainAttribute>>,
  [image, grid]: readonly [readonly number[], readonly number[]] = [
    [2, 3, 4, 5],
    [2, 3, 6, 2],
  ],
  dtype: DataType = 'float32',
) =>
  network((n: Network) =>
    n.node('GridSample', [n.input(image, dtype, 'x'), n.input(grid, 'float32', 'grid')], attributes),
  );

describe('a grid samples an image as in ONNX Runtime', () => {
  describe.each(['zeros', 'border', 'reflection'])('with %s around it', (padding) => {
    test.each([0, 1])('and corners aligned: %i', async (aligns) => {
      const attributes = { padding_mode: padding, align_corners: aligns };
      const between = await expectEquivalent(sampled({ ...attributes, mode: 'bilinear' }));
      expect(operations(between)).toEqual({ resample: 1 });
      const nearest = await expectEquivalent(sampled({ ...attributes, mode: 'nearest' }));
      expect(operations(nearest)).toMatchObject({ round: 1, resample: 1 });
    });
  });

  test('where an axis has one element', async () => {
    for (const aligns of [0, 1]) {
      const shapes = [
        [1, 2, 1, 4],
        [1, 3, 3, 2],
      ] as const;
      await expectEquivalent(sampled({ padding_mode: 'reflection', align_corners: aligns }, shapes));
      await expectEquivalent(sampled({ mode: 'nearest', align_corners: aligns }, shapes));
    }
  });

  test('at positions that stay float32 in a program of fp16', () => {
    const { program } = coreml.lower(sampled({}), { precision: 'fp16' });
    const { inputs } = resampling(program);
    expect(inputs.get('x')?.[0]?.type.dtype).toBe('fp16');
    expect(inputs.get('coordinates')?.[0]?.type.dtype).toBe('fp32');
  });
});

test.each<[string, RegExp, Model]>([
  ['cubic sampling', /no cubic sampling/, sampled({ mode: 'bicubic' })],
  [
    'a volume',
    /over two axes/,
    sampled({}, [
      [1, 2, 3, 4, 5],
      [1, 2, 2, 2, 3],
    ]),
  ],
  ['integers', /floats alone/, sampled({}, undefined, 'int32')],
])('%s is refused by name', (_, reason, model) => {
  expect(() => coreml.lower(model, {})).toThrow(reason);
});

/** The image 1 2 / 3 4 read at (x, y). */
describe('a resampling of whatever form is read by its definition', () => {
  test.each<[string, readonly [number, number], number, Partial<Record<string, Constant>>]>([
    ['the middle of everything, from 0 to 1', [0.5, 0.5], 2.5, { coordinates_mode: text('normalized_zero_to_one') }],
    ['a quarter from 0 to 1', [0.25, 0.25], 1, { coordinates_mode: text('normalized_zero_to_one') }],
    [
      'a quarter from corner to corner',
      [0.25, 0.25],
      1.75,
      { coordinates_mode: text('normalized_zero_to_one'), align_corners: flag(true) },
    ],
    ['an element by its number', [1, 0], 2, { coordinates_mode: text('unnormalized') }],
    ['between elements', [0.5, 1], 3.5, { coordinates_mode: text('unnormalized') }],
    [
      'one beyond, mirrored about the outermost element',
      [2, 0],
      1,
      { coordinates_mode: text('unnormalized'), padding_mode: text('reflection') },
    ],
    [
      'one beyond, mirrored about the border',
      [2, 0],
      2,
      { coordinates_mode: text('unnormalized'), padding_mode: text('symmetric'), align_corners: flag(true) },
    ],
    ['the nearest element', [0.7, 0.2], 2, { coordinates_mode: text('unnormalized'), sampling_mode: text('nearest') }],
  ])('%s', async (_, [x, y], answer, args) => {
    const { program } = coreml.lower(
      sampled({}, [
        [1, 1, 2, 2],
        [1, 1, 1, 2],
      ]),
      { precision: 'fp32' },
    );
    const read = modelIn(packaged(withArguments(program, args)));
    const feeds = new Map([
      ['x', { shape: [1, 1, 2, 2], data: [1, 2, 3, 4] }],
      ['grid', { shape: [1, 1, 1, 2], data: [x, y] }],
    ]);
    const [answers] = (await run(read, feeds)).values();
    expect(answers?.data[0]).toBeCloseTo(answer, 5);
  });

  test.each<[RegExp, Partial<Record<string, Constant>>]>([
    [/padding_value is not 0/, { padding_value: { dtype: 'fp32', shape: [], data: Float32Array.of(1) } }],
    [/no known mode/, { padding_mode: text('wrap') }],
    [/no known mode/, { sampling_mode: text('bicubic') }],
    [/no known mode/, { coordinates_mode: text('normalized') }],
    [/do not fit x/, { coordinates: { dtype: 'fp32', shape: [2, 3, 6, 3], data: new Float32Array(108) } }],
    [/do not fit x/, { coordinates: { dtype: 'fp32', shape: [1, 3, 6, 2], data: new Float32Array(36) } }],
    [
      /coordinates is int32, not fp32/,
      { coordinates: { dtype: 'int32', shape: [2, 3, 6, 2], data: new Int32Array(72) } },
    ],
  ])('but %s', (reason, args) => {
    const { program } = coreml.lower(sampled({}), { precision: 'fp32' });
    expect(modelIn(packaged(program)).graph.outputs).toHaveLength(1);
    expect(() => modelIn(packaged(withArguments(program, args)))).toThrow(reason);
  });
});

const packaged = (program: MilProgram) => filesOf(coreml.write(program, 'model', sha256));

function text(data: string): Constant {
  return { dtype: 'string', shape: [], data };
}

function flag(value: boolean): Constant {
  return { dtype: 'bool', shape: [], data: Uint8Array.of(Number(value)) };
}

function resampling({ operations }: MilProgram): MilOperation {
  const found = operations.find(({ type }) => type === 'resample');
  if (!found) throw new Error('nothing is resampled');
  return found;
}

/** The program with other constants as arguments of its resampling. */
function withArguments(program: MilProgram, args: Partial<Record<string, Constant>>): MilProgram {
  const found = resampling(program);
  const made = Object.entries(args).flatMap(([name, constant]) =>
    constant ? [[name, Object.assign(new MilValue(constant, '', constant), { name: `other_${name}` })] as const] : [],
  );
  const constants = made.map(([, value]) => ({ ...found, type: 'const', inputs: new Map(), outputs: [value] }));
  const inputs = new Map([...found.inputs, ...made.map(([name, value]) => [name, [value]] as const)]);
  return {
    ...program,
    operations: [...constants, ...program.operations.map((each) => (each === found ? { ...found, inputs } : each))],
  };
}
