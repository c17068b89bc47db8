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
import * as attribute from './attributes.js';
import { tfjsDeclaration } from './declaration.js';
import type { Kind } from './program.js';
import { ProgramBuilder, type Ref } from './program-builder.js';

export type { Attributes, Ref } from './program-builder.js';

/** One method per TensorFlow operation whose arguments need care; the others are `op` with their inputs. */
export class Builder extends ProgramBuilder implements SharedBuilder<Ref, Kind> {
  readonly title = tfjsDeclaration.title;
  /** Neither backend computes with more: wasm's arithmetic is wrong there, webgl refuses. */
  readonly highestRank = 6;
  /** The most that wasm and webgl pad. */
  readonly highestPaddedRank = 4;
  readonly missing = 'missing';
  readonly typeOf = kindOf;

  /** @throws TypeError for elements that TensorFlow.js has no type for */
  tensor(name: ConstantName, tensor: Tensor, shape: readonly number[], keepsPrecision = false): Ref {
    const dtype = kindOf(tensor.dtype);
    if (!dtype) throw new TypeError(`TensorFlow.js has no ${tensor.dtype}`);
    return this.weight({ name, dtype, shape, elements: () => elementsOf(tensor), keepsPrecision });
  }

  apply(operation: Operation, ...operands: readonly Ref[]): Ref {
    return this.op(operation, operands);
  }

  add(a: Ref, b: Ref): Ref {
    return this.op('AddV2', [a, b]);
  }

  sub(a: Ref, b: Ref): Ref {
    return this.op('Sub', [a, b]);
  }

  mul(a: Ref, b: Ref): Ref {
    return this.op('Mul', [a, b]);
  }

  div(a: Ref, b: Ref): Ref {
    return this.op('RealDiv', [a, b]);
  }

  maximum(a: Ref, b: Ref): Ref {
    return this.op('Maximum', [a, b]);
  }

  minimum(a: Ref, b: Ref): Ref {
    return this.op('Minimum', [a, b]);
  }

  /** The bound stands behind: kernels give what is no number where it stands in front. */
  atLeast(x: Ref, bound: Ref): Ref {
    return this.op('Maximum', [x, bound]);
  }

  atMost(x: Ref, bound: Ref): Ref {
    return this.op('Minimum', [x, bound]);
  }

  clip(x: Ref, low: number, high: number): Ref {
    return this.op('ClipByValue', [x, this.float(low), this.float(high)]);
  }

  transpose(x: Ref, permutation: readonly number[]): Ref {
    if (isPlain(permutation)) return x;
    const result = this.op('Transpose', [x, this.ints(permutation)]);
    this.tracing.moved(result, x, permutation);
    return result;
  }

  reshape(x: Ref, shape: Ref): Ref {
    return this.op('Reshape', [x, shape]);
  }

  shapeOf(x: Ref): Ref {
    return this.op('Shape', [x]);
  }

  cast(x: Ref, from: Kind, to: Kind): Ref {
    if (from === to) return x;
    // A cast of floats to bool takes the low byte of the integer in wasm: 0.5 and 256 would be false.
    if (to === 'bool') return this.op('NotEqual', [x, from === 'float32' ? this.float(0) : this.int(0)]);
    const result = this.op('Cast', [x], { SrcT: attribute.type(from), DstT: attribute.type(to) });
    if (from !== 'float32') this.tracing.moved(result, x);
    return result;
  }

  identity(x: Ref): Ref {
    const result = this.op('Identity', [x]);
    this.tracing.moved(result, x);
    return result;
  }

  /** Without N, only the first two would be joined. */
  concat(parts: readonly Ref[], axis: number): Ref {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    return this.op('ConcatV2', [...parts, this.int(axis)], { N: attribute.int(parts.length) });
  }

  split(x: Ref, sizes: readonly number[], axis: number): Ref[] {
    if (sizes.length === 1) return [x];
    const ref = this.op('SplitV', [x, this.ints(sizes), this.int(axis)], { num_split: attribute.int(sizes.length) });
    return sizes.map((_, index) => this.output(ref, index));
  }

  pack(parts: readonly Ref[], axis: number): Ref {
    return this.op('Pack', parts, { N: attribute.int(parts.length), axis: attribute.int(axis) });
  }

  expandDims(x: Ref, axis: number): Ref {
    return this.op('ExpandDims', [x, this.int(axis)]);
  }

  squeeze(x: Ref, axes: readonly number[]): Ref {
    if (axes.length === 0) return x;
    return this.op('Squeeze', [x], { squeeze_dims: attribute.ints(axes) });
  }

  reduce(reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean): Ref {
    return this.op(reduction, [x, this.ints(axes)], { keep_dims: attribute.flag(keepDims) });
  }

  matMul(a: Ref, b: Ref, transposeB = false): Ref {
    return this.op('MatMul', [a, b], { transpose_a: attribute.flag(false), transpose_b: attribute.flag(transposeB) });
  }

  batchMatMul(a: Ref, b: Ref): Ref {
    return this.op('BatchMatMulV2', [a, b], { adj_x: attribute.flag(false), adj_y: attribute.flag(false) });
  }

  /** The caller sees to it that nothing lies beyond the end: wasm would return garbage. */
  slice(x: Ref, begin: readonly number[], size: readonly number[]): Ref {
    return this.op('Slice', [x, this.ints(begin), this.ints(size)]);
  }

  stridedSlice(x: Ref, range: Range): Ref {
    return this.sliceBetween(x, this.ints(range.begin), this.ints(range.end), range);
  }

  /** The same between bounds that are computed; the kernel counts from the end and clips by itself. */
  sliceBetween(x: Ref, begin: Ref, end: Ref, range: Pick<Range, 'strides' | 'beginMask' | 'endMask'>): Ref {
    const { strides, beginMask = 0, endMask = 0 } = range;
    return this.op('StridedSlice', [x, begin, end, this.ints(strides)], {
      begin_mask: attribute.int(beginMask),
      end_mask: attribute.int(endMask),
      ellipsis_mask: attribute.int(0),
      new_axis_mask: attribute.int(0),
      shrink_axis_mask: attribute.int(0),
    });
  }

  pad(x: Ref, amounts: Amounts, value: Ref): Ref {
    if (amounts.every(([before, behind]) => before === 0 && behind === 0)) return x;
    return this.op('PadV2', [x, this.ints(amounts.flat(), [amounts.length, 2]), value]);
  }

  gather(x: Ref, indices: Ref, axis: number): Ref {
    return this.op('GatherV2', [x, indices, this.int(axis)], { batch_dims: attribute.int(0) });
  }

  broadcastTo(x: Ref, sizes: Ref): Ref {
    return this.op('BroadcastTo', [x, sizes]);
  }

  tile(x: Ref, counts: readonly number[]): Ref {
    return this.op('Tile', [x, this.ints(counts)]);
  }
}
