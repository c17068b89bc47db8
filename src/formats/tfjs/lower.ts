import { type Order, plain } from '../../layout/order.js';
import { type Layout, planLayout } from '../../layout/plan.js';
import { Declined } from '../../lowering/decline.js';
import {
  type Graph,
  isFloat,
  type Model,
  type Node,
  type Unsupported,
  UnsupportedError,
  type Value,
} from '../../model/index.js';
import type { Lowered, LowerOptions, Port } from '../format.js';
import * as attribute from './attributes.js';
import { Builder, type Ref } from './builder.js';
import type { TfjsOptions } from './declaration.js';
import { kindOf } from './elements.js';
import { metadataOf } from './metadata.js';
import { Names } from './names.js';
import { Placed } from './placed.js';
import { isImage, portOf, sizesOf } from './ports.js';
import { storeWeights } from './precision.js';
import type { Endpoint, TfjsProgram } from './program.js';
import { rows } from './rows/index.js';
import { type LoweringContext, Site } from './site.js';
import { Sizes } from './sizes.js';

const MOST_AXES = 6;

/**
 * Walks the graph once, from its inputs to its outputs.
 * @throws UnsupportedError with every node that has no row, or whose row declines
 */
export function lowerModel(model: Model, options: LowerOptions & TfjsOptions): Lowered<TfjsProgram> {
  const lowering = new Lowering(model.graph, options);
  const { unsupported } = lowering;
  if (unsupported.length > 0) throw new UnsupportedError(summary(unsupported), unsupported);
  return lowering.result();
}

/** Every reason why `lowerModel` would refuse. */
export function unsupportedIn(model: Model, options: LowerOptions & TfjsOptions): readonly Unsupported[] {
  return new Lowering(model.graph, options).unsupported;
}

function summary(unsupported: readonly Unsupported[]): { what: string; where: { node?: string } } {
  const [first] = unsupported;
  const lines = unsupported.map(({ node, operator, reason }) => `${operator} ${node}: ${reason}`);
  return {
    what: `TensorFlow.js cannot express ${lines.slice(0, 5).join('; ')}${lines.length > 5 ? ` and ${lines.length - 5} more` : ''}`,
    where: first ? { node: first.node } : {},
  };
}

class Lowering {
  readonly unsupported: Unsupported[] = [];
  readonly #graph: Graph;
  readonly #options: LowerOptions & TfjsOptions;
  readonly #names = new Names();
  readonly #build = new Builder(this.#names);
  readonly #sizes = new Sizes(this.#build);
  readonly #placed = new Placed(this.#build, this.#sizes);
  readonly #layout: Layout;
  readonly #turned: ReadonlySet<Value>;
  readonly #absorbed = new Set<Node>();
  readonly #inputs: { endpoint: Endpoint; port: Port }[] = [];
  readonly #outputs: { endpoint: Endpoint; port: Port }[] = [];
  readonly #notes: string[] = [];

  readonly #context: LoweringContext;

  constructor(graph: Graph, options: LowerOptions & TfjsOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#turned = new Set(options.inputLayout === 'nchw' ? [] : graph.inputs.filter(isImage));
    this.#layout = planLayout(graph, { channelsLastInputs: this.#turned });
    this.#context = {
      build: this.#build,
      sizes: this.#sizes,
      layout: this.#layout,
      placed: this.#placed,
      absorb: (reader, ref) => this.#absorb(reader, ref),
    };
    // Public names come first: no other node may take them.
    const outputNames = this.#publicNames(graph.outputs, 'output');
    this.#placeInputs(this.#publicNames(graph.inputs, 'input'));
    for (const node of graph.sorted()) if (!this.#absorbed.has(node)) this.#lowerNode(node);
    this.#placeOutputs(outputNames);
  }

  result(): Lowered<TfjsProgram> {
    const inputs = this.#inputs.map(({ port }) => port);
    const outputs = this.#outputs.map(({ port }) => port);
    const { weights, notes } = storeWeights(this.#build.weights, this.#options.precision);
    return {
      program: {
        nodes: this.#build.nodes,
        weights,
        inputs: this.#inputs.map(({ endpoint }) => endpoint),
        outputs: this.#outputs.map(({ endpoint }) => endpoint),
        metadata: metadataOf(this.#options, [...this.#inputs, ...this.#outputs]),
      },
      inputs,
      outputs,
      notes: [...this.#notes, ...notes],
    };
  }

  #publicNames(values: readonly Value[], prefix: string): string[] {
    return values.map((value) => {
      const name = this.#names.take(value.name, prefix);
      if (name !== value.name) this.#notes.push(`TensorFlow.js knows ${prefix} ${value.name} as ${name}`);
      return name;
    });
  }

  #placeInputs(names: readonly string[]): void {
    this.#graph.inputs.forEach((value, index) => {
      const name = names[index] ?? value.name;
      const dtype = kindOf(value.dtype);
      if (!dtype) {
        this.#refuseValue(value, 'input');
        return;
      }
      const order = this.#layout.orderOf(value);
      const shape = sizesOf(value.shape, order);
      this.#build.enter(name);
      this.#build.nodes.push({
        name,
        op: 'Placeholder',
        inputs: [],
        attributes: { dtype: attribute.type(dtype), ...(shape && { shape: attribute.shape(shape) }) },
      });
      this.#placed.put(value, name, order);
      this.#inputs.push({ endpoint: { key: name, node: name, dtype, shape }, port: portOf(value, name, order) });
    });
  }

  /** Each output has a node of its own: the loader gives one node under two keys, and inputs and weights, away for good. */
  #placeOutputs(names: readonly string[]): void {
    this.#graph.outputs.forEach((value, index) => {
      const name = names[index] ?? value.name;
      const dtype = kindOf(value.dtype);
      if (!dtype) {
        this.#refuseValue(value, 'output');
        return;
      }
      const order = this.#outputOrder(value);
      const ref = this.#placed.get(value, order);
      this.#build.nodes.push({ name, op: 'Identity', inputs: [ref], attributes: {} });
      const endpoint = { key: name, node: name, dtype, shape: sizesOf(value.shape, order) };
      this.#outputs.push({ endpoint, port: portOf(value, name, order) });
    });
  }

  /** Where images are fed channels-last, feature maps come out so. */
  #outputOrder(value: Value): Order {
    const order = this.#layout.orderOf(value);
    const staysTurned = this.#turned.size > 0 && value.rank === 4 && isFloat(value.dtype) && order.join() === '0,2,3,1';
    return staysTurned ? order : plain(value.rank ?? 0);
  }

  #lowerNode(node: Node): void {
    const row = node.domain === '' ? rows.get(node.operator) : undefined;
    if (!row) {
      this.#refuse(node, 'is not written for TensorFlow.js');
      return;
    }
    try {
      this.#build.enter(node.label);
      const results = row.lower(new Site(node, this.#context));
      this.#put(node, typeof results === 'string' ? [results] : results);
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      this.#refuse(node, error.message);
    }
  }

  #put(node: Node, refs: readonly Ref[]): void {
    node.outputs.forEach((value, index) => {
      const ref = refs[index];
      if (!value || (ref === undefined && value.isDead)) return;
      if (ref === undefined) throw new Declined(`its result ${index} is not written`);
      // Neither backend computes with more: wasm's arithmetic is wrong there, webgl refuses.
      if ((value.rank ?? 0) > MOST_AXES) throw new Declined(`a tensor of ${value.rank} axes`);
      this.#placed.put(value, ref, this.#layout.orderOf(value));
    });
  }

  #absorb(reader: Node, ref: Ref): void {
    this.#absorbed.add(reader);
    this.#put(reader, [ref]);
  }

  #refuseValue(value: Value, operator: string): void {
    const reason = `TensorFlow.js has no ${value.dtype ?? (value.otherType ? 'such type' : 'unknown type')}`;
    this.unsupported.push({ target: 'tfjs', node: value.name, operator, reason });
    this.#placed.put(value, 'missing', this.#layout.orderOf(value));
  }

  /** The walk goes on with a name for what is missing, so that every other reason is found as well. */
  #refuse(node: Node, reason: string): void {
    this.unsupported.push({ target: 'tfjs', node: node.label, operator: node.operatorName, reason });
    for (const value of node.outputs) if (value) this.#placed.put(value, 'missing', this.#layout.orderOf(value));
  }
}
