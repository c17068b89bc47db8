import type { Node } from '../model/index.js';
import type { Order } from './order.js';

/** A flattened value whose last axis enumerates, in memory, the axes `sizes` of ONNX in `order`. */
export interface Shuffle {
  /** Sizes of the flattened axes in ONNX's order, [C,H,W]. */
  readonly sizes: readonly number[];
  /** How they lie in memory: [1,2,0] for H, W, C. */
  readonly order: Order;
}

/** What a node needs and gives. An absent entry is ONNX's own order. */
export interface Placement {
  /** How each operand has to lie; whoever emits the node turns an operand that lies otherwise. */
  readonly inputs: readonly (Order | undefined)[];
  /** How each result then lies. */
  readonly outputs: readonly (Order | undefined)[];
  /** Set where the first result is flattened as it lies, and its readers' weights are re-ordered instead. */
  readonly shuffle?: Shuffle | undefined;
}

/** What a rule may ask about a node's surroundings. */
export interface Situation {
  /** How operand `index` lies so far. */
  order(index: number): Order;
  /** How the readers of the first result would like it; undefined: they do not care. */
  readonly wish: Order | undefined;
}

/** How one operator fits into a layout. */
export interface LayoutRule {
  place(node: Node, at: Situation): Placement;
  /** How operand `index` should best lie, given how the first result should; undefined: no matter. Absent: as in ONNX. */
  wish?(node: Node, index: number, result: Order | undefined): Order | undefined;
}

/** ONNX's order for everything: right for every operator, and the only choice for those that mix axes. */
export const bound: LayoutRule = { place: () => ({ inputs: [], outputs: [] }) };
