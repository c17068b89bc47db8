import {
  type DataType,
  formatShape,
  InputError,
  isFloat,
  sizeOf,
  stridesOf,
  Tensor,
  transposeBytes,
} from '../model/index.js';
import { parseNpyHeader } from './npy-header.js';

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const LONGEST_HEADER = 65536;

/** NumPy's letter and width. Complex numbers and text are no inputs of a network; dates and structures neither. */
const TYPES: ReadonlyMap<string, DataType> = new Map([
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['b1', 'bool'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
]);

/** @returns whether these bytes begin like an `.npy` file */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * An array as NumPy saves it (format versions 1 to 3), in row-major, little-endian order whatever the file has.
 * @throws InputError for pickled objects, for types that no network takes, where the data is longer or shorter than the
 *   shape asks, and where a number is NaN or infinite
 */
export function readNpy(bytes: Uint8Array): Tensor {
  if (!isNpy(bytes)) throw new InputError({ what: 'not an npy file: it does not begin as one' });
  const { text, dataOffset } = headerOf(bytes);
  const { descr, fortranOrder, shape } = parseNpyHeader(text);
  const { dtype, width, isBigEndian } = typeOf(descr);
  const size = sizeOf(shape);
  const data = bytes.subarray(dataOffset);
  if (data.length !== size * width) {
    throw new InputError({
      what: `the npy data has ${data.length} bytes, its shape ${formatShape(shape)} of ${descr} asks ${size * width}`,
    });
  }
  const ordered = isBigEndian && width > 1 ? swapped(data, width) : data;
  const tensor = new Tensor(dtype, shape, fortranOrder ? rowMajor(ordered, width, shape) : ordered);
  expectFinite(tensor);
  return tensor;
}

function headerOf(bytes: Uint8Array): { text: string; dataOffset: number } {
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3) {
    throw new InputError({
      what: `not a valid npy header: the format version is ${major ?? 'missing'}, known are 1 to 3`,
    });
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw new InputError({ what: 'not a valid npy header: it is cut off' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER || start + length > bytes.length) {
    throw new InputError({
      what: `not a valid npy header: its length is ${length}, the file has ${bytes.length} bytes`,
    });
  }
  return { text: new TextDecoder().decode(bytes.subarray(start, start + length)), dataOffset: start + length };
}

function typeOf(descr: string): { dtype: DataType; width: number; isBigEndian: boolean } {
  const order = descr.slice(0, 1);
  const kind = descr.slice(1);
  if (kind.startsWith('O')) {
    throw new InputError({ what: 'the npy file holds pickled objects, which are never loaded', todo: 'save numbers' });
  }
  const dtype = TYPES.get(kind);
  const width = Number(kind.slice(1));
  if (!dtype || !['<', '>', '|'].includes(order) || (order === '|' && width > 1)) {
    throw new InputError({
      what: `npy dtype ${descr.slice(0, 20)} is no input of a network`,
      todo: 'save it as float32',
    });
  }
  return { dtype, width, isBigEndian: order === '>' };
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i - (i % width) + width - 1 - (i % width)] ?? 0;
  return result;
}

/** Elements that stand with the first axis fastest, put so that the last is. */
function rowMajor(bytes: Uint8Array, width: number, shape: readonly number[]): Uint8Array {
  if (bytes.length === 0) return bytes;
  const reversed = [...shape.keys()].reverse();
  return transposeBytes(bytes, width, [...shape].reverse(), reversed);
}

function expectFinite(tensor: Tensor): void {
  if (!isFloat(tensor.dtype)) return;
  const flat = tensor.toFloat64().findIndex((value) => !Number.isFinite(value));
  if (flat < 0) return;
  const index = stridesOf(tensor.shape).map((stride, axis) => Math.floor(flat / stride) % (tensor.shape[axis] ?? 1));
  throw new InputError({ what: `the data holds NaN or Inf, first at index ${formatShape(index)}` });
}
