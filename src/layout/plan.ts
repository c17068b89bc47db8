import type { Graph, Node, Value } from '../model/index.js';
import { channelsLast, type Order, plain } from './order.js';
import type { Placement, Shuffle } from './rule.js';
import { ruleOf } from './rules.js';

/** What a target decides of a layout. */
export interface LayoutOptions {
  /** Inputs that are fed channels-last; all others are fed as in ONNX. */
  readonly channelsLastInputs: ReadonlySet<Value>;
}

/** How every value of a graph lies in memory, and how every node needs its operands. */
export class Layout {
  readonly #orders = new Map<Value, Order>();
  readonly #shuffles = new Map<Value, Shuffle>();
  readonly #placements = new Map<Node, Placement>();

  /** How a value lies when it has been made. Constants lie as in ONNX; re-ordering them costs nothing at run time. */
  orderOf(value: Value): Order {
    return this.#orders.get(value) ?? plain(value.rank ?? 0);
  }

  /** How operand `index` of a node has to lie; where that is not how it was made, it has to be turned first. */
  orderAt(node: Node, index: number): Order {
    return this.#placements.get(node)?.inputs[index] ?? plain(node.inputs[index]?.rank ?? 0);
  }

  /** Set where a flattened value enumerates its last axis in another order than ONNX does. */
  shuffleOf(value: Value | undefined): Shuffle | undefined {
    return value && this.#shuffles.get(value);
  }

  /** @internal */
  put(value: Value, order: Order): void {
    this.#orders.set(value, order);
  }

  /** @internal */
  place(node: Node, placement: Placement): void {
    this.#placements.set(node, placement);
    node.outputs.forEach((value, index) => {
      const order = placement.outputs[index];
      if (value && order) this.#orders.set(value, order);
    });
    const [first] = node.outputs;
    if (placement.shuffle && first) this.#shuffles.set(first, placement.shuffle);
  }
}

/**
 * Decides the layout of a whole graph for a target whose convolutions are channels-last. Two sweeps: backwards, what each
 * value's readers would like; forwards, how each value lies. A transpose of the graph moves nothing by itself, it only
 * gives the axes other numbers; elements are turned where an operator cannot take them as they lie. So transposes cancel
 * wherever they stand, without a search for pairs of them.
 */
export function planLayout(graph: Graph, options: LayoutOptions): Layout {
  const layout = new Layout();
  const wishes = collectWishes(graph);
  for (const value of graph.inputs) {
    const rank = value.rank ?? 0;
    layout.put(value, options.channelsLastInputs.has(value) ? channelsLast(rank) : plain(rank));
  }
  for (const node of graph.sorted()) {
    const [first] = node.outputs;
    const placement = ruleOf(node).place(node, {
      order: (index) => {
        const value = node.inputs[index];
        return value ? layout.orderOf(value) : [];
      },
      wish: first && wishes.get(first),
    });
    layout.place(node, placement);
  }
  return layout;
}

/** What the readers of each value would like; where they differ, a layout of convolutions wins over ONNX's. */
function collectWishes(graph: Graph): Map<Value, Order> {
  const wishes = new Map<Value, Order>();
  for (const node of [...graph.sorted()].reverse()) {
    const [first] = node.outputs;
    const rule = ruleOf(node);
    const wish = first && wishes.get(first);
    node.inputs.forEach((value, index) => {
      if (!value || value.constant || value.rank === undefined) return;
      const liked = rule.wish ? rule.wish(node, index, wish) : plain(value.rank);
      if (!liked) return;
      const known = wishes.get(value);
      if (!known || known.every((axis, k) => axis === k)) wishes.set(value, liked);
    });
  }
  return wishes;
}
