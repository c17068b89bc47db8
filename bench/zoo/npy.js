import { readFileSync } from 'node:fs';

const PREFIX = 10;
const HEADER_LENGTH_AT = 8;

/** Shape and elements of a little-endian float32 array that NumPy wrote in C order (format version 1.0). */
export function readFloats(path) {
  const bytes = readFileSync(path);
  const start = PREFIX + bytes.readUInt16LE(HEADER_LENGTH_AT);
  const header = bytes.toString('latin1', PREFIX, start);
  const shape = /'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (shape === undefined) throw new Error(`${path}: not float32 in C order`);
  return {
    shape: shape
      .split(',')
      .filter((part) => part.trim())
      .map(Number),
    data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)),
  };
}
