import { type Attribute, attribute, type PlainAttribute } from './attribute.js';
import type { DataType } from './data-type.js';
import { InputError } from './errors.js';
import type { Model } from './model.js';
import { Node, type SourceNode } from './node.js';
import { type Shape, sameShape } from './shape.js';
import type { Tensor } from './tensor.js';
import { Value } from './value.js';

/** What `Graph.insert` needs to make a node. */
export interface NodeParts {
  readonly operator: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly (Value | undefined)[];
  /** Names of the outputs (`''`: left out), or how many to name afresh; one by default. */
  readonly outputs?: readonly string[] | number;
  readonly attributes?: Readonly<Record<string, PlainAttribute | undefined>> | Map<string, Attribute>;
  readonly origin: readonly SourceNode[];
}

/**
 * Values and the nodes between them. Every edit keeps producers and uses right, so "who reads this?" is a property and
 * renaming cannot break a link. Constants belong to no list: they are in the graph as long as someone reads them.
 */
export class Graph {
  readonly model: Model;
  /** The graph around a subgraph, whose values may be read here. */
  readonly parent: Graph | undefined;
  name = '';
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes = new Set<Node>();
  #sorted: readonly Node[] | undefined;
  #removedSinceSort = false;
  readonly #stale = new Set<Node>();

  constructor(model: Model, parent?: Graph) {
    this.model = model;
    this.parent = parent;
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  /** In order; the same value may stand twice, and inputs and constants may be outputs. */
  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  has(node: Node): boolean {
    return this.#nodes.has(node);
  }

  /** A snapshot of the nodes of this operator (ONNX's own domain), in topological order. */
  nodesOf(...operators: readonly string[]): Node[] {
    return this.sorted().filter((node) => node.is(...operators));
  }

  count(...operators: readonly string[]): number {
    let count = 0;
    for (const node of this.#nodes) if (node.is(...operators)) count++;
    return count;
  }

  addInput(name: string, dtype?: DataType, shape?: Shape): Value {
    const value = this.#value(name);
    value.dtype = dtype;
    value.shape = shape;
    value.markInput(true);
    this.#inputs.push(value);
    return value;
  }

  removeInput(value: Value): void {
    if (!value.isDead) throw new Error(`input ${value.name} is still read`);
    this.#inputs.splice(this.#inputs.indexOf(value), 1);
    value.markInput(false);
  }

  addConstant(tensor: Tensor, name = 'constant'): Value {
    return new Value(this, this.model.freshName(name), { constant: tensor });
  }

  /** A constant under the very name that its file gives it. */
  addNamedConstant(tensor: Tensor, name: string): Value {
    this.model.takeName(name);
    return new Value(this, name, { constant: tensor });
  }

  addOutput(value: Value): void {
    value.countOutput(1);
    this.#outputs.push(value);
  }

  /** Makes `values` the outputs of this graph, in their order. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) value.countOutput(-1);
    this.#outputs.length = 0;
    for (const value of values) this.addOutput(value);
  }

  /** Adds a node. New outputs have no type yet: inference gives it, or the caller. */
  insert(parts: NodeParts): Node {
    const { operator, domain = '', outputs = 1, attributes = {}, origin } = parts;
    const made =
      attributes instanceof Map
        ? attributes
        : new Map(
            Object.entries(attributes).flatMap(([key, plain]) =>
              plain === undefined ? [] : [[key, attribute(plain)] as const],
            ),
          );
    const node = new Node(this, {
      name: parts.name ?? this.model.freshName(operator),
      operator,
      domain,
      attributes: made,
      origin,
    });
    const names =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, (_, i) =>
            this.model.freshName(i === 0 ? `${node.name}_output` : `${node.name}_output_${i}`),
          )
        : outputs;
    const results = names.map((name) => (name === '' ? undefined : this.#value(name, node)));
    node.setLinks(withoutTrailingGaps([...parts.inputs]), results);
    node.inputs.forEach((value, index) => {
      value?.addUse(node, index);
    });
    this.#nodes.add(node);
    this.#sorted = undefined;
    return node;
  }

  /** Lets `node` read another value. Where more or less is known of it than of the old one, the node is stale from then on. */
  setInput(node: Node, index: number, value: Value | undefined): void {
    const inputs = [...node.inputs];
    while (inputs.length <= index) inputs.push(undefined);
    const old = inputs[index];
    old?.removeUse(node, index);
    inputs[index] = value;
    value?.addUse(node, index);
    node.setLinks(withoutTrailingGaps(inputs), [...node.outputs]);
    if (!old || !value || !isKnownAlike(old, value)) this.#stale.add(node);
    this.#sorted = undefined;
  }

  /** How many nodes have results whose types were inferred from other operands than they read now. */
  get staleCount(): number {
    return this.#stale.size;
  }

  isStale(node: Node): boolean {
    return this.#stale.has(node);
  }

  markStale(node: Node): void {
    this.#stale.add(node);
  }

  /** For who infers the node anew. */
  clearStale(node: Node): void {
    this.#stale.delete(node);
  }

  /** Forgets an output that nobody reads; a required first one stays as a value without readers. */
  dropOutput(node: Node, index: number): void {
    const outputs = [...node.outputs];
    if (outputs[index]?.isDead === false) throw new Error(`output ${index} of ${node.label} is still read`);
    outputs[index] = undefined;
    while (outputs.length > 1 && outputs[outputs.length - 1] === undefined) outputs.pop();
    node.setLinks([...node.inputs], outputs);
  }

  /** Whether `replace` could put `by` in the place of `value` with every public name kept. */
  canReplace(value: Value, by: Value): boolean {
    if (value === by) return false;
    if (!value.isOutput) return true;
    return by.producer !== undefined && by.graph === value.graph && !by.isOutput;
  }

  /**
   * Lets all who read `value` read `by`, which equals it. Where `value` is a graph output, `by` becomes that output under
   * its name; else `by` takes the name that the source gave `value`, if it has none of its own.
   * @returns whether it was done; false leaves all as it was (both names are public)
   */
  replace(value: Value, by: Value): boolean {
    if (!this.canReplace(value, by)) return false;
    for (const { node, index } of value.uses) node.graph.setInput(node, index, by);
    if (value.isOutput) {
      const { name } = value;
      value.name = this.model.freshName(name);
      by.name = name;
      const outputs = value.graph.#outputs;
      outputs.forEach((output, i) => {
        if (output !== value) return;
        value.countOutput(-1);
        by.countOutput(1);
        outputs[i] = by;
      });
    } else if (this.model.isSourceName(value.name) && !this.model.isSourceName(by.name)) {
      [value.name, by.name] = [by.name, value.name];
    }
    return true;
  }

  /** Takes a node out. @throws Error where a result is still read; then nothing has changed */
  remove(node: Node): void {
    const read = node.outputs.find((value) => value && !value.isDead);
    if (read) throw new Error(`${node.label} cannot be removed: ${read.name} is still read`);
    for (const subgraph of node.subgraphs()) subgraph.clear();
    node.inputs.forEach((value, index) => {
      value?.removeUse(node, index);
    });
    this.#nodes.delete(node);
    this.#stale.delete(node);
    this.#removedSinceSort = true;
  }

  /** Takes out all nodes and outputs of a subgraph whose node goes, so that outer values are no longer read from here. */
  clear(): void {
    this.setOutputs([]);
    for (const node of [...this.sorted()].reverse()) this.remove(node);
  }

  /**
   * Nodes in an order in which every value is made before it is read; where that leaves a choice, in order of insertion.
   * @throws InputError where there is a cycle
   */
  sorted(): readonly Node[] {
    if (!this.#sorted) this.#sorted = this.#sort();
    else if (this.#removedSinceSort) this.#sorted = this.#sorted.filter((node) => this.#nodes.has(node));
    this.#removedSinceSort = false;
    return this.#sorted;
  }

  /** Depth first from every node to the makers of what it reads. Files are mostly in order, and then stay as they are. */
  #sort(): Node[] {
    const sorted = new Set<Node>();
    const open = new Set<Node>();
    for (const start of this.#nodes) {
      const stack = [start];
      for (let node = stack.pop(); node; node = stack.pop()) {
        if (sorted.has(node)) continue;
        const missing = open.has(node) ? [] : this.#makersOf(node).filter((maker) => !sorted.has(maker));
        if (missing.length === 0) {
          open.delete(node);
          sorted.add(node);
          continue;
        }
        open.add(node);
        // Open are the nodes from the start to this one, each waiting for the next.
        const awaited = missing.find((maker) => open.has(maker));
        if (awaited) throw cycleThrough([...open], awaited);
        stack.push(node);
        for (const maker of missing.reverse()) stack.push(maker);
      }
    }
    return [...sorted];
  }

  /** The nodes of this graph that make what `node` reads. */
  #makersOf(node: Node): Node[] {
    const makers: Node[] = [];
    const add = (value: Value | undefined) => {
      if (value?.producer?.graph === this) makers.push(value.producer);
    };
    // Nearly no node holds a graph, and this is asked of all.
    if (node.subgraphs().length === 0) node.inputs.forEach(add);
    else for (const value of readBy(node)) add(value);
    return makers;
  }

  /** Proves that links, uses and public flags agree. For tests, which ask it after a read, a copy and every pass. @throws Error */
  check(): void {
    for (const node of this.sorted()) {
      node.inputs.forEach((value, index) => {
        if (!value) return;
        if (!value.isReadBy(node, index)) {
          throw new Error(`${node.label} reads ${value.name}, which does not know it`);
        }
        if (value.producer && !value.producer.graph.has(value.producer)) {
          throw new Error(`${node.label} reads ${value.name}, whose producer is gone`);
        }
      });
      for (const value of node.outputs) {
        if (value && value.producer !== node) throw new Error(`${value.name} does not know ${node.label}`);
        for (const use of value?.uses ?? []) {
          if (!use.node.graph.has(use.node)) throw new Error(`${value?.name} is read by a node that is gone`);
          if (use.node.inputs[use.index] !== value) throw new Error(`${value?.name} is not what its reader reads`);
        }
      }
      for (const subgraph of node.subgraphs()) subgraph.check();
    }
    for (const value of this.#outputs) {
      if (!value.isOutput) throw new Error(`${value.name} does not know that it is an output`);
      if (value.producer && !value.producer.graph.has(value.producer)) throw new Error(`${value.name} has no producer`);
    }
  }

  #value(name: string, producer?: Node): Value {
    this.model.takeName(name);
    return producer ? new Value(this, name, { producer }) : new Value(this, name);
  }
}

/** Optional operands left out at the end are as good as never mentioned, and written in this one way. */
function withoutTrailingGaps(inputs: (Value | undefined)[]): (Value | undefined)[] {
  while (inputs.length > 0 && inputs[inputs.length - 1] === undefined) inputs.pop();
  return inputs;
}

/** Whether inference would say the same of who reads either. Constants that take each other's place hold the same. */
function isKnownAlike(a: Value, b: Value): boolean {
  if ((a.constant === undefined) !== (b.constant === undefined) || a.dtype !== b.dtype) return false;
  return isSameList(a.shape, b.shape) && isSameList(a.elements, b.elements);
}

function isSameList(a: Shape | undefined, b: Shape | undefined): boolean {
  return a === b || sameShape(a, b);
}

function cycleThrough(way: readonly Node[], first: Node): InputError {
  const some = way
    .slice(way.indexOf(first))
    .slice(0, 3)
    .map((node) => node.label);
  return new InputError({ what: `not valid ONNX: a cycle through ${some.join(', ')}` });
}

/** The values a node reads, those that its subgraphs read from outside included. */
export function* readBy(node: Node): Generator<Value> {
  for (const value of node.inputs) if (value) yield value;
  for (const subgraph of node.subgraphs()) {
    for (const inner of subgraph.sorted()) yield* readBy(inner);
    yield* subgraph.outputs;
  }
}
