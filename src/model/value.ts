import type { DataType } from './data-type.js';
import type { Graph } from './graph.js';
import type { Node } from './node.js';
import type { Dimension, Shape } from './shape.js';
import type { Bytes, Tensor } from './tensor.js';

/** One reader of a value, and at which of its operands. */
export interface Use {
  readonly node: Node;
  readonly index: number;
}

/**
 * What flows along one edge of the graph. It knows who makes it and who reads it; `name` is only what a file calls it.
 * Edits go through `Graph`, which keeps `producer`, `uses` and the public flags right.
 */
export class Value {
  name: string;
  readonly graph: Graph;
  /** Element type; undefined where it is not known, or for sequences, maps and optionals (then `otherType` is set). */
  dtype: DataType | undefined;
  /** undefined: the rank is not known. */
  shape: Shape | undefined;
  /** A type that is no dense tensor, as encoded `TypeProto`. */
  otherType: Bytes | undefined;
  /** What is known of the elements of a small integer tensor of rank 0 or 1: numbers and symbols. Shape arithmetic lives on it. */
  elements: readonly Dimension[] | undefined;
  readonly constant: Tensor | undefined;
  readonly producer: Node | undefined;
  /** By reader its operands that are this value; nearly always one, and then no set is made for it. */
  readonly #uses = new Map<Node, number | Set<number>>();
  #isInput = false;
  #outputs = 0;

  /** @internal made by `Graph` alone */
  constructor(graph: Graph, name: string, made: { producer?: Node; constant?: Tensor } = {}) {
    this.graph = graph;
    this.name = name;
    this.producer = made.producer;
    this.constant = made.constant;
    this.dtype = made.constant?.dtype;
    this.shape = made.constant?.shape;
  }

  /** A snapshot of who reads this value, subgraphs included. Being a graph output is no use: see `isOutput`. */
  get uses(): Use[] {
    const uses: Use[] = [];
    for (const [node, indices] of this.#uses) {
      if (typeof indices === 'number') uses.push({ node, index: indices });
      else for (const index of indices) uses.push({ node, index });
    }
    return uses;
  }

  /** Whether `node` reads this value as its operand at `index`. */
  isReadBy(node: Node, index: number): boolean {
    const indices = this.#uses.get(node);
    return typeof indices === 'object' ? indices.has(index) : indices === index;
  }

  /** How many different nodes read this value. */
  get readerCount(): number {
    return this.#uses.size;
  }

  get isInput(): boolean {
    return this.#isInput;
  }

  get isOutput(): boolean {
    return this.#outputs > 0;
  }

  /** Nobody reads it and it is no output. */
  get isDead(): boolean {
    return this.#uses.size === 0 && this.#outputs === 0;
  }

  /** The one node that reads this value, where it is read by no other and is no graph output. */
  get onlyReader(): Node | undefined {
    if (this.#uses.size !== 1 || this.#outputs > 0) return undefined;
    const [node] = this.#uses.keys();
    return node;
  }

  get rank(): number | undefined {
    return this.shape?.length;
  }

  /** Takes over what is known of another value. */
  typedLike({ dtype, shape, otherType, elements }: Value): this {
    return Object.assign(this, { dtype, shape, otherType, elements });
  }

  /** @internal */
  addUse(node: Node, index: number): void {
    const indices = this.#uses.get(node);
    if (indices === undefined) this.#uses.set(node, index);
    else if (typeof indices === 'object') indices.add(index);
    else if (indices !== index) this.#uses.set(node, new Set([indices, index]));
  }

  /** @internal */
  removeUse(node: Node, index: number): void {
    const indices = this.#uses.get(node);
    if (typeof indices === 'object') indices.delete(index);
    if (indices === index || (typeof indices === 'object' && indices.size === 0)) this.#uses.delete(node);
  }

  /** @internal */
  markInput(isInput: boolean): void {
    this.#isInput = isInput;
  }

  /** @internal */
  countOutput(change: 1 | -1): void {
    this.#outputs += change;
  }
}
