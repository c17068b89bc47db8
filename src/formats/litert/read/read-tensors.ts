import { byteLengthOf, sizeOf } from '../../../model/index.js';
import type { Table } from '../flatbuffer/read.js';
import type { ProgramTensor, Quantization } from '../program.js';
import { BUFFER, QUANTIZATION, TENSOR, TYPES } from '../schema.js';
import { damaged, notKnown } from './damaged.js';

/** The most elements of a tensor: what runtimes count in 32 bits. */
const MOST_ELEMENTS = 2 ** 31 - 1;
/** Longer vectors are no sizes. */
const MOST_SIZES = 64;

/** The bytes of every buffer; undefined where it has none. */
export function readBuffers(buffers: readonly Table[], file: Uint8Array): (Uint8Array | undefined)[] {
  return buffers.map((buffer, index) => {
    const inside = buffer.data(BUFFER.data);
    const [offset = 0, size = 0] = [buffer.long(BUFFER.offset), buffer.long(BUFFER.size)];
    if (offset <= 1) return inside && inside.length > 0 ? inside : undefined;
    if (inside && inside.length > 0) throw damaged(`buffer ${index} has its bytes in two places`);
    if (size < 0 || offset + size > file.length) throw damaged(`buffer ${index} lies outside the file`);
    return file.subarray(offset, offset + size);
  });
}

/** A tensor, with its elements where it is a constant. */
export function readTensor(table: Table, index: number, buffers: readonly (Uint8Array | undefined)[]): ProgramTensor {
  const name = table.string(TENSOR.name) ?? `tensor ${index}`;
  const type = TYPES.get(table.byte(TENSOR.type) ?? 0);
  if (!type) throw damaged(`${name} has an element type that is not known`);
  if (table.ubyte(TENSOR.isVariable) || table.table(TENSOR.sparsity)) {
    throw notKnown('a tensor that keeps a state or is sparse');
  }
  const shape = table.ints(TENSOR.shape) ?? [];
  const size = sizeOf(shape);
  if (shape.some((each) => each < 0) || size > MOST_ELEMENTS) throw damaged(`${name} has the sizes [${shape}]`);
  const signature = table.ints(TENSOR.shapeSignature);
  const fits = signature?.every((each, axis) => each === -1 || each === shape[axis]);
  if (signature && (signature.length !== shape.length || !fits)) {
    throw damaged(`${name} has the sizes [${shape}] and [${signature}]`);
  }
  const number = table.uint(TENSOR.buffer) ?? 0;
  if (number >= buffers.length) throw damaged(`${name} lies in buffer ${number} of ${buffers.length}`);
  const bytes = buffers[number];
  if (bytes && bytes.length !== byteLengthOf(type, size)) {
    throw damaged(`${name} has ${bytes.length} bytes for ${size} elements of ${type}`);
  }
  return {
    name,
    type,
    shape,
    signature: signature?.includes(-1) ? signature : undefined,
    data: bytes && { byteLength: bytes.length, bytes: () => bytes },
    ints: bytes && size <= MOST_SIZES ? integersOf(type, bytes) : undefined,
    quantization: readQuantization(table.table(TENSOR.quantization), name, shape),
  };
}

function integersOf(type: string, bytes: Uint8Array): number[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'int32') return Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
  if (type === 'int64')
    return Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  return undefined;
}

function readQuantization(table: Table | undefined, name: string, shape: readonly number[]): Quantization | undefined {
  const scale = table?.floats(QUANTIZATION.scale) ?? [];
  if (!table || scale.length === 0) return undefined;
  const given = table.longs(QUANTIZATION.zeroPoint) ?? [];
  const zeroPoint = given.length === 0 ? scale.map(() => 0) : given;
  const axis = table.int(QUANTIZATION.axis) ?? 0;
  const isWhole = scale.length === 1;
  if (zeroPoint.length !== scale.length || (!isWhole && shape[axis] !== scale.length)) {
    throw damaged(`${name} has ${scale.length} scales along axis ${axis} of [${shape}]`);
  }
  return { scale, zeroPoint, axis };
}
