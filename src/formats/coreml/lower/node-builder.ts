import { decline } from '../../../lowering/decline.js';
import type { Sizes } from '../../../lowering/sizes.js';
import {
  type Dimension,
  isStatic,
  type Node,
  type Shape,
  sizeOf,
  type Tensor,
  type Value,
} from '../../../model/index.js';
import type { DeploymentTarget } from '../program/data-types.js';
import { ranksOf } from '../program/operand-facts.js';
import { isComparison } from '../program/operand-types.js';
import { type Constant, type MilType, MilValue } from '../program/program.js';
import { constantFrom, type Float, floats, number } from './constants.js';
import { argumentsAsNumbers, castTo, needsNumbers } from './operand-casts.js';
import type { Arguments, ProgramBuilder } from './program-builder.js';
import type { SizeBounds } from './size-bounds.js';
import { type MilKind, milTypeOf, shapeOf, sizesOf } from './types.js';
import type { Values } from './values.js';

/** Largest rank of a tensor in a program. */
const HIGHEST_RANK = 5;

/** What a row sees of the program: the operands of one node, ways to add operations, and where its results go. */
export class NodeBuilder {
  readonly node: Node;
  /** The type in which this node computes. */
  readonly float: Float;
  readonly #values: Values;
  readonly #builder: ProgramBuilder;
  /** Between which numbers sizes lie that are open. */
  readonly bounds: SizeBounds;

  constructor(node: Node, float: Float, values: Values, builder: ProgramBuilder, bounds: SizeBounds) {
    this.bounds = bounds;
    this.node = node;
    this.float = float;
    this.#values = values;
    this.#builder = builder;
    builder.enter(node.origin);
  }

  /** The operand at `index`, floats in this node's type. @throws Declined where its rank is over 5 */
  input(index = 0): MilValue {
    const { name, rank = 0 } = this.node.input(index);
    if (rank > HIGHEST_RANK) decline(`${name} has rank ${rank}; Core ML stops at ${HIGHEST_RANK}`);
    return this.carrier(index);
  }

  optional(index: number): MilValue | undefined {
    return this.node.hasInput(index) ? this.input(index) : undefined;
  }

  inputs(): MilValue[] {
    return this.node.inputs.flatMap((value, index) => (value ? [this.input(index)] : []));
  }

  /** What a node before this one reads first, for rows that say both at once. */
  readThrough(node: Node): MilValue {
    this.#builder.covers(node.origin);
    return this.#values.get(node.input(0), this.float);
  }

  /** Like `input` for any rank; above 5 the elements lie under another shape. */
  carrier(index = 0, float = this.float): MilValue {
    return this.#values.get(this.node.input(index), float);
  }

  kindOf(index = 0): MilKind {
    return milTypeOf(this.node.input(index).dtype);
  }

  /** The shape of an operand, in which sizes may be open. */
  shapeOf(index = 0): Shape {
    return this.#shapeOf(this.node.input(index));
  }

  resultShape(index = 0): Shape {
    return this.#shapeOf(this.node.output(index));
  }

  #shapeOf(value: Value): Shape {
    return this.bounds.mayVary ? shapeOf(value) : sizesOf(value);
  }

  /** How sizes that are open are computed. */
  get sizes(): Sizes<MilValue> {
    return this.#values.sizes;
  }

  /** Says that what is written here needs a later system. @param what a sentence's subject */
  needs(target: DeploymentTarget, what: string): void {
    this.#builder.need(target, what);
  }

  /** A size of something on the way, which nothing else is known to have. */
  unknownSize(): Dimension {
    return this.node.graph.model.freshSymbol();
  }

  /** The sizes of an operand. @throws Declined where one is open */
  sizesOf(index = 0): readonly number[] {
    return sizesOf(this.node.input(index));
  }

  /** @throws Declined where one is open */
  resultSizes(index = 0): readonly number[] {
    return sizesOf(this.node.output(index));
  }

  /** The constant operand at `index`. @throws Declined where it is computed */
  tensor(index: number, what: string): Tensor {
    return this.node.constant(index) ?? decline(`its ${what} is computed; Core ML takes a constant`);
  }

  /** A tensor of the source under this node's float type. */
  constant(tensor: Tensor): Constant {
    return constantFrom(tensor, this.float);
  }

  /** Numbers as a float constant of this node's type. */
  floats(shape: readonly number[], values: ArrayLike<number>): Constant {
    return floats(this.float, shape, values instanceof Float32Array ? values : Float32Array.from(values));
  }

  /** A float scalar of this node's type; one that fp16 would make 0 becomes its smallest step. */
  number(value: number): Constant {
    return number(this.float, value);
  }

  /** A constant as a value, for operations that take it as a tensor. */
  value(constant: Constant): MilValue {
    return this.#builder.constant(constant);
  }

  /** Adds an operation with one result, by default of the type of `args.x`. */
  emit(type: string, args: Arguments, shape: Shape, dtype?: MilType['dtype']): MilValue {
    const { x } = args;
    const own = dtype ?? (x instanceof MilValue ? x.type.dtype : this.float);
    const [made] = this.emitMany(type, args, [{ dtype: own, shape }]);
    if (!made) throw new Error(`${type} made nothing`);
    return made;
  }

  /** Bools pass through an operation that takes numbers alone as 0 and 1. @throws Declined where it takes no such operand */
  emitMany(type: string, args: Arguments, results: readonly MilType[]): MilValue[] {
    expectRank(type, args);
    const hint = `${this.node.outputs[0]?.name ?? this.node.name}_${type}`;
    if (!needsNumbers(type, args)) return this.#builder.emit(type, args, results, hint);
    const given = argumentsAsNumbers(args, (x) => castTo(this.#builder, x, 'int32', hint));
    const isChosen = !isComparison(type);
    const types = results.map(
      ({ dtype, shape }) => ({ dtype: isChosen && dtype === 'bool' ? 'int32' : dtype, shape }) as const,
    );
    return this.#builder
      .emit(type, given, types, hint)
      .map((made, index) => castTo(this.#builder, made, results[index]?.dtype ?? made.type.dtype, hint));
  }

  /** Says which value is the node's result at `index`. */
  output(made: MilValue, index = 0): void {
    const value = this.node.outputs[index];
    if (!value) return;
    const due = shapeOf(value);
    const { shape } = made.type;
    if (!mayBe(due, shape)) throw new Error(`${this.node.label}: made [${shape}] where [${due}] is due`);
    this.#values.set(value, made);
  }
}

/** Whether what was made may have the shape that is due; beyond rank 5 it has others of as many elements. */
function mayBe(due: Shape, made: Shape): boolean {
  if (due.length > HIGHEST_RANK) return !isStatic(due) || !isStatic(made) || sizeOf(due) === sizeOf(made);
  const fits = (size: Dimension, axis: number) =>
    typeof size !== typeof made[axis] || typeof size === 'string' || size === made[axis];
  return due.length === made.length && due.every(fits);
}

function expectRank(type: string, { x }: Arguments): void {
  if (!(x instanceof MilValue)) return;
  const rank = x.type.shape.length;
  const [least, highest] = ranksOf(type);
  if (rank < least || rank > highest) decline(`Core ML's ${type} takes no operand of rank ${rank}`);
}
