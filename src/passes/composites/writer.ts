import { DATA_TYPES, type DataType, type Node, type PlainAttribute, Tensor, type Value } from '../../model/index.js';
import { insertTyped } from '../replace-node.js';

type Attributes = Readonly<Record<string, PlainAttribute | undefined>>;

/** Writes plain operators in the place of a node. Each stands for what that node stands for, under its operator set. */
export class Writer {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Any operator, by its first result. */
  write(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    const { graph, origin } = this.#node;
    return insertTyped(graph, { operator, inputs, attributes, origin }).output();
  }

  constant(dtype: DataType, shape: readonly number[], values: ArrayLike<number>): Value {
    return this.#node.graph.addConstant(Tensor.from(dtype, shape, values));
  }

  /** A constant of rank 0 and of the type of `like`. */
  scalar(like: Value, value: number): Value {
    return this.constant(like.dtype ?? 'float32', [], [value]);
  }

  add(a: Value, b: Value): Value {
    return this.write('Add', [a, b]);
  }

  /** a + b, where an absent operand is 0. */
  plus(a: Value, b: Value | undefined): Value {
    return b ? this.add(a, b) : a;
  }

  multiply(a: Value, b: Value): Value {
    return this.write('Mul', [a, b]);
  }

  product(a: Value, b: Value): Value {
    return this.write('MatMul', [a, b]);
  }

  cast(x: Value, dtype: DataType): Value {
    return x.dtype === dtype ? x : this.write('Cast', [x], { to: DATA_TYPES.indexOf(dtype) + 1 });
  }

  /** Sizes of 0 stand for the size that x has there. */
  reshape(x: Value, sizes: readonly number[]): Value {
    return this.write('Reshape', [x, this.#integers(sizes)]);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.write('Transpose', [x], { perm });
  }

  /** A single value is passed on. */
  concat(values: readonly Value[], axis: number): Value {
    const [first, ...others] = values;
    return first && others.length === 0 ? first : this.write('Concat', values, { axis });
  }

  /** One place of an axis, which goes. */
  at(x: Value, place: number, axis: number): Value {
    return this.write('Gather', [x, this.constant('int64', [], [place])], { axis });
  }

  /** Places of an axis in any order, also several times; since operator set 10. */
  pick(x: Value, places: readonly number[], axis: number): Value {
    const [first = 0] = places;
    const isSlice = places.every((place, index) => place === first + index);
    if (isSlice)
      return this.write('Slice', [x, ...[first, first + places.length, axis].map((n) => this.#integers([n]))]);
    return this.write('Gather', [x, this.#integers(places)], { axis });
  }

  /** Neighbouring parts of an axis, in the sizes given. */
  split<const S extends readonly number[]>(x: Value, sizes: S, axis: number): { readonly [K in keyof S]: Value } {
    const { graph, origin, opset } = this.#node;
    const isInput = opset >= 13;
    const split = insertTyped(graph, {
      operator: 'Split',
      inputs: isInput ? [x, this.#integers(sizes)] : [x],
      attributes: { axis, split: isInput ? undefined : sizes },
      outputs: sizes.length,
      origin,
    });
    return sizes.map((_, index) => split.output(index)) as { [K in keyof S]: Value };
  }

  #integers(values: readonly number[]): Value {
    return this.constant('int64', [values.length], values);
  }
}

/** The sizes of a value from `from` to `to`; undefined where one is not known. */
export function knownSizes(value: Value, from = 0, to?: number): number[] | undefined {
  const sizes = value.shape?.slice(from, to);
  return sizes?.every((size) => typeof size === 'number') ? sizes : undefined;
}
