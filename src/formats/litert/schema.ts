import type { DataType } from '../../model/index.js';

/** Numbers of the fields of the root, by the names of TensorFlow Lite's schema; the other tables follow. */
export const MODEL = {
  version: 0,
  operatorCodes: 1,
  subgraphs: 2,
  description: 3,
  buffers: 4,
  metadata: 6,
  signatures: 7,
};
/** Which operator an entry of the list of operators is. */
export const OPERATOR_CODE = { deprecatedBuiltinCode: 0, customCode: 1, version: 2, builtinCode: 3 };
/** A graph; its tensors are called by their places in its list. */
export const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 };
/** A tensor; its elements, where it has any, lie in a buffer. */
export const TENSOR = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  isVariable: 5,
  sparsity: 6,
  shapeSignature: 7,
};
/** How integers of a tensor stand for floats. */
export const QUANTIZATION = { scale: 2, zeroPoint: 3, axis: 6 };
/** Bytes: in the FlatBuffer, or at a place behind it. */
export const BUFFER = { data: 0, offset: 1, size: 2 };
/** One step of a graph. */
export const OPERATOR = { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 };
/** A name for a buffer. */
export const METADATA = { name: 0, buffer: 1 };
/** What the inputs and outputs of a graph are called. */
export const SIGNATURE = { inputs: 0, outputs: 1, key: 2, subgraph: 4 };
/** What one of them is called. */
export const TENSOR_MAP = { name: 0, tensor: 1 };

/** Bytes 4 to 7 of every file. */
export const IDENTIFIER = 'TFL3';
/** Of the schema; runtimes take no other. */
export const VERSION = 3;

/** The numbers that TensorFlow Lite gives element types. */
export const TYPE_CODES: ReadonlyMap<DataType, number> = new Map<DataType, number>([
  ['float32', 0],
  ['float16', 1],
  ['int32', 2],
  ['uint8', 3],
  ['int64', 4],
  ['string', 5],
  ['bool', 6],
  ['int16', 7],
  ['complex64', 8],
  ['int8', 9],
  ['float64', 10],
  ['complex128', 11],
  ['uint64', 12],
  ['uint32', 15],
  ['uint16', 16],
  ['int4', 17],
  ['bfloat16', 18],
]);

/** Element types by their numbers. */
export const TYPES: ReadonlyMap<number, DataType> = new Map(Array.from(TYPE_CODES, ([type, code]) => [code, type]));
