import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { readFile, readHashed, readMeanwhile } from '../../src/files/index.js';
import { ONNX_LIMIT } from '../../src/formats/index.js';
import { InputError } from '../../src/model/index.js';
import { scratch } from './scratch.js';

function refusal(file: string): InputError {
  try {
    readFile(file, ONNX_LIMIT);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('it was read');
}

test('a file is read whole, and named as it was given', () => {
  const folder = scratch();
  const file = path.join(folder, 'm.onnx');
  fs.writeFileSync(file, 'abc');
  fs.symlinkSync('m.onnx', path.join(folder, 'link.onnx'));
  for (const given of [file, path.join(folder, '.', 'link.onnx')]) {
    const read = readFile(given, ONNX_LIMIT);
    expect(Buffer.from(read.bytes).toString()).toBe('abc');
    expect(read.path).toBe(given);
  }
  expect(readFile(file, ONNX_LIMIT).identity).toBe(readFile(path.join(folder, 'link.onnx'), ONNX_LIMIT).identity);
});

test.each([
  ['a folder', (file: string) => fs.mkdirSync(file), /not a regular file: it is a folder/],
  [
    'a pipe, without waiting for a writer',
    (file: string) => execFileSync('mkfifo', [file]),
    /not a regular file: it is a pipe/,
  ],
  ['a device', (file: string) => fs.symlinkSync('/dev/zero', file), /not a regular file: it is a device/],
  ['a link that leads nowhere', (file: string) => fs.symlinkSync('nowhere', file), /not found/],
  ['a link to itself', (file: string) => fs.symlinkSync(file, file), /leads back to itself/],
  ['nothing', () => {}, /not found/],
])('%s is refused', (_, make, message) => {
  const file = path.join(scratch(), 'm.onnx');
  make(file);
  const error = refusal(file);
  expect(error.message).toMatch(message);
  expect(error.where.file).toBe(file);
});

test('standard input and a name with a NUL are refused', () => {
  expect(refusal('-').message).toMatch(/not a regular file/);
  expect(refusal('a\0b').message).toMatch(/not found/);
});

test.runIf(process.platform === 'linux')('a file whose size is not known before it is read is refused', () => {
  expect(refusal('/proc/self/status').message).toMatch(/not a regular file/);
});

test('a file over 2 GiB is refused when no more than its head was read', () => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 2 ** 31);
  const read = vi.spyOn(fs, 'readSync');
  expect(refusal(file).message).toMatch(/2 GiB.*external data/);
  expect(read).toHaveBeenCalledTimes(1);
});

test.each([
  ['a TensorFlow Lite model', '\x20\0\0\0TFL3'],
  ['a GGUF file', 'GGUF'],
  ['a zip archive', 'PK\x03\x04'],
])('of %s over 2 GiB it is said what it is, not that ONNX could not hold it', (kind, head) => {
  const file = path.join(scratch(), 'm.bin');
  fs.writeFileSync(file, head, 'latin1');
  fs.truncateSync(file, 2 ** 31);
  const { message, where } = refusal(file);
  expect(message).toContain(`not an ONNX model: it looks like ${kind}`);
  expect(message).not.toContain('2 GiB');
  expect(where.file).toBe(file);
});

test.each([
  ['shrinks', (file: string) => fs.truncateSync(file, 2)],
  ['grows', (file: string) => fs.appendFileSync(file, 'more')],
])('a file that %s while it is read is refused', (_, change) => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, 'abcdef');
  const readSync = fs.readSync;
  vi.spyOn(fs, 'readSync').mockImplementationOnce((...args: unknown[]) => {
    change(file);
    return Reflect.apply(readSync, fs, args);
  });
  expect(refusal(file).message).toMatch(/changed while reading/);
});

test('short reads are put together', () => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, 'abcdef');
  const readSync = fs.readSync;
  vi.spyOn(fs, 'readSync').mockImplementation((...args: unknown[]) => {
    const [descriptor, buffer, offset, length, position] = args;
    return Reflect.apply(readSync, fs, [descriptor, buffer, offset, Math.min(2, Number(length)), position]);
  });
  expect(Buffer.from(readFile(file, ONNX_LIMIT).bytes).toString()).toBe('abcdef');
});

test('a piece that the memory cannot hold is refused as such', () => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, 'abc');
  vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation(() => {
    throw new RangeError('Array buffer allocation failed');
  });
  expect(refusal(file).message).toMatch(/not enough memory/);
});

test('a hashed file has the bytes and the SHA-256 of the file, over several pieces', async () => {
  const file = path.join(scratch(), 'm.onnx');
  const bytes = Buffer.alloc(10 * 2 ** 20, 'every piece differs');
  fs.writeFileSync(file, bytes);
  const read = await readHashed(file, ONNX_LIMIT);
  expect(Buffer.compare(read.bytes, bytes)).toBe(0);
  expect(Buffer.compare((await readMeanwhile(file, ONNX_LIMIT)).bytes, bytes)).toBe(0);
  const [expected] = execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ');
  expect(read.sha256).toBe(expected);
  fs.writeFileSync(file, 'abc');
  // Of the standard's own example (FIPS 180-2).
  expect((await readHashed(file, ONNX_LIMIT)).sha256).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test.each([
  ['shrinks', (file: string) => fs.truncateSync(file, 2)],
  ['grows', (file: string) => fs.appendFileSync(file, 'more')],
  ['is written to', (file: string) => fs.writeFileSync(file, 'ABCDEF')],
])('a file that %s while it is read is refused', async (_, change) => {
  const file = path.join(scratch(), 'm.onnx');
  const old = new Date(1e12);
  const { read } = fs;
  for (const reader of [readHashed, readMeanwhile]) {
    fs.writeFileSync(file, 'abcdef');
    fs.utimesSync(file, old, old);
    vi.spyOn(fs, 'read').mockImplementationOnce((...args: unknown[]) => {
      change(file);
      return Reflect.apply(read, fs, args);
    });
    await expect(reader(file, ONNX_LIMIT)).rejects.toThrow(/changed while reading/);
  }
});

test('a file of no bytes is read', async () => {
  const file = path.join(scratch(), 'm.onnx');
  fs.writeFileSync(file, '');
  expect((await readHashed(file, ONNX_LIMIT)).bytes).toHaveLength(0);
  expect((await readMeanwhile(file, ONNX_LIMIT)).bytes).toHaveLength(0);
});
