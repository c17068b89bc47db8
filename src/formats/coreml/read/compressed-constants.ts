import { float16ToNumber, numberToFloat16, sizeOf } from '../../../model/index.js';
import { blocksAlong } from '../../blocks.js';
import type { ArtefactConstant } from '../../format.js';
import type { Constant, FixedType } from '../program/program.js';
import type { Message } from '../program/schema.js';
import type { BlobReader } from './blob-reader.js';
import { damaged } from './damaged.js';
import { readConstant } from './read-values.js';

/** How a weight is stored in few steps. */
export type Compression = 'weights' | 'palette';

/** A weight as it is computed with, and as it is stored. */
export interface Decompressed {
  readonly constant: Constant;
  readonly stored: ArtefactConstant;
}

type Attributes = ReadonlyMap<string, Message<'Value'>>;

/** Numbers of the integers that compressed weights are stored in: `MILSpec.DataType`, and the type of a record of weight.bin. */
const STORED = [
  { mil: 21, blob: 4, isSigned: true },
  { mil: 31, blob: 3, isSigned: false },
] as const;

/** Operations that make a weight of what is stored, with what its attributes must be, in the form of iOS 16. */
export const COMPRESSED: ReadonlyMap<string, { readonly how: Compression; readonly attributes: readonly string[] }> =
  new Map([
    ['constexpr_affine_dequantize', { how: 'weights', attributes: ['quantized_data', 'zero_point', 'scale', 'axis'] }],
    ['constexpr_lut_to_dense', { how: 'palette', attributes: ['indices', 'lut', 'shape'] }],
  ]);

/**
 * The weight that such an operation stands for, each element rounded once.
 * @param type as the operation declares it
 * @throws InputError where attributes are missing or contradict each other
 */
export function readCompressed(
  operation: string,
  attributes: Attributes,
  type: FixedType,
  blobs: BlobReader | undefined,
  where: string,
): Decompressed {
  const reader = new Attributed(attributes, blobs, where);
  const { values, stored } = operation === 'constexpr_lut_to_dense' ? fromTable(reader, type) : fromSteps(reader, type);
  return { constant: roundedTo(type, values, where), stored };
}

/** A constant of a type, each element rounded once. @throws InputError where the type is no float */
export function roundedTo(type: FixedType, values: Float64Array, where: string): Constant {
  if (type.dtype === 'fp16') return { ...type, data: Uint16Array.from(values, numberToFloat16) };
  if (type.dtype === 'fp32') return { ...type, data: Float32Array.from(values) };
  throw damaged(`a compressed weight of ${type.dtype}`, where);
}

interface Values {
  readonly values: Float64Array;
  readonly stored: ArtefactConstant;
}

/** (stored - zero point) x scale, one of each for all, or for each place of an axis. */
function fromSteps(reader: Attributed, { shape }: FixedType): Values {
  const stored = reader.integers('quantized_data', sizeOf(shape));
  const axis = reader.integer('axis');
  const along = shape[axis];
  if (along === undefined) throw reader.damaged(`axis ${axis} of [${shape}]`);
  const scales = reader.floats('scale', along);
  const zeros = reader.integers('zero_point', along);
  const inner = sizeOf(shape.slice(axis + 1));
  const scaleAt = (place: number) => scales[place % scales.length] ?? 0;
  const zeroAt = (place: number) => zeros[place % zeros.length] ?? 0;
  const values = Float64Array.from(stored, (value, index) => {
    const place = Math.floor(index / inner) % along;
    return (value - zeroAt(place)) * scaleAt(place);
  });
  const places = Array.from({ length: along }, (_, place) => place);
  const offsets = places.map((place) => -zeroAt(place) * scaleAt(place));
  const blocks = blocksAlong(shape, axis);
  const steps = { kind: 'steps', least: -127, most: 127, scales: places.map(scaleAt), offsets, blocks } as const;
  return { values, stored: { shape, stored: steps, elements: () => stored } };
}

/** Indices of a few bits each, packed from the lowest bit on, into a table of values. */
function fromTable(reader: Attributed, { shape }: FixedType): Values {
  const table = reader.floats('lut');
  const bits = Math.log2(table.length);
  if (!Number.isInteger(bits) || bits < 1 || bits > 8) throw reader.damaged(`a table of ${table.length}`);
  const count = sizeOf(shape);
  const packed = reader.integers('indices', Math.ceil((count * bits) / 8));
  const bitAt = (at: number) => ((packed[at >> 3] ?? 0) >> (at & 7)) & 1;
  const values = Float64Array.from({ length: count }, (_, index) => {
    let place = 0;
    for (let bit = 0; bit < bits; bit++) place |= bitAt(index * bits + bit) << bit;
    return table[place] ?? Number.NaN;
  });
  const stored = { kind: 'table', tables: [table], blocks: [] } as const;
  return { values, stored: { shape, stored, elements: () => values } };
}

/** The attributes of one operation, by kind. */
class Attributed {
  readonly #attributes: Attributes;
  readonly #blobs: BlobReader | undefined;
  readonly #where: string;

  constructor(attributes: Attributes, blobs: BlobReader | undefined, where: string) {
    this.#attributes = attributes;
    this.#blobs = blobs;
    this.#where = where;
  }

  damaged(what: string): Error {
    return damaged(`a compressed weight has ${what}`, this.#where);
  }

  integer(name: string): number {
    const { dtype, data } = readConstant(this.#value(name), undefined, this.#where);
    if (dtype !== 'int32' || typeof data === 'string' || data.length !== 1) throw this.damaged(`no one ${name}`);
    return data[0] ?? 0;
  }

  /** @param count how many there are beside one for all; undefined: any number */
  floats(name: string, count?: number): Float64Array {
    const { dtype, data } = readConstant(this.#value(name), this.#blobs, this.#where);
    if (typeof data === 'string' || (dtype !== 'fp16' && dtype !== 'fp32')) throw this.damaged(`no floats as ${name}`);
    if (count !== undefined && data.length !== 1 && data.length !== count)
      throw this.damaged(`${data.length} ${name}s`);
    return Float64Array.from(data, dtype === 'fp16' ? float16ToNumber : Number);
  }

  /** Bytes, signed or not. @param count how many there are, or one for all */
  integers(name: string, count: number): Int8Array | Uint8Array {
    const { type, blobFileValue, immediateValue } = this.#value(name);
    const stored = STORED.find(({ mil }) => mil === type?.tensorType?.dataType);
    if (!stored) throw this.damaged(`${name} of type ${type?.tensorType?.dataType ?? 0}`);
    const bytes = blobFileValue
      ? this.#record(blobFileValue, stored.blob, count)
      : (immediateValue?.tensor?.bytes?.values ?? new Uint8Array());
    if (bytes.length !== count && bytes.length !== 1)
      throw this.damaged(`${bytes.length} bytes as ${name} for ${count}`);
    return stored.isSigned ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
  }

  #record({ fileName = '', offset = 0 }: Message<'BlobFileValue'>, blob: number, count: number): Uint8Array {
    if (!this.#blobs || fileName !== this.#blobs.fileName) throw this.damaged(`its data in ${fileName}`);
    return this.#blobs.read(offset, blob, count);
  }

  #value(name: string): Message<'Value'> {
    const value = this.#attributes.get(name);
    if (!value) throw this.damaged(`no ${name}`);
    return value;
  }
}
