import { decline } from '../../../lowering/decline.js';
import { Sizes } from '../../../lowering/sizes.js';
import { isInteger, type Shape, sameShape, type Value } from '../../../model/index.js';
import type { MilDataType } from '../program/data-types.js';
import type { MilValue } from '../program/program.js';
import { constantFrom, type Float, ints, text } from './constants.js';
import type { ProgramBuilder } from './program-builder.js';
import { SizeOperations } from './size-operations.js';
import { milTypeOf, sizesOf } from './types.js';

/**
 * Which value of the program stands for a value of the graph. A float may be there in both types at once: a cast is made
 * when the first node asks for the other one. Values of a rank over 5 lie there under any shape of the same order.
 */
export class Values {
  readonly #found = new Map<Value, Map<MilDataType, MilValue>>();
  readonly #builder: ProgramBuilder;
  /** Sizes that are open, by what has them. */
  readonly sizes: Sizes<MilValue>;
  /** What was found since the last `commit`, so that it can be forgotten with the operations that made it. */
  #recent: [Value, MilValue][] = [];

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
    this.sizes = new Sizes(new SizeOperations(builder));
  }

  has(value: Value): boolean {
    return value.constant !== undefined || this.#found.has(value);
  }

  set(value: Value, made: MilValue): void {
    const types = this.#found.get(value) ?? new Map<MilDataType, MilValue>();
    this.#found.set(value, types.set(made.type.dtype, made));
    this.#recent.push([value, made]);
    // Of several values that it is, one that the source knows by name counts; above rank 5 the shape is another.
    const isNamed = value.graph.model.isSourceName(value.name);
    const isFirst = !made.holds || (isNamed && !made.holds.graph.model.isSourceName(made.holds.name));
    if (isFirst && sameShape(value.shape, made.type.shape)) made.holds = value;
  }

  /** @param float the type in which it is wanted if it is a float. @throws Declined, LeavesHalf */
  get(value: Value, float: Float): MilValue {
    const kind = milTypeOf(value.dtype);
    const dtype = kind === 'float' ? float : kind;
    const types = this.#found.get(value);
    const found = types?.get(dtype);
    if (found) return found;
    const other = types && [...types.values()][0];
    const made = other ? this.#cast(value, other, float) : this.#constant(value, float);
    this.set(value, made);
    return made;
  }

  commit(): void {
    for (const [value, made] of this.#recent) {
      if (made.type.shape.length === value.shape?.length) this.sizes.learn(made, value.shape);
      if (made.type.dtype === 'int32') this.sizes.learnElements(made, value.elements);
    }
    this.#recent = [];
  }

  forgetRecent(): void {
    for (const [value, made] of this.#recent) {
      const types = this.#found.get(value);
      types?.delete(made.type.dtype);
      if (types?.size === 0) this.#found.delete(value);
    }
    this.#recent = [];
    this.sizes.forgetMeasured();
  }

  /** Whether the elements of a value can be said without the node that computes it. */
  isKnown({ elements, dtype }: Value): boolean {
    if (!elements || dtype === undefined) return false;
    return elements.every((element) => typeof element === 'number' || (isInteger(dtype) && this.sizes.has(element)));
  }

  #cast(value: Value, x: MilValue, float: Float): MilValue {
    const type = { dtype: float, shape: x.type.shape };
    const [made] = this.#builder.emit('cast', { x, dtype: text(float) }, [type], `${value.name}_${float}`);
    return made ?? x;
  }

  #constant(value: Value, float: Float): MilValue {
    if (value.constant) return this.#builder.constant(constantFrom(value.constant, float), value.name);
    // Shape arithmetic whose result inference knows: the sum of it is one constant.
    const numbers = value.elements?.filter((element) => typeof element === 'number');
    if (value.elements && numbers?.length !== value.elements.length) return this.#measured(value, value.elements);
    if (!numbers || numbers.length !== value.elements?.length) return decline(`${value.name} is made by no node`);
    if (numbers.some((element) => Math.abs(element) >= 2 ** 31)) decline(`${value.name} is beyond 32 bits`);
    return this.#builder.constant(
      { dtype: 'int32', shape: sizesOf(value), data: Int32Array.from(numbers) },
      value.name,
    );
  }

  #measured({ name, shape }: Value, elements: Shape): MilValue {
    const vector = this.sizes.vector(elements) ?? decline(`${name} is made by no node`);
    if (shape?.length !== 0) return vector;
    const [made] = this.#builder.emit('squeeze', { x: vector, axes: ints([0]) }, [{ dtype: 'int32', shape: [] }], name);
    return made ?? vector;
  }
}
