import { arrange, type Order } from '../layout/order.js';
import type { Layout } from '../layout/plan.js';
import {
  type DataType,
  type Dimension,
  isStatic,
  type Node,
  type Shape,
  type Tensor,
  type Value,
} from '../model/index.js';
import type { Builder } from './builder.js';
import { decline } from './decline.js';
import type { Placed } from './placed.js';
import type { Sizes } from './sizes.js';

/** What all sites of one lowering share. */
export interface Context<Build, Ref> {
  readonly build: Build;
  readonly sizes: Sizes<Ref>;
  readonly layout: Layout;
  readonly placed: Placed<Ref>;
  readonly absorb: (reader: Node, ref: Ref) => void;
}

/** A site of whatever target, for what needs nothing of a certain one. */
export type AnySite<Ref> = Site<Builder<Ref>, Ref, DataType>;

/**
 * Where a row stands while it lowers one node: its operands as the target sees them, in memory in the order that the layout
 * asks for. Axes and shapes are those in memory unless a name says otherwise.
 */
export class Site<Build extends Builder<Ref, Type>, Ref, Type extends DataType> {
  readonly node: Node;
  readonly build: Build;
  readonly sizes: Sizes<Ref>;
  readonly layout: Layout;
  readonly #placed: Placed<Ref>;
  readonly #absorb: (reader: Node, ref: Ref) => void;

  constructor(node: Node, context: Context<Build, Ref>) {
    this.node = node;
    this.build = context.build;
    this.sizes = context.sizes;
    this.layout = context.layout;
    this.#placed = context.placed;
    this.#absorb = context.absorb;
  }

  value(index: number): Value {
    return this.node.input(index);
  }

  has(index: number): boolean {
    return this.node.hasInput(index);
  }

  /** The operand, turned if need be. */
  input(index: number): Ref {
    return this.#placed.get(this.value(index), this.order(index));
  }

  /** The operand in an order of the row's own choice. */
  turned(index: number, order: Order): Ref {
    return this.#placed.get(this.value(index), order);
  }

  /** A constant as a vector of `length` numbers, which it is but for leading ones; stays float32 at every precision. */
  constantVector(index: number, length: number): Ref {
    return this.#placed.constant(this.value(index), [length], this.order(index), true);
  }

  /** An operand that stays float32 at every precision where it is constant: a bias. */
  precise(index: number): Ref {
    return this.#placed.get(this.value(index), this.order(index), true);
  }

  /** The only reader of the result has been lowered with it: its result is `ref`. */
  absorb(reader: Node, ref: Ref): void {
    this.#absorb(reader, ref);
  }

  constant(index: number): Tensor | undefined {
    return this.node.constant(index);
  }

  order(index: number): Order {
    return this.layout.orderAt(this.node, index);
  }

  resultOrder(index = 0): Order {
    return this.layout.orderOf(this.node.output(index));
  }

  /** Sizes of an operand in ONNX's order. Declines where the rank is not known. */
  onnxShape(index: number): Shape {
    return this.value(index).shape ?? decline(`the rank of input ${index} is not known`);
  }

  /** Sizes of an operand in memory. */
  shape(index: number): Dimension[] {
    return arrange(this.onnxShape(index), this.order(index));
  }

  /** Sizes in memory, all known. */
  staticShape(index: number): readonly number[] {
    const shape = this.shape(index);
    return isStatic(shape)
      ? shape
      : decline(`needs the sizes of input ${index}, [${this.onnxShape(index)}]; fix them with --shape`);
  }

  resultOnnxShape(index = 0): Shape {
    return this.node.output(index).shape ?? decline('the rank of the result is not known');
  }

  resultShape(index = 0): Dimension[] {
    return arrange(this.resultOnnxShape(index), this.resultOrder(index));
  }

  /** Where an ONNX axis of an operand lies in memory. */
  axis(onnxAxis: number, index = 0): number {
    const order = this.order(index);
    return order.indexOf(onnxAxis < 0 ? onnxAxis + order.length : onnxAxis);
  }

  /** The type that the target has for an operand's. */
  kind(index: number): Type {
    return this.#kindOf(this.value(index), `input ${index}`);
  }

  resultKind(index = 0): Type {
    return this.#kindOf(this.node.output(index), 'the result');
  }

  #kindOf({ dtype }: Value, what: string): Type {
    const { build } = this;
    return (
      build.typeOf(dtype) ?? decline(dtype ? `${build.title} has no ${dtype}` : `the type of ${what} is not known`)
    );
  }

  /**
   * An operand that broadcasts, with axes of size 1 put in where the result's order would misplace its own. A constant is
   * re-ordered and loses its leading ones while another operand keeps the rank.
   */
  broadcast(index: number): Ref {
    const rank = this.resultOnnxShape().length;
    const value = this.value(index);
    if (!value.constant) return this.#spread(this.input(index), this.onnxShape(index), rank);
    const keepsRank = this.node.inputs.some((other, i) => i !== index && other?.rank === rank && !other.constant);
    return this.#placed.constant(value, this.#spreadShape(value.constant.shape, rank, keepsRank), this.order(index));
  }

  /** Where the axes of an operand of smaller rank go among those of the result in memory; undefined: a new axis of size 1. */
  #slots(operandRank: number, rank: number): (number | undefined)[] {
    const first = rank - operandRank;
    return this.resultOrder().map((axis) => (axis >= first ? axis - first : undefined));
  }

  #spreadShape(shape: readonly number[], rank: number, trims: boolean): number[] {
    const sizes = this.#slots(shape.length, rank).map((axis) => (axis === undefined ? 1 : (shape[axis] ?? 1)));
    if (!trims) return sizes;
    const firstLong = sizes.findIndex((size) => size !== 1);
    return firstLong < 0 ? [] : sizes.slice(firstLong);
  }

  #spread(ref: Ref, shape: Shape, rank: number): Ref {
    const slots = this.#slots(shape.length, rank);
    const firstOwn = slots.findIndex((slot) => slot !== undefined);
    const inner = firstOwn < 0 ? [] : slots.slice(firstOwn);
    if (!inner.includes(undefined)) return ref;
    const { build } = this;
    if (isStatic(shape)) {
      const sizes = inner.map((axis) => (axis === undefined ? 1 : (shape[axis] ?? 1)));
      return build.reshape(ref, build.ints(sizes));
    }
    return inner.reduce((x, slot, axis) => (slot === undefined ? build.expandDims(x, axis) : x), ref);
  }

  /** A reshape to sizes in memory. Declines where more than one of them is unknown and none can be measured. */
  reshape(x: Ref, shape: Shape): Ref {
    return this.sizes.reshape(x, shape) ?? decline(`the shape [${shape}] cannot be computed; fix sizes with --shape`);
  }

  shapeVector(shape: Shape): Ref {
    return this.sizes.vector(shape) ?? decline(`the shape [${shape}] cannot be computed; fix sizes with --shape`);
  }
}
