import { describe, expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { expectRead, expectRefusal } from './expect-refusal.js';
import {
  attribute,
  type Bytes,
  bytes,
  FLOAT,
  floats,
  graph,
  INT64,
  int,
  join,
  message,
  model,
  node,
  opset,
  raw,
  repeat,
  tensor,
  tensorType,
  text,
  valueInfo,
} from './wire.js';

const withWeight = (...fields: readonly Bytes[]) =>
  model({ nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [join(...fields, text(8, 'w'))] });
const domain = (name: string): Bytes => text(7, name);
const longs = (...values: readonly bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);

/** `FunctionProto` in the domain `local`. */
function fn(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly Bytes[],
  ...more: Bytes[]
) {
  return message(
    25,
    text(1, name),
    ...inputs.map((input) => text(4, input)),
    ...outputs.map((output) => text(5, output)),
    ...nodes.map((each) => bytes(7, each)),
    opsetOf(9, 17),
    text(10, 'local'),
    ...more,
  );
}
const opsetOf = (field: number, version: number): Bytes => message(field, int(2, version));
const local = (name: string, inputs: readonly string[], outputs: readonly string[], ...more: readonly Bytes[]) =>
  node(name, inputs, outputs, domain('local'), ...more);
const withFunctions = (functions: readonly Bytes[], ...nodes: readonly Bytes[]) =>
  model({ nodes, opsets: [opset(17), opset(1, 'local')], model: functions });

/** A tensor with a field that no version has yet. */
const withNewField = (irVersion: number) =>
  model({
    irVersion,
    nodes: [node('Add', ['x', 'w'], ['y'])],
    initializers: [join(tensor('w', [1], floats(1)), int(99, 1))],
  });

/** f0 is a Relu; each further one calls the one before twice. */
function doubling(depth: number): Bytes {
  const functions = [fn('f0', ['a'], ['b'], [node('Relu', ['a'], ['b'])])];
  for (let i = 1; i <= depth; i++) {
    const body = [local(`f${i - 1}`, ['a'], ['m']), local(`f${i - 1}`, ['m'], ['b'])];
    functions.push(fn(`f${i}`, ['a'], ['b'], body));
  }
  return withFunctions(functions, local(`f${depth}`, ['x'], ['y']));
}

describe('versions', () => {
  test.each([14, 99])('H17a IR version %d is newer than is known: a note, and 13 is written', (irVersion) => {
    const read = expectRead(model({ irVersion, model: [text(99, 'unknown')] }));
    expect(read.notes.join()).toContain(`IR version ${irVersion} is newer`);
    expect(readOnnx(writeOnnx(read)).provenance.irVersion).toBe(13);
    expect(expectRead(withNewField(13)).notes.join()).toContain('TensorProto.99');
  });

  test('H17a an absent IR version is a note, and version 3 may have initialisers that are no inputs', () => {
    expect(expectRead(model({ irVersion: null })).notes.join()).toContain('IR version');
    expectRead(
      model({ irVersion: 3, nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [tensor('w', [1], floats(1))] }),
    );
  });

  test.each<[string, Bytes, string[]]>([
    ['H17a a newer IR version, a tensor with an unknown field', withNewField(14), ['IR version 14', 'TensorProto.99']],
    ['H17a a negative IR version', model({ irVersion: -1 }), ['IR version']],
    ['H17b no opset', model({ opsets: [] }), ['opset']],
    [
      "H17b an opset of another domain alone, for ONNX's own operator",
      model({ opsets: [opset(1, 'my.ops')] }),
      ['opset'],
    ],
    ['H17b opset 0', model({ opsets: [opset(0)] }), ['opset', 'supported from 7']],
    ['H17b opset -1', model({ opsets: [opset(-1)] }), ['opset']],
    ['H17b opset 6', model({ opsets: [opset(6)] }), ['opset', 'supported from 7']],
    [
      'an opset that is newer than we know',
      model({ opsets: [opset(27)] }),
      ['opset 27', 'from 7 to 26', 'opset_version 26'],
    ],
    ['H17b opset 9999', model({ opsets: [opset(9999)] }), ['opset']],
    ['H18 opset 9 and 17', model({ opsets: [opset(9), opset(17)] }), ['opset', 'twice']],
    ["H18 '' 9 and ai.onnx 17", model({ opsets: [opset(9), opset(17, 'ai.onnx')] }), ['opset', 'twice']],
    [
      'H19a a domain that is not imported',
      model({ nodes: [node('Foo', ['x'], ['y'], domain('my.ops'))] }),
      ['domain', 'my.ops'],
    ],
    [
      'H19b an operator that does not exist',
      model({ nodes: [node('Wibble', ['x'], ['y'])] }),
      ['operator', 'opset 17'],
    ],
    ['H19b an operator in the wrong case', model({ nodes: [node('relu', ['x'], ['y'])] }), ['operator', 'opset']],
    [
      'H19b an operator that is newer than its opset',
      model({ nodes: [node('Gelu', ['x'], ['y'])] }),
      ['operator', 'Gelu', 'opset 17'],
    ],
    [
      'H19b an operator that was removed',
      model({ nodes: [node('Upsample', ['x', 'x'], ['y'])] }),
      ['operator', 'Upsample', 'opset 17'],
    ],
  ])('%s is refused', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('H18, H19a the same opset twice, an unused domain, and an imported unknown one are read', () => {
    expect(expectRead(model({ opsets: [opset(17), opset(17, 'ai.onnx')] })).opset).toBe(17);
    expectRead(model({ opsets: [opset(17), opset(1, 'my.ops')] }));
    const custom = model({
      nodes: [node('Foo', ['x'], ['y'], domain('my.ops'))],
      opsets: [opset(17), opset(1, 'my.ops')],
    });
    expect(expectRead(custom).graph.sorted()[0]?.domain).toBe('my.ops');
  });

  test("a model of other domains alone need not import ONNX's own operators", () => {
    const custom = model({ nodes: [node('Foo', ['x'], ['y'], domain('my.ops'))], opsets: [opset(1, 'my.ops')] });
    expect(expectRead(custom).graph.sorted()[0]?.operator).toBe('Foo');
  });
});

describe('functions of the model', () => {
  const relu = fn('f', ['a'], ['b'], [node('Relu', ['a'], ['b'])]);
  const operators = (file: Bytes) =>
    expectRead(file)
      .graph.sorted()
      .map((each) => each.operator);

  test('H20a one, and one inside another, are inlined', () => {
    expect(operators(withFunctions([relu], local('f', ['x'], ['y'])))).toEqual(['Relu']);
    const outer = fn('g', ['a'], ['b'], [local('f', ['a'], ['t']), node('Abs', ['t'], ['b'])]);
    expect(operators(withFunctions([relu, outer], local('g', ['x'], ['y'])))).toEqual(['Relu', 'Abs']);
  });

  test('H20b doubling is counted before it is inlined', () => {
    expect(operators(doubling(12))).toHaveLength(2 ** 12);
    expectRefusal(doubling(31), ['limit', '--max-nodes']);
    expectRefusal(doubling(40), ['nested too deeply']);
  });

  test('H20b calls are too deep, too, where a function on the way has been counted before', () => {
    const chain = (name: string, length: number, last: Bytes) =>
      Array.from({ length }, (_, i) =>
        fn(`${name}${i}`, ['a'], ['b'], [i === 0 ? last : local(`${name}${i - 1}`, ['a'], ['b'])]),
      );
    const functions = [
      ...chain('low', 20, node('Relu', ['a'], ['b'])),
      ...chain('high', 20, local('low19', ['a'], ['b'])),
    ];
    expectRead(withFunctions(functions, local('low19', ['x'], ['y'])));
    expectRefusal(withFunctions(functions, local('low19', ['x'], ['t']), local('high19', ['t'], ['y'])), [
      'nested too deeply',
    ]);
  });

  test.each<[string, Bytes[], string[]]>([
    ['H20a a function that calls itself', [fn('f', ['a'], ['b'], [local('f', ['a'], ['b'])])], ['recursive', 'f -> f']],
    [
      'H20a two that call each other',
      [fn('f', ['a'], ['b'], [local('g', ['a'], ['b'])]), fn('g', ['a'], ['b'], [local('f', ['a'], ['b'])])],
      ['recursive', 'f -> g -> f'],
    ],
    [
      'H20a a cycle through the branch of an If',
      [
        fn(
          'f',
          ['a'],
          ['b'],
          [
            node(
              'If',
              ['a'],
              ['b'],
              attribute(
                'then_branch',
                message(6, bytes(1, local('f', ['a'], ['c'])), bytes(12, valueInfo('c'))),
                int(20, 5),
              ),
            ),
          ],
        ),
      ],
      ['recursive', 'f -> f'],
    ],
    ['H20a two of one name', [relu, relu], ['twice']],
    [
      'H20c a reference to an attribute that is not declared',
      [fn('f', ['a'], ['b'], [node('Flatten', ['a'], ['b'], attribute('axis', text(21, 'k'), int(20, 2)))])],
      ['attribute', 'missing'],
    ],
  ])('%s is refused', (_, functions, words) => {
    expectRefusal(withFunctions(functions, local('f', ['x'], ['y'])), words);
  });

  test('H20a a function may not take the place of an operator', () => {
    const shadow = message(
      25,
      text(1, 'Relu'),
      text(4, 'a'),
      text(5, 'b'),
      bytes(7, node('Abs', ['a'], ['b'])),
      opsetOf(9, 17),
    );
    expectRefusal(model({ model: [shadow] }), ['Relu'], {}, 4);
  });

  test('H20a functions of one name are told apart by their overload', () => {
    const abs = fn('f', ['a'], ['b'], [node('Abs', ['a'], ['b'])], text(13, 'second'));
    expect(operators(withFunctions([relu, abs], local('f', ['x'], ['y'], text(8, 'second'))))).toEqual(['Abs']);
  });

  test('H20c attributes come from the call, or from their default, or are left out', () => {
    const flatten = node('Flatten', ['a'], ['b'], attribute('axis', text(21, 'k'), int(20, 2)));
    const axisOf = (file: Bytes) => expectRead(file).graph.sorted()[0]?.int('axis', undefined);
    const withDefault = fn('f', ['a'], ['b'], [flatten], message(11, text(1, 'k'), int(3, 3), int(20, 2)));
    const without = fn('f', ['a'], ['b'], [flatten], text(6, 'k'));
    const given = attribute('k', int(3, 2), int(20, 2));
    expect(axisOf(withFunctions([withDefault], local('f', ['x'], ['y'])))).toBe(3);
    expect(axisOf(withFunctions([withDefault], local('f', ['x'], ['y'], given)))).toBe(2);
    expect(axisOf(withFunctions([without], local('f', ['x'], ['y'], given)))).toBe(2);
    expect(axisOf(withFunctions([without], local('f', ['x'], ['y'])))).toBeUndefined();
  });

  test('H20c a graph passed by reference reads what is around the call', () => {
    const branch = (name: string, from: string) =>
      attribute(
        name,
        message(6, bytes(1, node('Abs', [from], [`${name}_y`])), bytes(12, valueInfo(`${name}_y`))),
        int(20, 5),
      );
    const body = [
      node(
        'If',
        ['c'],
        ['r'],
        attribute('then_branch', text(21, 'then'), int(20, 5)),
        attribute('else_branch', text(21, 'otherwise'), int(20, 5)),
      ),
    ];
    const file = model({
      nodes: [
        node('Relu', ['x'], ['seen']),
        local('choose', ['flag'], ['y'], branch('then', 'seen'), branch('otherwise', 'x')),
      ],
      inputs: [valueInfo('x'), valueInfo('flag', tensorType(9, []))],
      opsets: [opset(17), opset(1, 'local')],
      model: [fn('choose', ['c'], ['r'], body, text(6, 'then'), text(6, 'otherwise'))],
    });
    const [choice] = expectRead(file).graph.nodesOf('If');
    expect(choice?.subgraph('then_branch')?.sorted()[0]?.input(0).producer?.operator).toBe('Relu');
    expect(choice?.subgraph('else_branch')?.sorted()[0]?.input(0).isInput).toBe(true);
  });

  test('an opset of a function that is not the model’s is refused where it is used', () => {
    const newer = message(
      25,
      text(1, 'f'),
      text(4, 'a'),
      text(5, 'b'),
      bytes(7, node('Relu', ['a'], ['b'])),
      opsetOf(9, 18),
      text(10, 'local'),
    );
    expectRefusal(withFunctions([newer], local('f', ['x'], ['y'])), ['opset 18', 'function f']);
  });
});

describe('constants', () => {
  test.each<[string, Bytes, string[]]>([
    [
      'H22 raw data that is short',
      withWeight(int(1, 3), int(2, FLOAT), bytes(9, floats(1, 2))),
      ['has 8 bytes, shape asks 12', 'w'],
    ],
    [
      'H22 raw data that is long',
      withWeight(int(1, 1), int(2, FLOAT), bytes(9, floats(1, 2))),
      ['has 8 bytes, shape asks 4'],
    ],
    [
      'H22 typed data that is short',
      withWeight(int(1, 3), int(2, FLOAT), bytes(4, floats(1, 2))),
      ['has 8 bytes, shape asks 12'],
    ],
    [
      'H22 data in the field of another type',
      withWeight(int(1, 1), int(2, FLOAT), int(7, 1)),
      ['has 0 bytes, shape asks 4'],
    ],
    ['H22 no data', withWeight(int(1, 1), int(2, FLOAT)), ['has 0 bytes, shape asks 4']],
    [
      'H22 raw and typed data',
      withWeight(int(1, 1), int(2, FLOAT), bytes(9, floats(1)), bytes(4, floats(1))),
      ['twice'],
    ],
    ['H23a 2^32 by 2^32', withWeight(int(1, 2 ** 32), int(1, 2 ** 32), int(2, FLOAT)), ['overflow']],
    ['H23a 2^62', withWeight(int(1, 2n ** 62n), int(2, FLOAT)), ['dimension']],
    [
      'H23a negative dimensions',
      withWeight(int(1, -1), int(1, -108), int(2, FLOAT), bytes(9, new Uint8Array(432))),
      ['dimension'],
    ],
    ['H23a nothing by 2^62', withWeight(int(1, 0), int(1, 2n ** 62n), int(2, FLOAT)), ['dimension']],
    [
      'H23a a million dimensions',
      withWeight(repeat(int(1, 1), 1_000_000), int(2, FLOAT), bytes(9, floats(1))),
      ['rank'],
    ],
    [
      'H24 a name twice',
      model({ initializers: [tensor('w', [1], floats(1)), tensor('w', [1], floats(2))] }),
      ['twice', 'w'],
    ],
    ['H24 the name of a node’s output', model({ initializers: [tensor('y', [1], floats(1))] }), ['twice', 'y']],
  ])('%s: refused', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('H23a a scalar and nothing at all are shapes', () => {
    const scalar = expectRead(withWeight(int(2, FLOAT), bytes(9, floats(7))))
      .graph.sorted()[0]
      ?.constant(1);
    expect([scalar?.shape, scalar?.toFloat64()[0]]).toEqual([[], 7]);
    const nothing = expectRead(withWeight(int(1, 0), int(2, FLOAT)))
      .graph.sorted()[0]
      ?.constant(1);
    expect([nothing?.shape, nothing?.byteLength]).toEqual([[0], 0]);
  });

  test('H24 a weight that is also an input is the constant it is, with a note', () => {
    const file = model({
      irVersion: 3,
      nodes: [node('Add', ['x', 'w'], ['y'])],
      inputs: [valueInfo('x'), valueInfo('w')],
      initializers: [tensor('w', [1], floats(1))],
    });
    const read = expectRead(file);
    expect(read.graph.inputs.map((value) => value.name)).toEqual(['x']);
    expect(read.notes).toContain('1 inputs were weights with a default; now fixed');
  });

  test('a weight is a view on the file, not a copy', () => {
    const file = withWeight(int(1, 1), int(2, FLOAT), bytes(9, floats(5)));
    expect(expectRead(file).graph.sorted()[0]?.constant(1)?.bytes.buffer).toBe(file.buffer);
  });

  test.each<[string, number, Bytes, bigint[]]>([
    ['int32 in int32_data', 6, join(int(5, 1), int(5, -2), int(5, 2 ** 31 - 1)), [1n, -2n, 2n ** 31n - 1n]],
    ['int8 in int32_data', 3, join(int(5, 1), int(5, -128), int(5, 127)), [1n, -128n, 127n]],
    ['uint16 in int32_data', 4, join(int(5, 1), int(5, 65535), int(5, 0)), [1n, 65535n, 0n]],
    [
      'int64 in int64_data',
      INT64,
      join(int(7, 2n ** 53n + 1n), int(7, -(2n ** 63n)), int(7, -1)),
      [2n ** 53n + 1n, -(2n ** 63n), -1n],
    ],
    ['uint64 in uint64_data', 13, join(int(11, 2n ** 64n - 1n), int(11, 0), int(11, 300)), [2n ** 64n - 1n, 0n, 300n]],
    ['uint32 in uint64_data', 12, join(int(11, 2 ** 32 - 1), int(11, 0), int(11, 300)), [2n ** 32n - 1n, 0n, 300n]],
  ])('H22 %s is exact', (_, dtype, data, expected) => {
    const constant = expectRead(withWeight(int(1, 3), int(2, dtype), data))
      .graph.sorted()[0]
      ?.constant(1);
    expect(constant?.toBigInts()).toEqual(expected);
  });

  test.each([
    ['bfloat16', 16, 6],
    ['float8e4m3fn', 17, 3],
    ['int4 of an odd count', 22, 2],
    ['float4e2m1', 23, 2],
    ['complex64', 14, 24],
    ['bool', 9, 3],
  ])('H21a %s passes through bit for bit', (_, dtype, length) => {
    const data = Uint8Array.from({ length }, (__, i) => 0xf1 - i);
    const file = model({ nodes: [node('Identity', ['w'], ['y'])], initializers: [tensor('w', [3], data, dtype)] });
    const again = expectRead(writeOnnx(expectRead(file)));
    expect(again.graph.sorted()[0]?.constant(0)?.bytes).toEqual(data);
  });

  test('H21a strings pass through, whatever bytes they hold', () => {
    const strings = join(int(1, 2), int(2, 8), text(8, 'w'), bytes(6, raw(0xff, 0)), text(6, 'é'));
    const file = model({ nodes: [node('Identity', ['w'], ['y'])], initializers: [strings] });
    const again = expectRead(writeOnnx(expectRead(file)));
    expect(
      again.graph
        .sorted()[0]
        ?.constant(0)
        ?.strings?.map((each) => [...each]),
    ).toEqual([
      [0xff, 0],
      [0xc3, 0xa9],
    ]);
  });

  test('training_info is dropped with a note', () => {
    const read = expectRead(model({ model: [message(20, message(1))] }));
    expect(read.notes.join()).toContain('training_info');
  });
});

describe('sparse tensors', () => {
  const sparse = (values: Bytes, indices: Bytes, ...dims: readonly number[]): Bytes =>
    join(bytes(1, values), bytes(2, indices), ...dims.map((dim) => int(3, dim)));
  const file = (each: Bytes) =>
    model({ graph: graph({ nodes: [node('Add', ['x', 's'], ['y'])], more: [bytes(15, each)] }) });
  const two = tensor('s', [2], floats(1, 2));

  test('H21a pass through as a constant', () => {
    const read = expectRead(file(sparse(two, tensor('i', [2, 2], longs(0n, 1n, 2n, 0n), INT64), 3, 3)));
    const again = expectRead(writeOnnx(read));
    expect(again.graph.nodesOf('Constant')[0]?.attributes.get('sparse_value')?.kind).toBe('raw');
  });

  test.each<[string, Bytes]>([
    ['unsorted', tensor('i', [2], longs(3n, 1n), INT64)],
    ['repeated', tensor('i', [2], longs(1n, 1n), INT64)],
    ['out of range', tensor('i', [2], longs(1n, 9n), INT64)],
    ['of short rows', tensor('i', [2, 1], longs(1n, 2n), INT64)],
    ['more than values', tensor('i', [3], longs(1n, 2n, 3n), INT64)],
    ['float', tensor('i', [2], floats(1, 2))],
  ])('H21b indices that are %s are refused', (_, indices) => {
    expectRefusal(file(sparse(two, indices, 3, 3)), ['sparse']);
  });
});
