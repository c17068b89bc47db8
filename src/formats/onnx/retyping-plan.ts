import type { DataType, Graph, Model, Node, Value } from '../../model/index.js';
import { isFloat32Input, isFloat32Only, isFloat32Output } from '../../operators/float32-only.js';
import type { TensorConverter } from './convert-tensor.js';

/** Which values of type `from` become `to`. Decided for the whole model before anything is edited. */
export interface RetypingPlan {
  readonly from: DataType;
  readonly to: DataType;
  /** Every node, subgraphs included, a node before those in its subgraphs. */
  readonly nodes: readonly Node[];
  readonly graphs: readonly Graph[];
  /** The model's own graph and those of kept nodes: what goes in and out by position keeps its type. */
  readonly keptGraphs: ReadonlySet<Graph>;
  /** Nodes that compute in `from` as before. */
  readonly kept: ReadonlySet<Node>;
  /** Names of constants that are infinite in `to`; the nodes that read them are kept. */
  readonly overflowing: readonly string[];
  /** Values that were of type `from`. */
  readonly concerns: ReadonlySet<Value>;
}

/**
 * @param asked nodes that the user wants kept; what is inside their subgraphs stays too
 * @param converter for the constants, which have to be converted to know whether they overflow
 */
export function planRetyping(
  model: Model,
  from: DataType,
  to: DataType,
  asked: ReadonlySet<Node>,
  converter: TensorConverter,
): RetypingPlan {
  const nodes: Node[] = [];
  const graphs: Graph[] = [];
  const keptGraphs = new Set<Graph>([model.graph]);
  const kept = new Set<Node>();
  const overflowing: string[] = [];
  const visit = (graph: Graph, isKept: boolean) => {
    graphs.push(graph);
    for (const node of graph.sorted()) {
      nodes.push(node);
      const tooLarge = to === 'float16' ? overflowingConstants(node, from, converter) : [];
      overflowing.push(...tooLarge);
      const stays = isKept || asked.has(node);
      if (stays || tooLarge.length > 0 || !canBe(node, to)) kept.add(node);
      for (const subgraph of node.subgraphs()) {
        if (kept.has(node)) keptGraphs.add(subgraph);
        visit(subgraph, stays);
      }
    }
  };
  visit(model.graph, false);
  const concerns = new Set<Value>();
  const add = (value: Value | undefined) => {
    if (value?.dtype === from) concerns.add(value);
  };
  for (const graph of graphs) for (const value of [...graph.inputs, ...graph.outputs]) add(value);
  for (const node of nodes) for (const value of [...node.inputs, ...node.outputs]) add(value);
  return { from, to, nodes, graphs, keptGraphs, kept, overflowing: [...new Set(overflowing)], concerns };
}

/** The type that an operand has to have. */
export function wantedType(plan: RetypingPlan, node: Node, index: number): DataType {
  const isFixed = plan.kept.has(node) || (plan.to === 'float16' && isFloat32Input(node, index));
  return isFixed ? plan.from : plan.to;
}

/** The type that a value is given where it is made. Constants and inputs of the model are what they are. */
export function nativeType(plan: RetypingPlan, value: Value): DataType {
  const { producer, graph } = value;
  if (value.constant) return plan.from;
  if (!producer) return plan.keptGraphs.has(graph) ? plan.from : plan.to;
  const isFixed = plan.to === 'float16' && isFloat32Output(producer, producer.outputs.indexOf(value));
  return isFixed || plan.kept.has(producer) ? plan.from : plan.to;
}

/** Nodes of other domains, and those around sequences or unknown types, are left alone: their types are not ours to say. */
function canBe(node: Node, to: DataType): boolean {
  if (node.domain !== '') return false;
  const values = [...node.inputs, ...node.outputs];
  if (values.some((value) => value && !value.dtype)) return false;
  if (to === 'float16' && isFloat32Only(node)) return false;
  return ![...node.attributes.values()].some((attribute) => attribute.kind === 'raw');
}

function overflowingConstants(node: Node, from: DataType, converter: TensorConverter): string[] {
  const names: string[] = [];
  node.inputs.forEach((value, index) => {
    if (value?.constant?.dtype !== from || isFloat32Input(node, index)) return;
    if (converter.convert(value.constant).overflows) names.push(value.name);
  });
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind !== 'tensor' || attribute.value.dtype !== from) continue;
    if (converter.convert(attribute.value).overflows) names.push(`${node.label} ${name}`);
  }
  return names;
}
