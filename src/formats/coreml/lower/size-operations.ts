import type { Range } from '../../../lowering/builder.js';
import type { SizeBuilder } from '../../../lowering/sizes.js';
import type { MilValue } from '../program/program.js';
import { bool, int, ints } from './constants.js';
import type { Arguments, ProgramBuilder } from './program-builder.js';

/** How a program of Core ML computes sizes: `shape`, parts of that, and vectors put together of them. */
export class SizeOperations implements SizeBuilder<MilValue> {
  readonly #builder: ProgramBuilder;

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  ints(values: readonly number[]): MilValue {
    return this.#builder.constant(ints(values));
  }

  shapeOf(x: MilValue): MilValue {
    return this.#vector('shape', { x }, x.type.shape.length);
  }

  /** A vector or a scalar of integers as a vector. */
  reshape(x: MilValue): MilValue {
    return x.type.shape.length === 0 ? this.#vector('expand_dims', { x, axes: ints([0]) }, 1) : x;
  }

  concat(values: readonly MilValue[]): MilValue {
    const [first] = values;
    if (first && values.length === 1) return first;
    const length = values.reduce((sum, { type }) => sum + Number(type.shape[0]), 0);
    return this.#vector('concat', { values, axis: int(0), interleave: bool(false) }, length);
  }

  stridedSlice(x: MilValue, { begin, end }: Range): MilValue {
    const length = (end[0] ?? 0) - (begin[0] ?? 0);
    return length === x.type.shape[0]
      ? x
      : this.#vector('slice_by_index', { x, begin: ints(begin), end: ints(end) }, length);
  }

  #vector(type: string, args: Arguments, length: number): MilValue {
    const [made] = this.#builder.emit(type, args, [{ dtype: 'int32', shape: [length] }], `size_${type}`);
    if (!made) throw new Error(`${type} made nothing`);
    return made;
  }
}
