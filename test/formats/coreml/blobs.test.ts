import { describe, expect, test } from 'vitest';
import { BlobReader } from '../../../src/formats/coreml/read/blob-reader.js';
import { BlobWriter } from '../../../src/formats/coreml/write/blob-writer.js';
import { InputError } from '../../../src/model/index.js';

const FLOAT16 = 1;
const FLOAT32 = 2;
const counting = (length: number, first = 1) => Uint8Array.from({ length }, (_, i) => first + i);

function written(...data: readonly Uint8Array[]): { file: Uint8Array<ArrayBuffer>; offsets: number[] } {
  const writer = new BlobWriter();
  const offsets = data.map((bytes) => writer.add('fp16', bytes));
  return { file: new Uint8Array(Buffer.concat(writer.finish())), offsets };
}

test('records of 40, 14 and 20 bytes have their metadata at 64, 192 and 320, and the file ends with the last byte', () => {
  const { file, offsets } = written(counting(40), counting(14), counting(20));
  expect(offsets).toEqual([64, 192, 320]);
  expect(file.length).toBe(320 + 64 + 20);
});

test('the file is header, metadata and data as coremltools lays them', () => {
  const { file } = written(counting(4));
  const view = new DataView(file.buffer);
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([1, 2]);
  expect(Buffer.from(file.subarray(64, 72)).toString('hex')).toBe('efbeadde01000000');
  expect([view.getBigUint64(72, true), view.getBigUint64(80, true)]).toEqual([4n, 128n]);
  expect(Array.from(file.subarray(88, 128)).every((byte) => byte === 0)).toBe(true);
  expect(Array.from(file.subarray(128))).toEqual([1, 2, 3, 4]);
});

test('equal data are stored once, data that only look alike are not', () => {
  const large = counting(10_000);
  const other = large.slice();
  other[5001] = (other[5001] ?? 0) + 1;
  expect(written(large, counting(10_000), other).offsets).toEqual([64, 64, 64 + 64 + 10_048]);
});

test('equal bytes of another type are another record', () => {
  const writer = new BlobWriter();
  expect(writer.add('fp16', counting(8))).not.toBe(writer.add('fp32', counting(8)));
});

test('what was written is read from its offset', () => {
  const { file, offsets } = written(counting(40), counting(14, 50));
  const reader = new BlobReader(file);
  expect(reader.read(offsets[1] ?? 0, FLOAT16, 14)).toEqual(counting(14, 50));
  expect(reader.count).toBe(2);
});

describe('a file that is no chain of whole records is refused', () => {
  const damagedAt = (at: number, value: bigint | number) => {
    const { file } = written(counting(40), counting(14));
    const view = new DataView(file.buffer);
    if (typeof value === 'bigint') view.setBigUint64(at, value, true);
    else view.setUint32(at, value, true);
    return () => new BlobReader(file);
  };

  test.each<[string, () => unknown, RegExp]>([
    ['empty', () => new BlobReader(new Uint8Array()), /0 bytes/],
    ['cut in its metadata', () => new BlobReader(written(counting(40)).file.subarray(0, 100)), /offset 64.*metadata/],
    ['cut in its data', () => new BlobReader(written(counting(40)).file.subarray(0, 150)), /40 bytes of data, and 22/],
    ['of another version', damagedAt(4, 3), /version 3/],
    ['with another sentinel', damagedAt(64, 1), /offset 64: no record/],
    ['whose data begin elsewhere', damagedAt(80, 64n), /said to be at 64/],
    ['whose data are longer than the file', damagedAt(72, 1n << 63n), /offset 64: 9223372036854775808 bytes/],
    ['whose data run into the next record', damagedAt(72, 90n), /offset 256: the file ends/],
    ['with padding of bits', damagedAt(88, 1n), /padding of bits/],
  ])('%s', (_, read, reason) => {
    expect(read).toThrow(InputError);
    expect(read).toThrow(reason);
  });
});

describe('an offset gives nothing but the record it names', () => {
  const reader = new BlobReader(written(counting(40), counting(14)).file);
  test.each<[string, number, number, number]>([
    ['into the header', 0, FLOAT16, 40],
    ['into data', 128, FLOAT16, 40],
    ['beyond the end', 4096, FLOAT16, 40],
    ['negative, as one of 64 bits is read', -64, FLOAT16, 40],
    ['of another type', 64, FLOAT32, 40],
    ['of another size', 64, FLOAT16, 38],
  ])('%s', (_, offset, dtype, length) => {
    expect(() => reader.read(offset, dtype, length)).toThrow(InputError);
  });
});
