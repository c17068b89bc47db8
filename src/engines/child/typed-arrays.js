// @ts-check
/** Typed arrays over the bytes of a frame, by the names that ONNX Runtime gives to element types. */

/** @typedef {Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array} TypedArray */

/** float16 as its bits: every version of ONNX Runtime takes those, whether or not the platform has a Float16Array. */
const ARRAYS = new Map(
  /** @type {const} */ ([
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['float16', Uint16Array],
    ['uint8', Uint8Array],
    ['int8', Int8Array],
    ['bool', Uint8Array],
    ['uint4', Uint8Array],
    ['int4', Uint8Array],
    ['uint16', Uint16Array],
    ['int16', Int16Array],
    ['uint32', Uint32Array],
    ['int32', Int32Array],
    ['uint64', BigUint64Array],
    ['int64', BigInt64Array],
  ]).map(([name, array]) => /** @type {const} */ ([/** @type {string} */ (name), array])),
);

/**
 * @param {string} dtype
 * @param {Uint8Array<ArrayBuffer>} bytes aligned, as frames give them
 * @returns {TypedArray}
 */
export function viewOf(dtype, bytes) {
  const array = ARRAYS.get(dtype);
  if (!array) throw new Error(`${dtype} cannot be given to this engine`);
  return new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / array.BYTES_PER_ELEMENT);
}

/**
 * @param {ArrayBufferView} data
 * @returns {Uint8Array}
 */
export function bytesOf(data) {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
