import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { writeAll } from '../../src/files/descriptor.js';
import { ExternalData, readFile, readHashed, sha256, writeWhole } from '../../src/files/index.js';
import { ONNX_LIMIT } from '../../src/formats/index.js';
import { InputError, OutputError } from '../../src/model/index.js';
import { contentOf, scratch } from './scratch.js';

const bytes = (text: string) => new TextEncoder().encode(text);

type Answer = (error: NodeJS.ErrnoException | null, count: number) => void;

/** Calls of `writev` are answered with these counts, and write nothing. */
function lieAboutWrites(counts: readonly number[]): { readonly asked: number[] } {
  const asked: number[] = [];
  const lie = (_: number, chunks: readonly Uint8Array[], answer: Answer) => {
    const count = counts[asked.length];
    asked.push(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    // Whoever asks without an end is stopped.
    if (count === undefined) answer(Object.assign(new Error('asked too often'), { code: 'ELOOP', errno: -1 }), 0);
    else answer(null, count);
  };
  vi.spyOn(fs, 'writev').mockImplementation(lie as typeof fs.writev);
  return { asked };
}

test.each([
  ['negative', -2147479552],
  ['zero', 0],
  ['more than was given', 9],
  ['no whole number', 1.5],
  ['no number', Number.NaN],
])('a write that is answered with a count that is %s fails at once, and leaves what was there', async (_, count) => {
  const folder = scratch();
  const file = path.join(folder, 'report.json');
  await writeWhole(file, bytes('one'));
  const { asked } = lieAboutWrites([count]);
  const failure = await writeWhole(file, bytes('12345678')).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OutputError);
  expect(failure).toMatchObject({
    where: { file },
    what: expect.stringContaining('a write of 8 bytes is answered with'),
  });
  expect(asked).toEqual([8]);
  expect(contentOf(folder)).toEqual({ 'report.json': 'one' });
});

test('what the system did not take is given to it again, and nothing twice', async () => {
  const file = path.join(scratch(), 'file');
  const write = fs.writev;
  vi.spyOn(fs, 'writev').mockImplementation(((descriptor: number, chunks: Uint8Array[], answer: Answer) => {
    const [first = new Uint8Array()] = chunks;
    return write(descriptor, [first.subarray(0, 2)], answer);
  }) as typeof fs.writev);
  const descriptor = fs.openSync(file, 'wx');
  await writeAll(descriptor, [bytes('abc'), bytes(''), bytes('defgh'), bytes('')]);
  fs.closeSync(descriptor);
  expect(fs.readFileSync(file, 'utf8')).toBe('abcdefgh');
});

test('no call is given more than 1 GiB, and all bytes are given', async () => {
  const GIB = 2 ** 30;
  // Never filled, so it takes address space and no memory.
  const chunk = new Uint8Array(2.5 * GIB);
  const { asked } = lieAboutWrites([GIB, 1, GIB - 1, GIB, 2]);
  await writeAll(1, [chunk, chunk.subarray(0, GIB / 2), chunk.subarray(0, 2)]);
  expect(asked).toEqual([GIB, GIB, GIB - 1, GIB, 2]);
});

test.each([-1, 9, Number.NaN])('a read that is answered with %d is an error of the file', async (count) => {
  const folder = scratch();
  const file = path.join(folder, 'm.onnx');
  fs.writeFileSync(file, '12345678');
  fs.writeFileSync(path.join(folder, 'model.onnx'), '');
  vi.spyOn(fs, 'readSync').mockReturnValue(count);
  vi.spyOn(fs, 'read').mockImplementation(((...given: unknown[]) =>
    (given.at(-1) as Answer)(null, count)) as typeof fs.read);
  const answered = /cannot be read: a read of 8 bytes is answered with/;
  expect(() => readFile(file, ONNX_LIMIT)).toThrow(answered);
  await expect(readHashed(file, ONNX_LIMIT)).rejects.toThrow(answered);
  await expect(readHashed(file, ONNX_LIMIT)).rejects.toBeInstanceOf(InputError);
  const external = new ExternalData(path.join(folder, 'model.onnx'), { maxBytes: 100 });
  expect(() => external.read('m.onnx', 0, 8)).toThrow(answered);
});

test('a chunk of over 2 GiB has a hash', () => {
  const chunk = new Uint8Array(2 ** 31 + 1);
  const piece = new Uint8Array(2 ** 16);
  const pieces = function* () {
    for (let i = 0; i < 2 ** 15; i++) yield piece;
    yield piece.subarray(0, 1);
  };
  expect(sha256([chunk])).toBe(sha256(pieces()));
});
