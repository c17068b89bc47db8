import { isPlain } from '../../layout/order.js';
import type {
  Amounts,
  ConstantName,
  Operation,
  Range,
  Reduction,
  Builder as SharedBuilder,
} from '../../lowering/builder.js';
import { elementsOf, kindOf } from '../../lowering/elements.js';
import type { Tensor } from '../../model/index.js';
import { litertDeclaration } from './declaration.js';
import type { Kind } from './program.js';
import { ProgramBuilder, type Ref } from './program-builder.js';
import { TYPE_CODES } from './schema.js';

export type { Ref } from './program-builder.js';

/** XNNPACK takes fewer parts at once, and cuts the graph where there are more. */
const MOST_JOINED = 5;

/** What TensorFlow Lite calls the operations of TensorFlow. */
const OPERATORS: Readonly<Record<Operation | Reduction, string>> = {
  Abs: 'ABS',
  Ceil: 'CEIL',
  Cos: 'COS',
  Elu: 'ELU',
  Exp: 'EXP',
  Floor: 'FLOOR',
  FloorMod: 'FLOOR_MOD',
  Greater: 'GREATER',
  Less: 'LESS',
  Log: 'LOG',
  Neg: 'NEG',
  Relu: 'RELU',
  Round: 'ROUND',
  Rsqrt: 'RSQRT',
  Sigmoid: 'LOGISTIC',
  Sin: 'SIN',
  Sqrt: 'SQRT',
  Square: 'SQUARE',
  Tanh: 'TANH',
  Mean: 'MEAN',
  Sum: 'SUM',
  Max: 'REDUCE_MAX',
  Min: 'REDUCE_MIN',
  Prod: 'REDUCE_PROD',
  Any: 'REDUCE_ANY',
  All: 'REDUCE_ALL',
};

/** One method per operator whose arguments need care; the others are `op` with their inputs. */
export class Builder extends ProgramBuilder implements SharedBuilder<Ref, Kind> {
  readonly title = litertDeclaration.title;
  /** XNNPACK computes with no more. */
  readonly highestRank = 6;
  readonly highestPaddedRank = 5;
  readonly typeOf = kindOf;
  /** Whether sizes hang on a batch that is not known. */
  isOpen = false;

  /** @throws TypeError for elements that there is no type for */
  tensor(name: ConstantName, tensor: Tensor, shape: readonly number[], keepsPrecision = false): Ref {
    const type = kindOf(tensor.dtype);
    if (!type) throw new TypeError(`${this.title} has no ${tensor.dtype}`);
    const isShort = type === 'int32' && tensor.size <= 64;
    const ints = isShort ? [...(elementsOf(tensor) as Int32Array)] : undefined;
    return this.constant({ name, type, shape, elements: () => elementsOf(tensor), keepsPrecision, ints });
  }

  apply(operation: Operation, ...operands: readonly Ref[]): Ref {
    return this.op(OPERATORS[operation], operands);
  }

  add(a: Ref, b: Ref): Ref {
    return this.op('ADD', [a, b]);
  }

  sub(a: Ref, b: Ref): Ref {
    return this.op('SUB', [a, b]);
  }

  mul(a: Ref, b: Ref): Ref {
    return this.op('MUL', [a, b]);
  }

  div(a: Ref, b: Ref): Ref {
    return this.op('DIV', [a, b]);
  }

  maximum(a: Ref, b: Ref): Ref {
    return this.op('MAXIMUM', [a, b]);
  }

  minimum(a: Ref, b: Ref): Ref {
    return this.op('MINIMUM', [a, b]);
  }

  /** The bound stands first: the plain kernels give it for what is no number where it stands behind. */
  atLeast(x: Ref, bound: Ref): Ref {
    return this.op('MAXIMUM', [bound, x]);
  }

  atMost(x: Ref, bound: Ref): Ref {
    return this.op('MINIMUM', [bound, x]);
  }

  clip(x: Ref, low: number, high: number): Ref {
    return this.atMost(this.atLeast(x, this.float(low)), this.float(high));
  }

  transpose(x: Ref, permutation: readonly number[]): Ref {
    if (isPlain(permutation)) return x;
    const result = this.op('TRANSPOSE', [x, this.ints(permutation)]);
    this.tracing.moved(result, x, permutation);
    return result;
  }

  reshape(x: Ref, shape: Ref): Ref {
    return this.op('RESHAPE', [x, shape], { newShape: [] });
  }

  shapeOf(x: Ref): Ref {
    if (x === this.missing) return x;
    if (!this.isOpen) return this.ints(x.shape);
    return this.op('SHAPE', [x], { outType: TYPE_CODES.get('int32') ?? 0 });
  }

  cast(x: Ref, from: Kind, to: Kind): Ref {
    if (from === to) return x;
    const codes = { inDataType: TYPE_CODES.get(from) ?? 0, outDataType: TYPE_CODES.get(to) ?? 0 };
    const result = this.op('CAST', [x], codes);
    if (from !== 'float32' && to !== 'bool') this.tracing.moved(result, x);
    return result;
  }

  /** The same numbers as a result that has an operator of its own, or as a constant. */
  copy(x: Ref): Ref {
    const result = this.#copied(x);
    this.tracing.moved(result, x);
    return result;
  }

  #copied(x: Ref): Ref {
    if (x.constant) return this.constant({ ...x, ...x.constant });
    // Arithmetic on what is known beforehand is worked out beforehand as well; a cast is not.
    if (x.type === 'int32' && this.isUnsettled(x))
      return this.cast(this.cast(x, 'int32', 'float32'), 'float32', 'int32');
    return this.mul(x, x.type === 'float32' ? this.float(1) : this.int(1));
  }

  /** Joins a few at a time, as those make one step of XNNPACK each. */
  concat(parts: readonly Ref[], axis: number): Ref {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    if (parts.length <= MOST_JOINED) return this.op('CONCATENATION', parts, { axis, activation: 0 });
    const groups = Array.from({ length: Math.ceil(parts.length / MOST_JOINED) }, (_, index) =>
      this.concat(parts.slice(index * MOST_JOINED, (index + 1) * MOST_JOINED), axis),
    );
    return this.concat(groups, axis);
  }

  split(x: Ref, sizes: readonly number[], axis: number): Ref[] {
    if (sizes.length === 1) return [x];
    const isEven = sizes.every((size) => size === sizes[0]);
    if (isEven) return this.ops('SPLIT', [this.int(axis), x], { numSplits: sizes.length });
    return this.ops('SPLIT_V', [x, this.ints(sizes), this.int(axis)], { numSplits: sizes.length });
  }

  pack(parts: readonly Ref[], axis: number): Ref {
    return this.op('PACK', parts, { valuesCount: parts.length, axis });
  }

  expandDims(x: Ref, axis: number): Ref {
    return this.op('EXPAND_DIMS', [x, this.int(axis)]);
  }

  squeeze(x: Ref, axes: readonly number[]): Ref {
    if (axes.length === 0) return x;
    return this.op('SQUEEZE', [x], { squeezeDims: axes });
  }

  reduce(reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
    return this.op(OPERATORS[reduction], [x, this.ints(axes)], { keepDims: Number(keepDims) });
  }

  /** Nothing may lie beyond the end: some kernels would clip, others refuse. */
  slice(x: Ref, begin: readonly number[], size: readonly number[]): Ref {
    // XNNPACK takes no size that is left open.
    const sizes = this.isOpen
      ? size
      : size.map((s, axis) => (s === -1 ? (x.shape[axis] ?? 0) - (begin[axis] ?? 0) : s));
    return this.op('SLICE', [x, this.ints(begin), this.ints(sizes)]);
  }

  stridedSlice(x: Ref, { begin, end, strides, beginMask = 0, endMask = 0 }: Range): Ref {
    return this.op('STRIDED_SLICE', [x, this.ints(begin), this.ints(end), this.ints(strides)], { beginMask, endMask });
  }

  pad(x: Ref, amounts: Amounts, value: Ref): Ref {
    if (amounts.every(([before, behind]) => before === 0 && behind === 0)) return x;
    const around = this.ints(amounts.flat(), [amounts.length, 2]);
    const isZero = value.constant?.elements()[0] === 0;
    return isZero ? this.op('PAD', [x, around]) : this.op('PADV2', [x, around, value]);
  }

  gather(x: Ref, indices: Ref, axis: number): Ref {
    return this.op('GATHER', [x, indices], { axis, batchDims: 0 });
  }

  broadcastTo(x: Ref, sizes: Ref): Ref {
    return this.op('BROADCAST_TO', [x, sizes]);
  }

  tile(x: Ref, counts: readonly number[]): Ref {
    return this.op('TILE', [x, this.ints(counts)]);
  }
}
