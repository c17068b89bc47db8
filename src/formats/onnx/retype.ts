import {
  type Attribute,
  type DataType,
  type Graph,
  type Model,
  type Node,
  Tensor,
  type Value,
} from '../../model/index.js';
import { operatorOf } from '../../operators/index.js';
import { inferTypes } from '../../operators/infer.js';
import { TensorConverter } from './convert-tensor.js';
import { nativeType, planRetyping, type RetypingPlan, wantedType } from './retyping-plan.js';
import { numberOf } from './write-type.js';

/** Attributes that say an element type. */
const TYPE_ATTRIBUTES = ['to', 'dtype', 'output_dtype', 'output_datatype'];

/**
 * Turns all values of one floating-point type into another, in place. Inputs and outputs of the model keep their type and
 * name behind a Cast; operators that the new type is not listed for, nodes that are asked to stay, and readers of
 * constants that would become infinite compute as before, between two Casts.
 * @returns the plan that was carried out
 */
export function retype(model: Model, from: DataType, to: DataType, asked: ReadonlySet<Node>): RetypingPlan {
  inferTypes(model.graph);
  const converter = new TensorConverter(to);
  const plan = planRetyping(model, from, to, asked, converter);
  const versions = new Versions(plan, converter);
  connect(plan, (value, type) => versions.as(value, type));
  for (const node of plan.nodes) if (!plan.kept.has(node)) retypeAttributes(node, plan, converter);
  for (const value of plan.concerns) value.dtype = nativeType(plan, value);
  inferTypes(model.graph);
  return plan;
}

/** Gives every operand and every output of a graph the version of its value that is wanted there. */
export function connect(plan: RetypingPlan, version: (value: Value, type: DataType) => Value): void {
  for (const node of plan.nodes) {
    node.inputs.forEach((value, index) => {
      if (!value || !plan.concerns.has(value)) return;
      const wanted = version(value, wantedType(plan, node, index));
      if (wanted !== value) node.graph.setInput(node, index, wanted);
    });
  }
  for (const graph of plan.graphs) {
    const type = plan.keptGraphs.has(graph) ? plan.from : plan.to;
    const outputs = graph.outputs.map((value) => (plan.concerns.has(value) ? version(value, type) : value));
    const renamed = new Set<Value>();
    graph.outputs.forEach((value, index) => {
      const output = outputs[index];
      if (graph.parent || !output || output === value || renamed.has(value)) return;
      renamed.add(value);
      // The name is public and goes to what is now the output.
      const { name } = value;
      value.name = graph.model.freshName(name);
      output.name = name;
    });
    graph.setOutputs(outputs);
  }
}

/** A value in both types: as it is made, and through one Cast for all who want the other. */
class Versions {
  readonly #plan: RetypingPlan;
  readonly #converter: TensorConverter;
  readonly #other = new Map<Value, Value>();

  constructor(plan: RetypingPlan, converter: TensorConverter) {
    this.#plan = plan;
    this.#converter = converter;
  }

  as(value: Value, type: DataType): Value {
    if (nativeType(this.#plan, value) === type) return value;
    let other = this.#other.get(value);
    if (!other) {
      other = value.constant
        ? value.graph.addConstant(this.#converter.convert(value.constant).tensor, value.name)
        : cast(value, type);
      this.#other.set(value, other);
    }
    return other;
  }
}

/** A Cast of a value, in its own graph or one inside that. */
export function cast(value: Value, to: DataType, graph = value.graph): Value {
  const node = graph.insert({
    operator: 'Cast',
    inputs: [value],
    attributes: { to: numberOf(to) },
    origin: value.producer?.origin ?? [],
  });
  const result = node.output();
  result.dtype = to;
  result.shape = value.shape;
  return result;
}

function retypeAttributes(node: Node, { from, to }: RetypingPlan, converter: TensorConverter): void {
  for (const name of TYPE_ATTRIBUTES) {
    const attribute = node.attributes.get(name);
    if (attribute?.kind === 'int' && attribute.value === numberOf(from)) node.attributes.set(name, typeAttribute(to));
  }
  const unsaid = from === 'float32' ? operatorOf(node)?.float32Unless : undefined;
  if (unsaid && !node.attributes.has(unsaid)) node.attributes.set(unsaid, typeAttribute(to));
  if (node.is('ConstantOfShape') && from === 'float32' && !node.attributes.has('value')) {
    node.attributes.set('value', { kind: 'tensor', value: Tensor.from(to, [1], [0]) });
  }
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind !== 'tensor' || attribute.value.dtype !== from) continue;
    node.attributes.set(name, { kind: 'tensor', value: converter.convert(attribute.value).tensor });
  }
}

function typeAttribute(type: DataType): Attribute {
  return { kind: 'int', value: numberOf(type) };
}

/** How many graphs deep a model goes is bounded by its reader, so this recursion is too. */
export function hasType(graph: Graph, type: DataType): boolean {
  const isOf = (value: Value | undefined) => value?.dtype === type;
  return (
    graph.inputs.some(isOf) ||
    graph.sorted().some((node) => {
      const subgraphs = [...node.subgraphs()];
      return node.inputs.some(isOf) || node.outputs.some(isOf) || subgraphs.some((subgraph) => hasType(subgraph, type));
    })
  );
}
