import type { Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { OperationReader } from '../operation-reader.js';

/**
 * What one operation of MIL computes, as ONNX nodes on float32, one value for each result. Rows follow the definitions of MIL
 * and know nothing of the rows that write it.
 */
export type ReadRow = (operation: OperationReader, to: OnnxBuilder) => Value | readonly Value[];

/** How operations of MIL are read, by their names. */
export type ReadRows = Readonly<Record<string, ReadRow>>;
