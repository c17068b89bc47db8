import { describe, expect, test } from 'vitest';
import { expectRead, expectRefusal } from './expect-refusal.js';
import {
  attribute,
  type Bytes,
  bytes,
  FLOAT,
  float,
  floats,
  graph,
  int,
  join,
  message,
  model,
  node,
  opset,
  raw,
  repeat,
  tag,
  tensor,
  tensorType,
  text,
  valueInfo,
  varint,
} from './wire.js';

const ascii = (value: string): Bytes => new TextEncoder().encode(value);
const latin = (value: string): Bytes => Uint8Array.from(Buffer.from(value, 'latin1'));
const withNodeField = (...fields: readonly Bytes[]) => model({ nodes: [node('Relu', ['x'], ['y'], ...fields)] });
/** A length that claims more than its message holds. */
const overlong = (field: number, length: number | bigint, content: Bytes) =>
  join(tag(field, 2), varint(length), content);
const weight = (...fields: readonly Bytes[]) => model({ initializers: [join(...fields)] });

function nestedTypes(depth: number): Bytes {
  let type = tensorType(FLOAT, [1]);
  for (let i = 0; i < depth; i++) type = message(4, bytes(1, type));
  return model({ inputs: [valueInfo('x', type)] });
}

function nestedGraphs(depth: number): Bytes {
  let inner = graph({ nodes: [node('Relu', ['x'], ['y0'])], inputs: [], outputs: [valueInfo('y0')] });
  for (let i = 1; i < depth; i++) {
    const branch = (name: string) => attribute(name, bytes(6, inner), int(20, 5));
    const nodes = [node('If', ['c'], [`y${i}`], branch('then_branch'))];
    inner = graph({ nodes, inputs: [], outputs: [valueInfo(`y${i}`)] });
  }
  const branch = (name: string) => attribute(name, bytes(6, inner), int(20, 5));
  return model({
    nodes: [node('If', ['c'], ['y'], branch('then_branch'))],
    inputs: [valueInfo('x'), valueInfo('c', tensorType(9, []))],
  });
}

describe('bytes that are no ONNX model are refused by what they are', () => {
  test.each<[string, Bytes, string[]]>([
    ['H01a nothing', raw(), ['empty', 'not an ONNX model']],
    ['H01b an HTML page', ascii('<!DOCTYPE html><html><body>404</body></html>'), ['not an ONNX model', 'HTML']],
    ['H01b a PNG', latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), ['not an ONNX model', 'PNG']],
    ['H01b a zip', latin('PK\x03\x04\x14\0\0\0\x08\0'), ['not an ONNX model', 'zip']],
    ['H01b a gzip', latin('\x1f\x8b\x08\0\0\0\0\0\0\x03'), ['not an ONNX model', 'gzip']],
    ['H01b a pickle', latin('\x80\x02ctorch._utils\n'), ['not an ONNX model', 'pickle']],
    ['H01b safetensors', latin('\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32"}}'), ['not an ONNX model', 'safetensors']],
    ["H01b ONNX Runtime's format", latin('\x20\0\0\0ORTM\0\0\0\0\0\0'), ['not an ONNX model', '.ort']],
    ['H01b text', ascii('Not Found, try again later.\n'), ['not an ONNX model', 'text']],
    ["H01b ONNX's text format", ascii('<ir_version: 8>\nagraph (float[1] x) => (float[1] y) {}'), ['text format']],
    [
      'H01c a Git LFS pointer',
      ascii('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
      ['Git LFS pointer', 'git lfs pull'],
    ],
    ['H02b 16 zero bytes after a model', join(model(), new Uint8Array(16)), ['field number 0', 'at byte']],
    ['H02b a second model after a model', join(model(), model()), ['twice']],
    ['H02b a zip after a model', join(model(), latin('PK\x03\x04\x14\0\0\0\x08\0')), ['at byte']],
  ])('%s', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('H02a a model that was cut anywhere is truncated at that byte', () => {
    const whole = model({ initializers: [tensor('w', [64], floats(...new Array<number>(64).fill(1)))] });
    for (let length = 1; length < whole.length; length++) {
      expectRefusal(whole.slice(0, length), ['truncated', `at byte ${length}`]);
      // Node's Buffer must not be read more generously than a plain array.
      expectRefusal(Buffer.from(whole.subarray(0, length)), ['truncated', `at byte ${length}`]);
    }
  });
});

describe('protobuf that is not well-formed is refused with the byte', () => {
  const over = (bits: bigint) => overlong(3, bits, ascii('relu1'));
  test.each<[string, Bytes, string[]]>([
    ['H06a a length past the graph', model({ graph: overlong(1, 500, node('Relu', ['x'], ['y'])) }), ['length']],
    ['H06a a length past the node', withNodeField(overlong(3, 60, ascii('name'))), ['length', 'at byte']],
    ['H06a a length past the attribute', withNodeField(attribute('a', overlong(4, 9, ascii('s')))), ['length']],
    ['H06a a length past the tensor', weight(int(1, 1), int(2, 1), overlong(9, 5, floats(1))), ['length']],
    ['H06b a length of 2^32 + 5', withNodeField(over(2n ** 32n + 5n)), ['length']],
    ['H06b a length of 2^63', withNodeField(over(2n ** 63n)), ['length']],
    ['H06b a length of 2^64 - 1', withNodeField(over(2n ** 64n - 1n)), ['length']],
    ['H07a a varint of 11 bytes', join(model(), tag(5, 0), repeat(raw(0x80), 10), raw(0)), ['varint']],
    ['H07a a varint past 64 bits', join(model(), tag(5, 0), repeat(raw(0xff), 9), raw(2)), ['varint']],
    ['H07b field number 0', withNodeField(raw(0, 0)), ['field number 0']],
    ['H07b wire type 6', withNodeField(raw(0x0e, 0)), ['wire type 6']],
    ['H07b wire type 7', withNodeField(raw(0x0f, 0)), ['wire type 7']],
    ['H07b the end of a group without its start', withNodeField(tag(31, 4)), ['group']],
    ['H07b the start of a group without its end', withNodeField(tag(31, 3)), ['group']],
    ['H07c a graph that is a number', join(int(1, 8), int(7, 3), opset(17)), ['wire type', 'graph']],
    ['H07c an IR version that is text', join(text(1, '8'), bytes(7, graph())), ['wire type', 'ir_version']],
    ['H07c dims of fixed width', weight(tag(1, 1), new Uint8Array(8), int(2, 1)), ['wire type', 'dims']],
    ['H10a two graphs', model({ model: [bytes(7, graph())] }), ['twice', 'graph']],
    ['H10a two types of a value', model({ inputs: [join(valueInfo('x'), valueInfo('x'))] }), ['twice']],
    [
      'H10a two tensors in an attribute',
      withNodeField(attribute('a', bytes(5, tensor('', [1], floats(1))), bytes(5, tensor('', [1], floats(1))))),
      ['twice'],
    ],
    ['H10b two IR versions', join(int(1, 8), model()), ['twice', 'ir_version']],
    ['H10b two data types', weight(tensor('w', [1], floats(1)), int(2, 7)), ['twice', 'data_type']],
    ['H10b two operators of a node', withNodeField(text(4, 'Abs')), ['twice', 'op_type']],
    ['H11b packed floats of 7 bytes', weight(int(1, 1), int(2, 1), bytes(4, new Uint8Array(7))), ['not a multiple']],
    ['H11b packed doubles of 9 bytes', weight(int(1, 1), int(2, 11), bytes(10, new Uint8Array(9))), ['not a multiple']],
    ['H14a a name that is not UTF-8', withNodeField(bytes(3, latin('a\xff'))), ['UTF-8']],
    ['H14a a lone surrogate', withNodeField(bytes(3, raw(0xed, 0xa0, 0x80))), ['UTF-8']],
    ['H14a a name of 1 MiB', withNodeField(bytes(3, repeat(ascii('a'), 2 ** 20))), ['limit', 'name']],
    ['H14b a text of 2 MiB', model({ model: [bytes(6, repeat(ascii('a'), 2 ** 21))] }), ['limit', 'doc_string']],
    ['H15a data type 999', weight(int(2, 999), text(8, 'w')), ['data type 999']],
    ['H15a data type 2^32 + 1', weight(int(2, 2n ** 32n + 1n), text(8, 'w')), ['data type 4294967297']],
    [
      'H15a attribute type 99',
      withNodeField(attribute('consumed_inputs', int(3, 1), int(20, 99))),
      ['attribute', '99'],
    ],
    [
      'H15b an attribute that says float and holds an integer',
      withNodeField(attribute('a', int(3, 1), int(20, 1))),
      ['attribute'],
    ],
    ['H15b an attribute without type and value', withNodeField(attribute('a')), ['attribute']],
    ['H15b an attribute of two values', withNodeField(attribute('a', int(3, 1), float(2, 1))), ['attribute']],
    ['H15b a tensor attribute without one', withNodeField(attribute('a', int(20, 4))), ['attribute']],
  ])('%s', (_, file, words) => {
    expectRefusal(file, words);
  });

  test.each([100, 100_000, 1_000_000])(
    'H08 %i groups inside one another are refused before the stack ends',
    (depth) => {
      const groups = join(repeat(tag(31, 3), depth), repeat(tag(31, 4), depth));
      const places = [join(model(), groups), withNodeField(groups), weight(tensor('w', [1], floats(1)), groups)];
      for (const file of places) {
        if (depth <= 100) expectRead(file);
        else expectRefusal(file, ['nested too deeply']);
      }
    },
  );

  test.each([33, 500])('H09 %i graphs inside one another are refused', (depth) => {
    expectRefusal(nestedGraphs(depth), ['nested too deeply']);
  });

  test('H09 30 graphs inside one another are read', () => {
    expectRead(nestedGraphs(30));
  });

  test('H09 types inside one another have the same limit', () => {
    expectRead(nestedTypes(40));
    expectRefusal(nestedTypes(1000), ['nested too deeply']);
  });
});

describe('counts are limited before objects are made', () => {
  test.each<[string, Bytes, string[]]>([
    ['H12 five million empty nodes', model({ graph: repeat(raw(0x0a, 0), 5_000_000) }), ['limit', '--max-nodes']],
    ['H12 five million empty value_info', model({ graph: repeat(raw(0x6a, 0), 5_000_000) }), ['limit', '--max-nodes']],
    ['H12 ten million packed dims', weight(bytes(1, repeat(raw(1), 10_000_000))), ['rank', 'limit']],
    ['H12 a million attributes', withNodeField(repeat(message(5), 1_000_000)), ['limit', '--max-nodes']],
    ['H12 a million inputs', withNodeField(repeat(text(1, 'x'), 1_000_000)), ['limit', '--max-nodes']],
    ['H14b a million metadata entries', model({ model: [repeat(message(14), 1_000_000)] }), ['limit', '--max-nodes']],
  ])('%s', (_, file, words) => {
    expectRefusal(file, words);
  });

  test('--max-nodes moves the limit', () => {
    const nodes = ['a', 'b', 'y'].map((name, i, all) => node('Relu', [i === 0 ? 'x' : (all[i - 1] ?? '')], [name]));
    expectRead(model({ nodes }), { maxNodes: 60 });
    expectRefusal(model({ nodes }), ['limit', '--max-nodes'], { maxNodes: 2 });
  });
});

describe('unusual but legal protobuf reads the same', () => {
  const values = (file: Bytes) => expectRead(file).graph.nodesOf('Add')[0]?.constant(1);
  const add = (...fields: readonly Bytes[]) =>
    model({ nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [join(...fields)] });

  test('H07a a tag that is padded with zero bits', () => {
    expect(expectRead(join(raw(0x88, 0x80, 0), varint(8), bytes(7, graph()), opset(17))).graph.nodeCount).toBe(1);
  });

  test('H11a dims packed, unpacked and mixed', () => {
    const dims = [join(int(1, 2), int(1, 1), int(1, 3)), bytes(1, raw(2, 1, 3)), join(int(1, 2), bytes(1, raw(1, 3)))];
    for (const each of dims) {
      const found = values(add(each, int(2, FLOAT), text(8, 'w'), bytes(9, floats(1, 2, 3, 4, 5, 6))));
      expect(found?.shape).toEqual([2, 1, 3]);
    }
  });

  test('H11a, H13a floats packed, unpacked and mixed in float_data', () => {
    const numbers = [
      bytes(4, floats(1, 2, 3)),
      join(float(4, 1), float(4, 2), float(4, 3)),
      join(float(4, 1), bytes(4, floats(2, 3))),
    ];
    for (const each of numbers) {
      expect([...(values(add(int(1, 3), int(2, FLOAT), text(8, 'w'), each))?.toFloat64() ?? [])]).toEqual([1, 2, 3]);
    }
  });

  test('H13b unknown fields are left out with one note', () => {
    const file = withNodeField(message(9, text(1, 'k'), text(2, 'v')), text(500, 'new'), int(600, 1));
    const notes = expectRead(file).notes.filter((note) => note.startsWith('dropped'));
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('NodeProto.metadata_props');
    expect(notes[0]).toContain('NodeProto.500');
    expect(notes[0]).not.toContain('no result depends');
  });

  test('metadata of nodes is left out with one note, which says that no result depends on it', () => {
    const file = withNodeField(message(9, text(1, 'k'), text(2, 'v')));
    expect(expectRead(file).notes).toEqual(['dropped: NodeProto.metadata_props (1); no result depends on them']);
  });

  test('H14a a byte order mark and a NUL in a name are kept', () => {
    const [only] = expectRead(withNodeField(text(3, '\ufeffa\0b'))).graph.sorted();
    expect(only?.name).toBe('\ufeffa\0b');
  });

  test('H15b an attribute without a type, as old files have it', () => {
    const file = model({ nodes: [node('Flatten', ['x'], ['y'], attribute('axis', int(3, 1)))] });
    expect(expectRead(file).graph.sorted()[0]?.int('axis', 0)).toBe(1);
  });

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'then'])('H16 the name %s is a name', (name) => {
    const file = model({
      nodes: [
        node('Add', ['x', name], ['t'], text(3, name)),
        node('Anything', ['t'], ['y'], text(7, 'custom'), attribute(name, int(3, 1))),
      ],
      initializers: [tensor(name, [1], floats(1))],
      model: [message(8, text(1, 'custom'), int(2, 1)), message(14, text(1, name), text(2, 'v'))],
    });
    const read = expectRead(file);
    expect(read.metadata.get(name)).toBe('v');
    expect(read.graph.sorted()[0]?.constant(1)?.size).toBe(1);
    expect(read.graph.sorted()[1]?.attributes.has(name)).toBe(true);
  });

  test('integers beyond 2^53 are exact (H23b)', () => {
    const file = model({
      nodes: [node('Flatten', ['x'], ['y'], attribute('axis', int(3, 2n ** 53n + 1n), int(20, 2)))],
    });
    expect(expectRead(file).graph.sorted()[0]?.attributes.get('axis')).toEqual({ kind: 'int', value: 2n ** 53n + 1n });
    const smallest = model({
      nodes: [node('Flatten', ['x'], ['y'], attribute('axis', int(3, -(2n ** 63n)), int(20, 2)))],
    });
    expect(expectRead(smallest).graph.sorted()[0]?.attributes.get('axis')).toEqual({
      kind: 'int',
      value: -(2n ** 63n),
    });
  });
});
