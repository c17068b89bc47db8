import { asOneChunk, type Bytes, sizeOf } from '../../model/index.js';
import { invalid } from './invalid.js';
import { readDims, readTensor, type TensorSource } from './read-tensor.js';
import { type Message, onnxCodec } from './schema.js';

/** `AttributeProto.AttributeType.SPARSE_TENSOR`. */
const SPARSE_TENSOR = 11;

/**
 * A sparse initialiser as the attribute of a `Constant` node that gives the same value: the graph in memory knows dense
 * tensors only, and a node passes through to ONNX as it is.
 * @param file the bytes that the message was decoded from
 */
export function sparseAttribute(sparse: Message<'SparseTensorProto'>, file: Bytes): Bytes {
  const sparseTensor = file.subarray(sparse.start, sparse.end);
  return asOneChunk(onnxCodec.encode('AttributeProto', { name: 'sparse_value', type: SPARSE_TENSOR, sparseTensor }));
}

/**
 * Proves what ONNX asks of a sparse tensor: as many indices as values, inside the shape, in ascending order, none twice.
 * @throws InputError
 */
export function checkSparse(sparse: Message<'SparseTensorProto'>, source: TensorSource): void {
  const { values, indices } = sparse;
  const where = { value: values?.name ?? '' };
  const fail = (what: string) => invalid(`sparse tensor: ${what}`, where);
  if (!values || !indices) throw fail('values or indices are missing');
  if (values.dataLocation || indices.dataLocation) throw fail('external data is not read here');
  const shape = readDims(sparse.dims, where);
  const size = sizeOf(shape);
  const found = readTensor(values, source);
  const positions = readTensor(indices, source);
  if (found.shape.length !== 1) throw fail('the values have no rank of 1');
  if (positions.dtype !== 'int64') throw fail(`the indices are ${positions.dtype}, not int64`);
  const [count, width] = positions.shape;
  const isFlat = positions.shape.length === 1;
  if (count !== found.size || (!isFlat && (positions.shape.length !== 2 || width !== shape.length))) {
    throw fail(`${found.size} values do not fit indices [${positions.shape.join(',')}]`);
  }
  const numbers = positions.toIntegers();
  let last = -1;
  for (let i = 0; i < found.size; i++) {
    const row = isFlat ? undefined : numbers.slice(i * shape.length, (i + 1) * shape.length);
    const isInside = row ? row.every((at, axis) => at >= 0 && at < (shape[axis] ?? 0)) : true;
    const flat = row ? row.reduce((sum, at, axis) => sum * (shape[axis] ?? 0) + at, 0) : (numbers[i] ?? -1);
    if (!isInside || flat < 0 || flat >= size) throw fail(`index ${i} is out of range`);
    if (flat <= last) throw fail(`index ${i} is not in ascending order`);
    last = flat;
  }
}
