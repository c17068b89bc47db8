import { expect, test } from 'vitest';
import { Table } from '../../../src/formats/litert/flatbuffer/read.js';
import { litert } from '../../../src/formats/litert/index.js';
import { toolMetadata } from '../../../src/formats/litert/metadata.js';
import { BUFFER, MODEL, OPERATOR_CODE } from '../../../src/formats/litert/schema.js';
import { storedIn, storedZip } from '../../../src/formats/litert/stored-zip.js';
import { writeProgram } from '../../../src/formats/litert/write.js';
import { asOneChunk, type Model, Tensor } from '../../../src/model/index.js';
import { readZip } from '../../../src/trials/zip.js';
import { network } from '../../network.js';
import { difference, feedsFor } from '../answers.js';
import { bytesOf, expectEquivalent, opened, run } from './judge.js';

const small = (): Model =>
  network((n) => {
    const x = n.relu(n.conv(n.input([1, 3, 8, 8]), { channels: 4, kernel: 3, pad: 1, stride: 2 }));
    return n.linear(n.node('Flatten', [n.globalAveragePool(x)]), 5);
  });

const rgb = { order: 'rgb', mean: [0.5, 0.5, 0.5], std: [1, 1, 1], input: 'x' } as const;
const labels = ['cat', 'dog', 'Käuzchen', 'elk', 'fox'];

const damage = (what: string) => new Error(what);

test('every constant lies at a multiple of 16, and every operator is numbered for old readers and for new', () => {
  const bytes = bytesOf(litert.lower(small(), {}).program);
  const model = Table.root(bytes, 'TFL3', damage);
  expect(model.uint(MODEL.version)).toBe(3);
  const constants = model.tables(MODEL.buffers).flatMap((buffer) => buffer.data(BUFFER.data) ?? []);
  expect(constants.length).toBeGreaterThan(4);
  for (const data of constants) expect((data.byteOffset - bytes.byteOffset) % 16).toBe(0);
  for (const code of model.tables(MODEL.operatorCodes)) {
    expect(code.byte(OPERATOR_CODE.deprecatedBuiltinCode)).toBe(code.int(OPERATOR_CODE.builtinCode));
  }
});

test('an operator beyond 127 has that number for old readers', () => {
  const model = network((n) => n.node('Gelu', [n.input([2, 3])]), { opset: 20 });
  const codes = Table.root(bytesOf(litert.lower(model, {}).program), 'TFL3', damage).tables(MODEL.operatorCodes);
  expect(codes.map((code) => code.byte(OPERATOR_CODE.deprecatedBuiltinCode))).toEqual([127]);
  expect(codes.map((code) => code.int(OPERATOR_CODE.builtinCode))).toEqual([150]);
});

test('a weight that lies right is written from where it lies', () => {
  const weight = Tensor.from('float32', [6, 5], Array.from({ length: 30 }, Math.sin));
  const model = network((n) => {
    const matrix = n.model.graph.addConstant(weight);
    return n.node('Gemm', [n.input([2, 5]), matrix], { transB: 1 });
  });
  const chunks = writeProgram(litert.lower(model, {}).program);
  expect(
    chunks.some(({ buffer, byteOffset }) => buffer === weight.bytes.buffer && byteOffset === weight.bytes.byteOffset),
  ).toBe(true);
});

test('two runs give the same bytes', () => {
  const written = () => bytesOf(litert.lower(small(), { labels, image: rgb }).program);
  expect(Buffer.compare(written(), written())).toBe(0);
});

test('constants behind what offsets of 32 bits reach are found by their place', async () => {
  const model = small();
  const program = await expectEquivalent(model);
  const behind = asOneChunk(writeProgram(program, 0));
  const buffers = Table.root(behind, 'TFL3', damage).tables(MODEL.buffers);
  expect(buffers.some((buffer) => (buffer.long(BUFFER.offset) ?? 0) > 1)).toBe(true);
  const feeds = feedsFor(model);
  const [there, here] = [await run(behind, feeds), await run(bytesOf(program), feeds)];
  for (const [name, answer] of here) expect(difference(answer, there.get(name))).toBe(0);
});

test('class names stand in an archive at the end of the file, counted from its start', async () => {
  const bytes = bytesOf(litert.lower(small(), { labels }).program);
  const members = readZip(bytes, 2 ** 20);
  expect(new TextDecoder().decode(members.get('labels.txt'))).toBe('cat\ndog\nKäuzchen\nelk\nfox\n');
  expect(opened(bytes).labels).toEqual(labels);
  // Not a second time in the metadata, but where lines cannot hold them.
  expect(opened(bytes).metadata.has('mobileone.labels')).toBe(false);
  const lines = bytesOf(litert.lower(small(), { labels: ['a', 'b', 'c', 'd', 'e\nf'] }).program);
  expect(opened(lines).labels).toEqual(['a', 'b', 'c', 'd', 'e\nf']);
});

test('an archive that is no such, or cut, has no class names', () => {
  const bytes = bytesOf(litert.lower(small(), { labels }).program);
  const places = Array.from({ length: 22 + 46 + 10 }, (_, at) => bytes.length - 1 - at);
  for (const place of places) {
    const damaged = Uint8Array.from(bytes);
    damaged[place] = (damaged[place] ?? 0) ^ 0x81;
    expect(() => storedIn(damaged, 'labels.txt')).not.toThrow();
  }
  expect(storedIn(bytes.subarray(0, -1), 'labels.txt')).toBeUndefined();
  expect(storedIn(new Uint8Array(3), 'labels.txt')).toBeUndefined();
});

test('an archive has the checksum that others compute', () => {
  // CRC-32 of "123456789", from the catalogue of parametrised CRC algorithms.
  const zip = asOneChunk(storedZip('a', new TextEncoder().encode('123456789'), 0));
  expect(new DataView(zip.buffer, zip.byteOffset).getUint32(14, true)).toBe(0xcbf43926);
});

test('tools are told of an image that needs no further normalising, and of the file of class names', () => {
  const { program } = litert.lower(small(), { labels, image: rgb });
  const metadata = Table.root(toolMetadata(program) ?? new Uint8Array(), 'M001', damage);
  const [subgraph] = metadata.tables(3);
  const [input] = subgraph?.tables(2) ?? [];
  const [output] = subgraph?.tables(3) ?? [];
  expect(input?.string(0)).toBe('x');
  expect(input?.table(3)?.ubyte(0)).toBe(2);
  expect(input?.table(3)?.table(1)?.byte(0)).toBe(1);
  const normalization = input?.tables(4)[0]?.table(1);
  expect([normalization?.floats(0), normalization?.floats(1)]).toEqual([[0], [1]]);
  expect(output?.tables(6)[0]?.string(0)).toBe('labels.txt');
  expect(output?.tables(6)[0]?.byte(2)).toBe(2);
});

test('names of the source are those of the signature, and an image says how it lies', () => {
  const { inputs, outputs } = opened(bytesOf(litert.lower(small(), {}).program));
  expect(inputs).toMatchObject([
    { name: 'x', sourceName: 'x', dtype: 'float32', shape: [1, 8, 8, 3], permutation: [0, 2, 3, 1] },
  ]);
  expect(outputs).toMatchObject([{ dtype: 'float32', shape: [1, 5] }]);
  expect(outputs[0]?.name).toBe(outputs[0]?.sourceName);
});

test('an image stays as it is where that is asked for, behind one transpose', async () => {
  const program = await expectEquivalent(small(), { inputLayout: 'nchw' });
  expect(program.operators.filter(({ operation }) => operation.name === 'TRANSPOSE')).toHaveLength(1);
  expect(program.inputs[0]?.tensor.shape).toEqual([1, 3, 8, 8]);
});
