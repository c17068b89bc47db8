import type { DeclaredType, Dimension, Model, Shape } from '../../model/index.js';
import { invalid } from './invalid.js';
import { readDataType } from './read-tensor.js';
import type { Message } from './schema.js';

/** Reads types that a file declares. Every size that is no number gets a symbol of its own, by which its name is found. */
export class TypeReader {
  readonly #model: Model;
  readonly #file: Uint8Array;
  /** How many dimensions were -1, which the standard does not know but exporters write. */
  negativeDims = 0;

  constructor(model: Model, file: Uint8Array) {
    this.#model = model;
    this.#file = file;
  }

  /** @throws InputError where a type is malformed; an absent one gives no facts */
  read({ name = '', type }: Message<'ValueInfoProto'>): DeclaredType {
    if (!type) return {};
    const where = { value: name };
    const other = type.sequenceType ?? type.mapType ?? type.opaqueType ?? type.sparseTensorType ?? type.optionalType;
    if (other) return { otherType: this.#file.subarray(type.start, type.end) };
    const { tensorType } = type;
    // A file may say "no type" by an empty message.
    if (!tensorType?.elemType) return {};
    const dtype = readDataType(tensorType.elemType, where);
    const { shape } = tensorType;
    return shape ? { dtype, shape: this.#shape(shape, where) } : { dtype };
  }

  #shape({ dim: dims }: Message<'TensorShapeProto'>, where: { value: string }): Shape {
    return dims.map((dim): Dimension => {
      if (dim.dimParam) return this.#model.namedSymbol(dim.dimParam);
      const { dimValue } = dim;
      if (dimValue === undefined) return this.#model.freshSymbol();
      if (typeof dimValue === 'bigint') throw invalid(`dimension ${dimValue} is out of range (overflow)`, where);
      if (dimValue >= 0) return dimValue;
      this.negativeDims++;
      return this.#model.freshSymbol();
    });
  }
}
