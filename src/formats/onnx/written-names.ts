import type { Graph, Model, Node, Tensor, Value } from '../../model/index.js';

/** A constant as it will stand in the file. */
export interface WrittenConstant {
  readonly name: string;
  readonly tensor: Tensor;
}

/**
 * What every value is called in the file that is being written, and where every constant stands: names of the model's
 * inputs and outputs as they are, all others made unique throughout the file, so that no subgraph can shadow a name.
 * One tensor is written once, whoever reads it.
 */
export class WrittenNames {
  readonly #model: Model;
  readonly #taken = new Set<string>();
  readonly #names = new Map<Value, string>();
  readonly #tensors = new Map<Tensor, { readonly constant: WrittenConstant; home: Graph }>();
  readonly #nodes = new Map<Node, string>();
  readonly #nodeNames = new Set<string>();
  readonly #constants = new Map<Graph, WrittenConstant[]>();

  constructor(model: Model) {
    this.#model = model;
    const { graph } = model;
    const inMain: WrittenConstant[] = [];
    this.#constants.set(graph, inMain);
    for (const value of [...graph.inputs, ...graph.outputs]) {
      if (this.#names.has(value)) continue;
      this.#names.set(value, value.name);
      this.#taken.add(value.name);
      if (value.constant) inMain.push({ name: value.name, tensor: value.constant });
    }
    this.#visit(graph);
    for (const { constant, home } of this.#tensors.values()) {
      const list = this.#constants.get(home);
      if (list) list.push(constant);
      else this.#constants.set(home, [constant]);
    }
  }

  of(value: Value): string {
    const name = this.#names.get(value);
    if (name === undefined) throw new Error(`${value.name} is read, but nothing in the model gives it`);
    return name;
  }

  /** A node's own name, or another where one before it has that: ONNX Runtime refuses two of one name. */
  ofNode(node: Node): string | undefined {
    if (node.name === '') return undefined;
    let name = this.#nodes.get(node);
    if (name !== undefined) return name;
    name = node.name;
    while (this.#nodeNames.has(name)) name = this.#model.freshName(node.name);
    this.#nodeNames.add(name);
    this.#nodes.set(node, name);
    return name;
  }

  /** A name that nothing in the file has. */
  fresh(base: string): string {
    let name = base;
    while (name === '' || this.#taken.has(name)) name = this.#model.freshName(base || 'value');
    this.#taken.add(name);
    return name;
  }

  constantsOf(graph: Graph): readonly WrittenConstant[] {
    return this.#constants.get(graph) ?? [];
  }

  /** In the order of the file. Recursion is as deep as graphs nest, and the reader bounds that. */
  #visit(graph: Graph): void {
    for (const value of graph.inputs) this.#name(value);
    for (const node of graph.sorted()) {
      for (const value of node.inputs) if (value?.constant) this.#place(value, value.constant, graph);
      for (const subgraph of node.subgraphs()) this.#visit(subgraph);
      for (const value of node.outputs) if (value) this.#name(value);
    }
    for (const value of graph.outputs) if (value.constant) this.#place(value, value.constant, graph);
  }

  #name(value: Value): void {
    if (!this.#names.has(value)) this.#names.set(value, this.fresh(value.name));
  }

  /** A constant stands in the graph that reads it, or where several do in the outermost, which all of them see. */
  #place(value: Value, tensor: Tensor, reader: Graph): void {
    let placed = this.#tensors.get(tensor);
    if (placed && placed.home !== reader) placed.home = this.#model.graph;
    if (this.#names.has(value)) return;
    if (!placed) {
      placed = { constant: { name: this.fresh(value.name), tensor }, home: reader };
      this.#tensors.set(tensor, placed);
    }
    this.#names.set(value, placed.constant.name);
  }
}
