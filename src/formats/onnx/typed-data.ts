import { asOneChunk, type Bytes, bitsOf, type DataType } from '../../model/index.js';
import type { Message } from './schema.js';

/**
 * The elements of a tensor that lie in a typed field (`float_data` and the like) as little-endian bytes; the packed form of
 * floats is that already, so a single run stays a view on the file.
 */
export function typedBytes(tensor: Message<'TensorProto'>, dtype: DataType): Bytes {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return asOneChunk(tensor.floatData);
    case 'float64':
    case 'complex128':
      return asOneChunk(tensor.doubleData);
    case 'int64':
      return varints(asOneChunk(tensor.int64Data), 8);
    case 'uint32':
      return varints(asOneChunk(tensor.uint64Data), 4);
    case 'uint64':
      return varints(asOneChunk(tensor.uint64Data), 8);
    default:
      // Types below a byte come packed: each entry of int32_data is one byte of them.
      return varints(asOneChunk(tensor.int32Data), Math.max(1, bitsOf(dtype) / 8));
  }
}

/** Varints as integers of `width` bytes, two's complement; higher bits are cut off as protobuf does. */
function varints(source: Bytes, width: number): Bytes {
  let count = 0;
  for (const byte of source) if (byte < 0x80) count++;
  const target = new Uint8Array(count * width);
  const view = new DataView(target.buffer);
  let low = 0;
  let high = 0;
  let shift = 0;
  let at = 0;
  for (const byte of source) {
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high |= bits >> 4;
    } else if (shift < 64) high |= bits << (shift - 32);
    shift += 7;
    if (byte >= 0x80) continue;
    if (width === 8) {
      view.setInt32(at, low, true);
      view.setInt32(at + 4, high, true);
    } else if (width === 4) view.setInt32(at, low, true);
    else if (width === 2) view.setInt16(at, low, true);
    else view.setInt8(at, low);
    at += width;
    low = high = shift = 0;
  }
  return target;
}
