import type { DataType, Tensor } from '../model/index.js';

/** Element types of targets that compute with no others. */
export type Kind = 'float32' | 'int32' | 'bool';

/** What such targets make of ONNX's types; undefined for those they have nothing for. */
export function kindOf(dtype: DataType | undefined): Kind | undefined {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
    case 'float64':
      return 'float32';
    case 'int64':
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint8':
    case 'uint16':
      return 'int32';
    case 'bool':
      return 'bool';
    default:
      return undefined;
  }
}

const LARGEST = 2 ** 31 - 1;

/**
 * The elements of a constant in the type it has there: a view on the file's bytes where that is float32 already.
 * Integers beyond int32 become its ends, since they mean "to the end" where networks have them.
 */
export function elementsOf(tensor: Tensor): Float32Array | Int32Array | Uint8Array {
  switch (kindOf(tensor.dtype)) {
    case 'float32':
      return tensor.toFloat32();
    case 'int32':
      return Int32Array.from(tensor.toFloat64(), (value) => Math.min(Math.max(value, -LARGEST - 1), LARGEST));
    case 'bool':
      return Uint8Array.from(tensor.toFloat64());
    default:
      throw new TypeError(`${tensor.dtype} has no elements here`);
  }
}
