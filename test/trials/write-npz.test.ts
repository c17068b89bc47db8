import { expect, test } from 'vitest';
import { Tensor } from '../../src/model/index.js';
import { readArrays } from '../../src/trials/index.js';
import { writeNpy, writeNpz } from '../../src/trials/write-npz.js';

/** What numpy.save (NumPy 2) writes for numpy.array([[1, -2, 0.5]], '<f4') and numpy.array([3, 4], '<i8'). */
const SAVED = [
  {
    tensor: Tensor.from('float32', [1, 3], [1, -2, 0.5]),
    header: `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }${' '.repeat(58)}\n`,
    elements: '0000803f000000c00000003f',
  },
  {
    tensor: Tensor.from('int64', [2], [3, 4]),
    header: `{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }${' '.repeat(60)}\n`,
    elements: '03000000000000000400000000000000',
  },
];

test.each(SAVED)('$tensor.dtype is written byte for byte as NumPy does', ({ tensor, header, elements }) => {
  const bytes = Buffer.from(writeNpy(tensor));
  expect(bytes.subarray(0, 10).toString('hex')).toBe('934e554d505901007600');
  expect(bytes.subarray(10, 128).toString('latin1')).toBe(header);
  expect(bytes.subarray(128).toString('hex')).toBe(elements);
});

test('what NumPy has no type for is refused', () => {
  expect(() => writeNpy(new Tensor('bfloat16', [1], Uint8Array.of(0, 0)))).toThrow('npy holds no bfloat16');
});

test('arrays come back from an npz under their names, and equal arrays are equal bytes', async () => {
  const arrays = new Map(SAVED.map(({ tensor }) => [tensor.dtype, tensor]));
  const bytes = await writeNpz(arrays);
  const read = readArrays(bytes, 2 ** 20);
  expect(new Set(read.keys())).toEqual(new Set(['float32', 'int64']));
  for (const [name, tensor] of arrays) expect(read.get(name)?.toFloat64()).toEqual(tensor.toFloat64());
  expect(Buffer.from(await writeNpz(arrays)).equals(bytes)).toBe(true);
});
