import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/model/index.js';
import { readNpy } from '../../src/trials/npy.js';
import { digitsCases } from '../corpus.js';

/** An `.npy` file with this header text; NumPy pads it with spaces and ends it with a newline, as here. */
function npy(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = Buffer.from(`${header.padEnd(117)}\n`, 'latin1');
  const length = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([
    Buffer.from('\u0093NUMPY', 'latin1'),
    Buffer.from([version, 0]),
    length,
    text,
    Uint8Array.from(data),
  ]);
}

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const bytesOf = (array: ArrayBufferView) =>
  new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
const reversed = (array: ArrayBufferView, width: number) => {
  const bytes = bytesOf(array);
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)] ?? 0);
};

describe('an npy file', () => {
  test('that NumPy wrote is read', () => {
    const images = readNpy(readFileSync(digitsCases()[0]?.input ?? ''));
    expect(images).toMatchObject({ dtype: 'float32', shape: [200, 1, 32, 32] });
  });

  test.each([1, 2, 3])('of format version %i is read', (version) => {
    const tensor = readNpy(npy(header('<f4', '(2,)'), bytesOf(Float32Array.of(0.5, -2)), version));
    expect(tensor).toMatchObject({ dtype: 'float32', shape: [2] });
    expect([...tensor.toFloat64()]).toEqual([0.5, -2]);
  });

  // NumPy: np.save of arrays of these types, bytes as its tobytes() gives them.
  test.each<[string, string, Uint8Array, number[]]>([
    ['<f2', 'float16', bytesOf(Uint16Array.of(0x3800, 0xc000)), [0.5, -2]],
    ['>f4', 'float32', reversed(Float32Array.of(0.5, -2), 4), [0.5, -2]],
    ['<f8', 'float64', bytesOf(Float64Array.of(0.1, 2)), [0.1, 2]],
    ['|b1', 'bool', Uint8Array.of(1, 0), [1, 0]],
    ['|u1', 'uint8', Uint8Array.of(0, 255), [0, 255]],
    ['|i1', 'int8', Uint8Array.of(0, 255), [0, -1]],
    ['>i2', 'int16', Uint8Array.of(0xff, 0xfe, 0x01, 0x00), [-2, 256]],
    ['>i8', 'int64', reversed(BigInt64Array.of(-1n, 2n ** 40n), 8), [-1, 2 ** 40]],
  ])('of %s becomes %s', (descr, dtype, data, values) => {
    const tensor = readNpy(npy(header(descr, '(2,)'), data));
    expect(tensor.dtype).toBe(dtype);
    expect([...tensor.toFloat64()]).toEqual(values);
  });

  test('in Fortran order is turned into row-major order', () => {
    // NumPy: np.asfortranarray(np.arange(24).reshape(2, 3, 4)), as it lies in memory.
    const memory = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23];
    const tensor = readNpy(npy(header('|u1', '(2, 3, 4)', 'True'), memory));
    expect(tensor.toIntegers()).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  test.each([
    ['()', [], 1],
    ['(0, 3)', [0, 3], 0],
    ['(1L, 2L)', [1, 2], 2],
  ])('of shape %s is read', (text, shape, size) => {
    expect(readNpy(npy(header('|u1', text), Array(size).fill(7)))).toMatchObject({ shape, size });
  });

  const good = header('|u1', '(1,)');
  test.each<[string, Uint8Array, RegExp]>([
    ['of another kind', Buffer.from('PK\u0003\u0004'), /not an npy file/],
    [
      'that is nothing but its magic',
      Buffer.from('\u0093NUMPY', 'latin1'),
      /npy header: the format version is missing/,
    ],
    ['of version 9', npy(good, [7], 9), /npy header: the format version is 9/],
    ['cut before its header length', npy(good).subarray(0, 9), /npy header: it is cut off/],
    ['cut in its header', npy(good).subarray(0, 40), /npy header: its length is 118/],
    [
      'whose header claims 4 GB',
      Buffer.concat([npy(good, [], 2).subarray(0, 8), Buffer.alloc(4, 255), Buffer.alloc(99)]),
      /4294967295/,
    ],
    ['whose header is a list', npy('[1, 2]'), /npy header/],
    ['whose header is Python code', npy("__import__('os').system('id')"), /npy header: it is no plain dictionary/],
    ['whose value is Python code', npy("{'descr': __import__('os'), }"), /npy header/],
    ['whose header nests brackets', npy('('.repeat(60_000)), /npy header/],
    ['with a key twice', npy("{'descr': '|u1', 'descr': '|u1', }"), /npy header: descr stands twice/],
    ['without a shape', npy("{'descr': '|u1', 'fortran_order': False, }"), /npy header: it does not give/],
    ['with a key of its own', npy("{'descr': '|u1', '__proto__': 1, }"), /npy header: it has a key/],
    ['with something after the dictionary', npy(`${good} + 1`), /npy header/],
    ['that is cut in the dictionary', npy("{'descr': '|u1', 'shape': (1,"), /npy header/],
    ['of pickled objects', npy(header('|O', '(1,)'), [0x80, 4, 0x2e]), /pickled objects, which are never loaded/],
    [
      'of structures',
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 0]),
      /npy dtype/,
    ],
    ['of text', npy(header('<U2', '(1,)'), Array(8).fill(0)), /npy dtype <U2/],
    ['of dates', npy(header('<M8[D]', '(1,)'), Array(8).fill(0)), /npy dtype <M8/],
    ['of complex numbers', npy(header('<c8', '(1,)'), Array(8).fill(0)), /npy dtype <c8/],
    ['with a negative size', npy(header('|u1', '(-1,)')), /npy header/],
    [
      'with too many axes',
      npy(header('|u1', `(${'1, '.repeat(10_000)})`), [1]),
      /npy header: the shape has more than 64 axes/,
    ],
    ['of more elements than can be counted', npy(header('|u1', '(2147483648, 2147483648)')), /dimension overflow/],
    [
      'with less data than its shape asks',
      npy(header('<f4', '(2, 2)'), [1, 2]),
      /has 2 bytes, its shape \[2,2\] of <f4 asks 16/,
    ],
    ['with more data than its shape asks', npy(good, [1, 2]), /has 2 bytes, its shape \[1\] of \|u1 asks 1/],
    [
      'that holds NaN',
      npy(header('<f4', '(2, 2)'), bytesOf(Float32Array.of(0, 1, Number.NaN, 2))),
      /NaN or Inf, first at index \[1,0\]/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(InputError);
    expect(() => readNpy(bytes)).toThrow(message);
  });
});
