import { type Attribute, Graph, InputError, type Model, type SourceNode, type Value } from '../../model/index.js';
import { checkNode } from './check-node.js';
import type { Functions } from './functions.js';
import { invalid, labelOf } from './invalid.js';
import { domainOf } from './opsets.js';
import { orderNodes } from './order.js';
import { kindOfAttribute } from './read-attribute.js';
import { readTensor, type TensorSource } from './read-tensor.js';
import type { TypeReader } from './read-type.js';
import type { Message } from './schema.js';
import { Scope } from './scope.js';
import { checkSparse, sparseAttribute } from './sparse.js';

type NodeProto = Message<'NodeProto'>;
type GraphProto = Message<'GraphProto'>;
type AttributeProto = Message<'AttributeProto'>;
type FunctionProto = Message<'FunctionProto'>;

/** What an attribute of a function's body may refer to: attributes of the call, read where the call stands. */
interface Arguments {
  readonly declared: ReadonlySet<string>;
  readonly given: ReadonlyMap<string, { readonly proto: AttributeProto; readonly place: Place }>;
}

/** Where nodes are put, and what names and references mean there. */
interface Place {
  readonly graph: Graph;
  readonly scope: Scope;
  readonly callArguments: Arguments | undefined;
}

/** Builds graphs of the model from the file's. Recursion is as deep as graphs nest and functions call: both are bounded. */
export class GraphReader {
  /** Inputs of the model that had a default value. */
  fixedInputs = 0;
  isReordered = false;
  readonly #namedByFile = new Set<Value>();
  readonly #model: Model;
  readonly #file: Uint8Array;
  readonly #types: TypeReader;
  readonly #functions: Functions;
  readonly #tensors: TensorSource;
  #nextIndex = 0;

  constructor(parts: {
    readonly model: Model;
    readonly file: Uint8Array;
    readonly types: TypeReader;
    readonly functions: Functions;
    readonly tensors: TensorSource;
  }) {
    this.#model = parts.model;
    this.#file = parts.file;
    this.#types = parts.types;
    this.#functions = parts.functions;
    this.#tensors = parts.tensors;
  }

  /** @throws InputError where the graph is not valid ONNX */
  read(proto: GraphProto, graph: Graph, scope: Scope, callArguments?: Arguments): void {
    const place = { graph, scope, callArguments };
    graph.name = proto.name ?? '';
    const constants = new Set<string>();
    for (const tensor of proto.initializer) {
      const name = nameOf(tensor.name, 'an initializer');
      constants.add(name);
      scope.define(name, graph.addNamedConstant(readTensor(tensor, this.#tensors), this.#rename(scope, name)));
    }
    const seen = new Set<string>();
    for (const input of proto.input) {
      const name = nameOf(input.name, 'a graph input');
      if (seen.has(name)) throw invalid('a graph input stands twice', { value: name });
      seen.add(name);
      // A subgraph's inputs are positional, so one with a value of its own would leave a hole.
      if (constants.has(name) && !graph.parent) this.fixedInputs++;
      else scope.define(name, this.#readInput(input, name, place));
    }
    for (const sparse of proto.sparseInitializer) this.#readSparse(sparse, place);
    this.#readNodes(proto.node, place);
    for (const output of proto.output) this.#readOutput(output, place);
    if (proto.output.length === 0 && !graph.parent) throw invalid('the graph has no outputs');
  }

  #readInput(input: Message<'ValueInfoProto'>, name: string, { graph, scope }: Place): Value {
    const { dtype, shape, otherType } = this.#types.read(input);
    if (!dtype && !otherType && !graph.parent) throw invalid('a graph input has no type', { value: name });
    const value = graph.addInput(this.#rename(scope, name), dtype, shape);
    value.otherType = otherType;
    return value;
  }

  #readOutput(output: Message<'ValueInfoProto'>, { graph, scope }: Place): void {
    const name = nameOf(output.name, 'a graph output');
    const value = scope.find(name);
    if (!value) throw invalid('a graph output is missing: nothing gives this name', { value: name });
    const declared = this.#types.read(output);
    if (value.producer) {
      value.dtype = declared.dtype;
      value.shape = declared.shape;
      value.otherType = declared.otherType;
    }
    if (!graph.parent) this.#model.declaredOutputs.set(name, declared);
    graph.addOutput(value);
  }

  #readSparse(sparse: Message<'SparseTensorProto'>, { graph, scope }: Place): void {
    checkSparse(sparse, this.#tensors);
    const name = nameOf(sparse.values?.name, 'a sparse initializer');
    const node = graph.insert({
      operator: 'Constant',
      name: '',
      inputs: [],
      outputs: [this.#rename(scope, name)],
      attributes: new Map([['sparse_value', { kind: 'raw', value: sparseAttribute(sparse, this.#file) }]]),
      origin: [this.#source(name, 'Constant')],
    });
    scope.define(name, node.output());
  }

  #readNodes(nodes: readonly NodeProto[], place: Place): void {
    const ordered = orderNodes(nodes, (name) => place.scope.sees(name));
    if (!ordered.wasSorted) this.isReordered = true;
    for (const node of ordered.nodes) {
      const called = this.#functions.find(node);
      if (called) this.#inline(node, called, place);
      else this.#insert(node, place);
    }
  }

  #insert(proto: NodeProto, place: Place): void {
    const { graph, scope } = place;
    const operator = proto.opType ?? '';
    const domain = domainOf(proto.domain);
    checkNode(proto, this.#model);
    const name = scope.prefix === undefined || !proto.name ? (proto.name ?? '') : `${scope.prefix}/${proto.name}`;
    const node = graph.insert({
      operator,
      domain,
      name,
      inputs: readOperands(proto, scope),
      outputs: proto.output.map((output) => (output === '' ? '' : this.#rename(scope, output))),
      attributes: this.#readAttributes(proto, place),
      origin: [this.#source(name || labelOf(proto), operator)],
    });
    this.#model.takeName(name);
    proto.output.forEach((output, index) => {
      const value = node.outputs[index];
      if (!value) return;
      scope.define(output, value);
      if (scope.prefix === undefined) this.#namedByFile.add(value);
    });
  }

  #readAttributes(node: NodeProto, place: Place): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    for (const proto of node.attribute) {
      const name = proto.name ?? '';
      if (attributes.has(name)) throw invalid(`attribute ${name} stands twice`, { node: labelOf(node) });
      const found = proto.refAttrName ? referenced(proto, node, place.callArguments) : { proto, place };
      if (!found) continue;
      const origin = { ...found.place, graph: place.graph };
      attributes.set(name, this.#readAttribute(found.proto, node, origin));
    }
    return attributes;
  }

  #readAttribute(proto: AttributeProto, node: NodeProto, place: Place): Attribute {
    const kind = kindOfAttribute(proto, node);
    const subgraph = (inner: GraphProto): Graph => {
      const graph = new Graph(this.#model, place.graph);
      this.read(inner, graph, new Scope(place.scope), place.callArguments);
      return graph;
    };
    switch (kind) {
      case 'float':
        return { kind, value: proto.f ?? 0 };
      case 'int':
        return { kind, value: proto.i ?? 0 };
      case 'string':
        return { kind, value: proto.s ?? new Uint8Array(0) };
      case 'floats':
        return { kind, value: proto.floats };
      case 'ints':
        return { kind, value: proto.ints };
      case 'strings':
        return { kind, value: proto.strings };
      case 'tensors':
        return { kind, value: proto.tensors.map((tensor) => readTensor(tensor, this.#tensors)) };
      case 'graphs':
        return { kind, value: proto.graphs.map(subgraph) };
      case 'tensor':
        if (proto.t) return { kind, value: readTensor(proto.t, this.#tensors) };
        break;
      case 'graph':
        if (proto.g) return { kind, value: subgraph(proto.g) };
        break;
    }
    for (const sparse of proto.sparseTensor ? [proto.sparseTensor] : proto.sparseTensors) {
      checkSparse(sparse, this.#tensors);
    }
    return { kind: 'raw', value: this.#file.subarray(proto.start, proto.end) };
  }

  /** Puts the body of a function in the place of a call. */
  #inline(call: NodeProto, called: FunctionProto, place: Place): void {
    const { graph } = place;
    const fail = (what: string) =>
      invalid(`call of the function ${called.name ?? ''}: ${what}`, { node: labelOf(call) });
    const operands = readOperands(call, place.scope);
    if (operands.length > called.input.length) throw fail(`${operands.length} inputs for ${called.input.length}`);
    if (call.output.length > called.output.length)
      throw fail(`${call.output.length} outputs for ${called.output.length}`);

    const inner = new Scope(undefined, this.#model.freshName(call.name || labelOf(call)));
    called.input.forEach((name, index) => {
      inner.define(name, operands[index]);
    });
    const body: Place = { graph, scope: inner, callArguments: argumentsOf(call, called, place) };
    this.#readNodes(called.node, body);
    call.output.forEach((name, index) => {
      if (name === '') return;
      const result = inner.find(called.output[index] ?? '');
      if (!result) throw fail(`its output ${called.output[index] ?? ''} is missing`);
      place.scope.define(name, this.#publish(result, name, place, labelOf(call)));
    });
  }

  /**
   * Gives a function's result the name that the call gives it; through an Identity where the file knows it by a name
   * already. Inside another function names are nobody's business.
   */
  #publish(result: Value, name: string, { graph, scope }: Place, call: string): Value {
    if (scope.prefix !== undefined) return result;
    if (result.producer?.graph === graph && !this.#namedByFile.has(result)) {
      this.#namedByFile.add(result);
      result.name = name;
      return result;
    }
    const origin = [this.#source(call, 'Identity')];
    const node = graph.insert({ operator: 'Identity', inputs: [result], outputs: [name], origin });
    return node.output();
  }

  /** Inside a function names are made fresh, since its body may stand in the graph many times. */
  #rename(scope: Scope, name: string): string {
    return scope.prefix === undefined ? name : this.#model.freshName(`${scope.prefix}/${name}`);
  }

  #source(name: string, operator: string): SourceNode {
    return { name, operator, index: this.#nextIndex++ };
  }
}

function nameOf(name: string | undefined, what: string): string {
  if (!name) throw new InputError({ what: `not valid ONNX: the name of ${what} is missing` });
  return name;
}

/** Inputs by position; optional ones at the end that are left out count for nothing. */
function readOperands(node: NodeProto, scope: Scope): (Value | undefined)[] {
  const operands = node.input.map((name) => (name === '' ? undefined : scope.find(name)));
  while (operands.length > 0 && operands[operands.length - 1] === undefined) operands.pop();
  return operands;
}

function argumentsOf(call: NodeProto, called: FunctionProto, place: Place): Arguments {
  const given = new Map<string, { proto: AttributeProto; place: Place }>();
  for (const proto of called.attributeProto) given.set(proto.name ?? '', { proto, place });
  for (const proto of call.attribute) {
    const found = proto.refAttrName ? referenced(proto, call, place.callArguments) : { proto, place };
    if (found) given.set(proto.name ?? '', found);
  }
  return { declared: new Set([...called.attribute, ...given.keys()]), given };
}

/** The attribute that a body's attribute stands for; undefined where the call leaves it out, as it may. */
function referenced(
  proto: AttributeProto,
  node: NodeProto,
  callArguments: Arguments | undefined,
): { readonly proto: AttributeProto; readonly place: Place } | undefined {
  const wanted = proto.refAttrName ?? '';
  const found = callArguments?.given.get(wanted);
  if (found || callArguments?.declared.has(wanted)) return found;
  throw invalid(`attribute ${proto.name ?? ''} refers to ${wanted}, which is missing`, { node: labelOf(node) });
}
