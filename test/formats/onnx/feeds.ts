import { Tensor as OrtTensor } from 'onnxruntime-node';
import { type DataType, type Graph, numberToFloat16, sizeOf } from '../../../src/model/index.js';

/** Repeatable inputs of about unit size; sizes that are not known are 2. */
export function feedsOf(graph: Graph): Record<string, OrtTensor> {
  return Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => {
      const dims = (shape ?? []).map((size) => (typeof size === 'number' ? size : 2));
      const numbers = Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(12.9898 * (i + 1)));
      return [name, tensorOf(dtype, numbers, dims)];
    }),
  );
}

function tensorOf(dtype: DataType | undefined, numbers: Float32Array, dims: readonly number[]): OrtTensor {
  if (dtype === 'float16') return new OrtTensor('float16', Uint16Array.from(numbers, numberToFloat16), dims);
  if (dtype === 'bool')
    return new OrtTensor(
      'bool',
      Uint8Array.from(numbers, (value) => (value > 0 ? 1 : 0)),
      dims,
    );
  return new OrtTensor('float32', numbers, dims);
}
