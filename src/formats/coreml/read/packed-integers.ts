import { sizeOf } from '../../../model/index.js';
import type { Message } from '../program/schema.js';
import type { BlobReader } from './blob-reader.js';
import { damaged } from './damaged.js';

/** Integers that compressed weights are stored in: numbers of `MILSpec.DataType`, and of types of records of weight.bin. */
const STORED = [
  { mil: 21, blob: 4, bits: 8, isSigned: true },
  { mil: 25, blob: 8, bits: 4, isSigned: true },
  { mil: 31, blob: 3, bits: 8, isSigned: false },
  { mil: 35, blob: 11, bits: 4, isSigned: false },
  { mil: 36, blob: 10, bits: 2, isSigned: false },
  { mil: 37, blob: 9, bits: 1, isSigned: false },
  { mil: 38, blob: 13, bits: 6, isSigned: false },
  { mil: 39, blob: 12, bits: 3, isSigned: false },
] as const;

/** Integers of a few bits each. */
export interface PackedIntegers {
  readonly shape: readonly number[];
  readonly bits: number;
  readonly isSigned: boolean;
  readonly values: Int16Array;
}

/** @throws InputError where they are no integers, or their bytes do not fit their sizes */
export function readPackedIntegers(
  { type, blobFileValue, immediateValue }: Message<'Value'>,
  blobs: BlobReader | undefined,
  where: string,
): PackedIntegers {
  const tensor = type?.tensorType;
  const stored = STORED.find(({ mil }) => mil === tensor?.dataType);
  if (!tensor || !stored) throw damaged(`a compressed weight of type ${tensor?.dataType ?? 0}`, where);
  const shape = tensor.dimensions.map(({ constant }) => constant?.size ?? 0);
  const count = sizeOf(shape);
  const length = Math.ceil((count * stored.bits) / 8);
  let bytes = immediateValue?.tensor?.bytes?.values ?? new Uint8Array();
  if (blobFileValue) {
    const { fileName = '', offset = 0 } = blobFileValue;
    if (fileName !== blobs?.fileName) throw damaged(`a compressed weight lies in ${fileName}`, where);
    bytes = blobs.read(offset, stored.blob, length);
  }
  if (bytes.length !== length)
    throw damaged(`${bytes.length} bytes for ${count} integers of ${stored.bits} bits`, where);
  const { bits, isSigned } = stored;
  return { shape, bits, isSigned, values: unpack(bytes, count, bits, isSigned) };
}

/** Packed from the lowest bit on. */
export function unpack(bytes: Uint8Array, count: number, bits: number, isSigned = false): Int16Array {
  const sign = 2 ** (bits - 1);
  return Int16Array.from({ length: count }, (_, index) => {
    const at = index * bits;
    const pair = (bytes[at >> 3] ?? 0) | ((bytes[(at >> 3) + 1] ?? 0) << 8);
    const value = (pair >> (at & 7)) & (2 ** bits - 1);
    return isSigned && value >= sign ? value - 2 * sign : value;
  });
}
