import { inverse, type Order } from '../layout/order.js';
import type { Node, Value } from '../model/index.js';

/** A value of the source as a result of the program holds it. */
export interface Held {
  readonly value: Value;
  readonly order: Order;
}

/** Two results with the same numbers: axis k of `result` is axis `permutation[k]` of `of`. */
interface Move<Ref> {
  readonly result: Ref;
  readonly of: Ref;
  readonly permutation: Order | undefined;
}

/** Follows values and nodes of the source into the program. */
export class Tracing<Ref> {
  readonly #held = new Map<Ref, Held>();
  readonly #moves: Move<Ref>[] = [];
  readonly #origins = new Map<Ref, Set<string>>();
  #origin: Node['origin'] = [];

  /** Nodes that are made from now on stand for these of the source. */
  enter(origin: Node['origin']): void {
    this.#origin = origin;
  }

  made(node: Ref): void {
    this.standsFor(node, this.#origin);
  }

  standsFor(node: Ref, origin: Node['origin']): void {
    const known = this.#origins.get(node) ?? new Set();
    for (const { name } of origin) known.add(name);
    this.#origins.set(node, known);
  }

  originsOf(node: Ref): readonly string[] {
    return [...(this.#origins.get(node) ?? [])];
  }

  /** The result is this value. Of several that it is, one that the source knows by name counts. */
  holds(result: Ref, value: Value, order: Order): void {
    const known = this.#held.get(result);
    if (!known || (isNamed(value) && !isNamed(known.value))) this.#held.set(result, { value, order });
  }

  /** The result is another in another order of axes, or of another type; without a permutation, in the same order. */
  moved(result: Ref, of: Ref, permutation?: Order): void {
    this.#moves.push({ result, of, permutation });
  }

  /** Every result that is a value of the source, whichever of those that only move it was said to hold it. */
  resolve(): ReadonlyMap<Ref, Held> {
    const held = new Map(this.#held);
    const along = ({ result, of, permutation }: Move<Ref>): void => {
      const known = held.get(of);
      if (known && !held.has(result)) {
        const order = permutation ? permutation.map((axis) => known.order[axis] ?? axis) : known.order;
        held.set(result, { value: known.value, order });
      }
    };
    // A move comes after what it moves: forwards all are seen once that is, backwards likewise.
    for (const move of [...this.#moves].reverse()) along(reversed(move));
    for (const move of this.#moves) along(move);
    return held;
  }
}

function reversed<Ref>({ result, of, permutation }: Move<Ref>): Move<Ref> {
  return { result: of, of: result, permutation: permutation && inverse(permutation) };
}

/** Whether the source has a value of this name: then this is that value, as passes name anew what equals none. */
export function isNamed({ name, graph }: Value): boolean {
  return graph.model.isSourceName(name);
}
