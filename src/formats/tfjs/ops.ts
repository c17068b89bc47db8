import { conversion, isPlain } from '../../layout/order.js';
import * as attribute from './attributes.js';
import type { Builder, Ref } from './builder.js';
import type { Kind } from './program.js';

/** One function per TensorFlow operation whose arguments need care; the others are `build.op` with their inputs. */

/** Axis k of the result is axis `permutation[k]` of x. */
export function transpose(build: Builder, x: Ref, permutation: readonly number[]): Ref {
  if (isPlain(permutation)) return x;
  return build.op('Transpose', [x, build.ints(permutation)]);
}

/** `sizes` may hold one -1. */
export function reshape(build: Builder, x: Ref, sizes: readonly number[]): Ref {
  return build.op('Reshape', [x, build.ints(sizes)]);
}

export function cast(build: Builder, x: Ref, from: Kind, to: Kind): Ref {
  if (from === to) return x;
  // A cast of floats to bool takes the low byte of the integer in wasm: 0.5 and 256 would be false.
  if (to === 'bool') return build.op('NotEqual', [x, from === 'float32' ? build.float(0) : build.int(0)]);
  return build.op('Cast', [x], { SrcT: attribute.type(from), DstT: attribute.type(to) });
}

/** Without N, only the first two would be joined. */
export function concat(build: Builder, parts: readonly Ref[], axis: number): Ref {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return build.op('ConcatV2', [...parts, build.int(axis)], { N: attribute.int(parts.length) });
}

/** Parts of the given sizes along `axis`. */
export function split(build: Builder, x: Ref, sizes: readonly number[], axis: number): Ref[] {
  if (sizes.length === 1) return [x];
  const ref = build.op('SplitV', [x, build.ints(sizes), build.int(axis)], { num_split: attribute.int(sizes.length) });
  return sizes.map((_, index) => build.output(ref, index));
}

export function pack(build: Builder, parts: readonly Ref[], axis: number): Ref {
  return build.op('Pack', parts, { N: attribute.int(parts.length), axis: attribute.int(axis) });
}

export function expandDims(build: Builder, x: Ref, axis: number): Ref {
  return build.op('ExpandDims', [x, build.int(axis)]);
}

export function squeeze(build: Builder, x: Ref, axes: readonly number[]): Ref {
  if (axes.length === 0) return x;
  return build.op('Squeeze', [x], { squeeze_dims: attribute.ints(axes) });
}

/** Mean, Sum, Max, Min, Prod, All or Any over the axes. */
export function reduce(build: Builder, op: string, x: Ref, axes: readonly number[], keepsAxes: boolean): Ref {
  return build.op(op, [x, build.ints(axes)], { keep_dims: attribute.flag(keepsAxes) });
}

export function matMul(build: Builder, a: Ref, b: Ref, transposeB = false): Ref {
  return build.op('MatMul', [a, b], { transpose_a: attribute.flag(false), transpose_b: attribute.flag(transposeB) });
}

export function batchMatMul(build: Builder, a: Ref, b: Ref): Ref {
  return build.op('BatchMatMulV2', [a, b], { adj_x: attribute.flag(false), adj_y: attribute.flag(false) });
}

/** `size` -1: to the end. The caller sees to it that nothing lies beyond it: wasm would return garbage. */
export function slice(build: Builder, x: Ref, begin: readonly number[], size: readonly number[]): Ref {
  return build.op('Slice', [x, build.ints(begin), build.ints(size)]);
}

/** The part `begin:end:stride` of `axis` of x, whose rank is `rank`; `end` undefined: to where the axis ends. */
export function stridedSlice(
  build: Builder,
  x: Ref,
  parts: {
    begin: readonly number[];
    end: readonly number[];
    strides: readonly number[];
    beginMask?: number;
    endMask?: number;
  },
): Ref {
  const { begin, end, strides, beginMask = 0, endMask = 0 } = parts;
  return build.op('StridedSlice', [x, build.ints(begin), build.ints(end), build.ints(strides)], {
    begin_mask: attribute.int(beginMask),
    end_mask: attribute.int(endMask),
    ellipsis_mask: attribute.int(0),
    new_axis_mask: attribute.int(0),
    shrink_axis_mask: attribute.int(0),
  });
}

/** `amounts[axis]` is what is added before and behind, of 4 axes at most; padding.ts has cuts and more axes. */
export function pad(build: Builder, x: Ref, amounts: readonly (readonly [number, number])[], value: Ref): Ref {
  if (amounts.every(([before, behind]) => before === 0 && behind === 0)) return x;
  return build.op('PadV2', [x, build.ints(amounts.flat(), [amounts.length, 2]), value]);
}

export function gather(build: Builder, x: Ref, indices: Ref, axis: number): Ref {
  return build.op('GatherV2', [x, indices, build.int(axis)], { batch_dims: attribute.int(0) });
}

/** A value held in `from` as it has to be held in `to`. */
export function turn(build: Builder, x: Ref, from: readonly number[], to: readonly number[]): Ref {
  return transpose(build, x, conversion(from, to));
}
