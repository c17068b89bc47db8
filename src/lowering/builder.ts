import type { DataType, Node, Tensor } from '../model/index.js';
import type { Tracing } from './tracing.js';

/** What is added before and behind each axis. */
export type Amounts = readonly (readonly [before: number, behind: number])[];

/** The part `begin:end:strides` of every axis; a bit of `endMask` stands for an axis that is taken to its end. */
export interface Range {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly beginMask?: number;
  readonly endMask?: number;
}

/** Operations of no options, by the names that TensorFlow gives them. */
export type Operation =
  | 'Abs'
  | 'Ceil'
  | 'Cos'
  | 'Elu'
  | 'Exp'
  | 'Floor'
  | 'FloorMod'
  | 'Greater'
  | 'Less'
  | 'Log'
  | 'Neg'
  | 'Relu'
  | 'Round'
  | 'Rsqrt'
  | 'Sigmoid'
  | 'Sin'
  | 'Sqrt'
  | 'Square'
  | 'Tanh';

/** What is made of the elements along axes; the last two are of truth values. */
export type Reduction = 'Mean' | 'Sum' | 'Max' | 'Min' | 'Prod' | 'Any' | 'All';

/** What a constant is called: as the source calls the one that it is, or like this where it is another. */
export type ConstantName = { readonly source: string } | { readonly like: string };

/**
 * A program of a channels-last target while it grows: what the parts of a lowering that such targets share add to it, and
 * what they have to know of the target. A `Ref` is a result in the program, a `Type` an element type that the target has.
 */
export interface Builder<Ref, Type extends DataType = DataType> {
  /** What people call the target. */
  readonly title: string;
  readonly highestRank: number;
  /** The most axes of what is padded. */
  readonly highestPaddedRank: number;
  /** Stands for a result that is missing in a program that is given up. */
  readonly missing: Ref;
  /** What the target makes of ONNX's types; undefined for those it has nothing for. */
  typeOf(dtype: DataType | undefined): Type | undefined;
  readonly tracing: Tracing<Ref>;
  /** What is added from here on belongs to this node, or to none of the source. */
  enter(label: string, origin: Node['origin']): void;

  /** A constant whose shape differs from the tensor's at most by where its axes are cut. Asks for no element yet. */
  tensor(name: ConstantName, tensor: Tensor, shape: readonly number[], keepsPrecision?: boolean): Ref;
  float(value: number): Ref;
  /** int32 */
  int(value: number): Ref;
  bool(value: boolean): Ref;
  /** A vector, where no shape is given. */
  floats(values: readonly number[] | Float32Array, shape?: readonly number[]): Ref;
  /** The same of int32. */
  ints(values: readonly number[], shape?: readonly number[]): Ref;
  apply(operation: Operation, ...operands: readonly Ref[]): Ref;
  add(a: Ref, b: Ref): Ref;
  sub(a: Ref, b: Ref): Ref;
  mul(a: Ref, b: Ref): Ref;
  /** Of floats. */
  div(a: Ref, b: Ref): Ref;
  maximum(a: Ref, b: Ref): Ref;
  minimum(a: Ref, b: Ref): Ref;
  /** x, or the bound where x is less; what is no number stays. */
  atLeast(x: Ref, bound: Ref): Ref;
  /** x, or the bound where x is greater; what is no number stays. */
  atMost(x: Ref, bound: Ref): Ref;
  /** Floats from `low` to `high`; what is no number stays. */
  clip(x: Ref, low: number, high: number): Ref;
  reduce(reduction: Reduction, x: Ref, axes: readonly number[], keepDims: boolean): Ref;

  /** The sizes of x as an int32 vector. */
  shapeOf(x: Ref): Ref;
  /** @param shape an int32 vector, of which one element may be -1 */
  reshape(x: Ref, shape: Ref): Ref;
  cast(x: Ref, from: Type, to: Type): Ref;
  expandDims(x: Ref, axis: number): Ref;
  squeeze(x: Ref, axes: readonly number[]): Ref;
  /** Axis k of the result is axis `permutation[k]` of x. */
  transpose(x: Ref, permutation: readonly number[]): Ref;
  concat(parts: readonly Ref[], axis: number): Ref;
  /** Parts of the given sizes along `axis`. */
  split(x: Ref, sizes: readonly number[], axis: number): Ref[];
  /** @param size -1: to the end */
  slice(x: Ref, begin: readonly number[], size: readonly number[]): Ref;
  stridedSlice(x: Ref, range: Range): Ref;
  /** The parts along `axis` at int32 indices, none of them negative. */
  gather(x: Ref, indices: Ref, axis: number): Ref;
  /** @param sizes an int32 vector */
  broadcastTo(x: Ref, sizes: Ref): Ref;
  /** Each axis as often as `counts` says. */
  tile(x: Ref, counts: readonly number[]): Ref;
  /** @param amounts none below 0, of `highestPaddedRank` axes at most */
  pad(x: Ref, amounts: Amounts, value: Ref): Ref;
}
