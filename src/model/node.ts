import type { Attribute } from './attribute.js';
import type { DataType } from './data-type.js';
import { InputError } from './errors.js';
import type { Graph } from './graph.js';
import type { Bytes, Tensor } from './tensor.js';
import type { Value } from './value.js';

/** A node of the file that was read. Nodes made by passes say which of these they stand for. */
export interface SourceNode {
  readonly name: string;
  readonly operator: string;
  /** Position in the source graph, subgraphs counted where they stand. */
  readonly index: number;
}

const NO_GRAPHS: readonly Graph[] = [];
const decoder = new TextDecoder('utf-8', { fatal: true });

/** An operation. Links are changed through `Graph`; raw attributes are read by `operators/` alone. */
export class Node {
  readonly graph: Graph;
  name: string;
  readonly operator: string;
  /** `''` is ONNX's own. */
  readonly domain: string;
  readonly attributes: Map<string, Attribute>;
  origin: readonly SourceNode[];
  #inputs: (Value | undefined)[] = [];
  #outputs: (Value | undefined)[] = [];

  /** @internal made by `Graph.insert` alone */
  constructor(
    graph: Graph,
    parts: {
      name: string;
      operator: string;
      domain: string;
      attributes: Map<string, Attribute>;
      origin: readonly SourceNode[];
    },
  ) {
    this.graph = graph;
    this.name = parts.name;
    this.operator = parts.operator;
    this.domain = parts.domain;
    this.attributes = parts.attributes;
    this.origin = parts.origin;
  }

  /** Operands by position; undefined where an optional one is left out. */
  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }

  get outputs(): readonly (Value | undefined)[] {
    return this.#outputs;
  }

  /** @internal */
  setLinks(inputs: (Value | undefined)[], outputs: (Value | undefined)[]): void {
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** Version of the operator set that this node is to be read by. */
  get opset(): number {
    return this.graph.model.opsets.get(this.domain) ?? 0;
  }

  /** How errors and reports call this node: its name, or where it has none that of its first output. */
  get label(): string {
    return this.name || this.#outputs.find((v) => v)?.name || this.operator;
  }

  /** The operator; that of another domain than ONNX's own as `domain.Operator`. */
  get operatorName(): string {
    return this.domain === '' ? this.operator : `${this.domain}.${this.operator}`;
  }

  is(...operators: readonly string[]): boolean {
    return this.domain === '' && operators.includes(this.operator);
  }

  /** The operand at `index`. @throws InputError where it is missing */
  input(index: number): Value {
    const value = this.#inputs[index];
    if (!value) throw this.invalid(`input ${index} is missing`);
    return value;
  }

  hasInput(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  /** The result at `index`. @throws InputError where it is missing */
  output(index = 0): Value {
    const value = this.#outputs[index];
    if (!value) throw this.invalid(`output ${index} is missing`);
    return value;
  }

  /** The constant behind an operand; undefined where it is absent or computed. */
  constant(index: number): Tensor | undefined {
    return this.#inputs[index]?.constant;
  }

  dtypeOf(index: number): DataType | undefined {
    return this.#inputs[index]?.dtype;
  }

  /** @throws InputError where the attribute has another kind, or is beyond the integers that a number holds exactly */
  int<D extends number | undefined>(name: string, absent: D): number | D {
    const found = this.#attribute(name, 'int');
    return found ? this.#exact(name, found.value) : absent;
  }

  float<D extends number | undefined>(name: string, absent: D): number | D {
    return this.#attribute(name, 'float')?.value ?? absent;
  }

  string<D extends string | undefined>(name: string, absent: D): string | D {
    const found = this.#attribute(name, 'string');
    return found ? this.#text(name, found.value) : absent;
  }

  strings<D extends readonly string[] | undefined>(name: string, absent: D): readonly string[] | D {
    return this.#attribute(name, 'strings')?.value.map((value) => this.#text(name, value)) ?? absent;
  }

  ints<D extends readonly number[] | undefined>(name: string, absent: D): number[] | D {
    const found = this.#attribute(name, 'ints');
    return found ? found.value.map((value) => this.#exact(name, value)) : absent;
  }

  floats<D extends readonly number[] | undefined>(name: string, absent: D): readonly number[] | D {
    return this.#attribute(name, 'floats')?.value ?? absent;
  }

  tensor(name: string): Tensor | undefined {
    return this.#attribute(name, 'tensor')?.value;
  }

  subgraph(name: string): Graph | undefined {
    return this.#attribute(name, 'graph')?.value;
  }

  /** Every graph held by an attribute. */
  subgraphs(): readonly Graph[] {
    // Asked of every node by every walk, and nearly always answered by "none": so no generator, and no list.
    let graphs: Graph[] | undefined;
    for (const attribute of this.attributes.values()) {
      if (attribute.kind !== 'graph' && attribute.kind !== 'graphs') continue;
      graphs ??= [];
      if (attribute.kind === 'graph') graphs.push(attribute.value);
      else graphs.push(...attribute.value);
    }
    return graphs ?? NO_GRAPHS;
  }

  /** An error about this node: the model breaks the standard. */
  invalid(what: string): InputError {
    return new InputError({ what: `not valid ONNX: ${this.operator}: ${what}`, where: { node: this.label } });
  }

  #attribute<K extends Attribute['kind']>(name: string, kind: K): Extract<Attribute, { kind: K }> | undefined {
    const found = this.attributes.get(name);
    if (found && found.kind !== kind) throw this.invalid(`attribute ${name} is ${found.kind}, not ${kind}`);
    return found as Extract<Attribute, { kind: K }> | undefined;
  }

  #text(name: string, value: Bytes): string {
    try {
      return decoder.decode(value);
    } catch {
      throw this.invalid(`attribute ${name} is not UTF-8`);
    }
  }

  #exact(name: string, value: number | bigint): number {
    if (typeof value === 'bigint') throw this.invalid(`attribute ${name} is out of range: ${value}`);
    return value;
  }
}
