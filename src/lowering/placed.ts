import { arrange, conversion, isFree, type Order } from '../layout/order.js';
import { reorder } from '../layout/reorder.js';
import type { Value } from '../model/index.js';
import type { Builder } from './builder.js';
import { decline } from './decline.js';
import type { Sizes } from './sizes.js';

/** The results that are in the program so far, each in the order it was made in and in those it has been turned to. */
export class Placed<Ref> {
  readonly #build: Builder<Ref>;
  readonly #sizes: Sizes<Ref>;
  readonly #made = new Map<Value, { readonly ref: Ref; readonly order: Order }>();
  readonly #turned = new Map<Value, Map<string, Ref>>();

  constructor(build: Builder<Ref>, sizes: Sizes<Ref>) {
    this.#build = build;
    this.#sizes = sizes;
  }

  put(value: Value, ref: Ref, order: Order): void {
    this.#made.set(value, { ref, order });
    this.#sizes.learn(ref, value.shape && arrange(value.shape, order));
    this.#sizes.learnElements(ref, value.elements);
  }

  /** The value as it lies in `order`; each turn is made once, however many read it. */
  get(value: Value, order: Order, keepsPrecision = false): Ref {
    if (value.constant) return this.constant(value, arrange(value.constant.shape, order), order, keepsPrecision);
    const made = this.#made.get(value) ?? decline(`its operand ${value.name} could not be lowered`);
    if (order.join() === made.order.join()) return made.ref;
    return this.#once(value, order.join(), () => this.#turn(value, made.ref, made.order, order));
  }

  /** A constant held in `order`, with a shape that differs from its own at most by ones. */
  constant(value: Value, shape: readonly number[], order: Order, keepsPrecision = false): Ref {
    const { constant: tensor } = value;
    if (!tensor) throw new Error(`${value.name} is no constant`);
    if (!this.#build.typeOf(tensor.dtype))
      decline(`${this.#build.title} has no ${tensor.dtype}, the type of ${value.name}`);
    return this.#once(value, `${order.join()}[${shape}]${keepsPrecision}`, () =>
      this.#build.tensor({ source: value.name }, reorder(tensor, order), shape, keepsPrecision),
    );
  }

  #turn(value: Value, ref: Ref, from: Order, to: Order): Ref {
    if (value.shape && isFree(value.shape, from, to)) {
      const moved = this.#sizes.reshape(ref, arrange(value.shape, to));
      if (moved !== undefined) {
        this.#build.tracing.holds(moved, value, to);
        return moved;
      }
    }
    return this.#build.transpose(ref, conversion(from, to));
  }

  #once(value: Value, key: string, make: () => Ref): Ref {
    const known = this.#turned.get(value) ?? new Map<string, Ref>();
    this.#turned.set(value, known);
    const ref = known.get(key) ?? make();
    known.set(key, ref);
    return ref;
  }
}
