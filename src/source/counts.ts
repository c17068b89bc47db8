import { allNodes, type Graph, isFloat, type Node, type Shape, type Tensor } from '../model/index.js';
import { hasTrait, operatorOf } from '../operators/index.js';
import type { Counts } from '../report/index.js';

/** What a graph holds. Shapes must have been inferred; weights are not read. */
export function countGraph(graph: Graph): Counts {
  const operators = new Map<string, number>();
  const tensors = new Set<Tensor>();
  let nodes = 0;
  let multiplyAccumulates: number | null = 0;
  const batch = batchOf(graph);
  for (const node of allNodes(graph)) {
    nodes++;
    const name = node.operatorName;
    operators.set(name, (operators.get(name) ?? 0) + 1);
    for (const value of node.inputs) if (value?.constant) tensors.add(value.constant);
    // Some exporters write every weight as a Constant; a scalar there is a number of an expression, no weight.
    for (const attribute of node.is('Constant') ? node.attributes.values() : []) {
      if (attribute.kind === 'tensor' && attribute.value.shape.length > 0) tensors.add(attribute.value);
    }
    if (!hasTrait(node, 'product')) continue;
    const cost = productCost(node, batch);
    multiplyAccumulates = cost === null || multiplyAccumulates === null ? null : multiplyAccumulates + cost;
  }
  for (const value of graph.outputs) if (value.constant) tensors.add(value.constant);
  let parameters = 0;
  let weightBytes = 0;
  for (const tensor of tensors) {
    if (isFloat(tensor.dtype)) parameters += tensor.size;
    weightBytes += tensor.byteLength;
  }
  const fixed = typeof batch === 'number' && batch > 1 ? batch : 1;
  return {
    nodes,
    operators: Object.fromEntries([...operators].sort(([a], [b]) => (a < b ? -1 : 1))),
    parameters,
    multiplyAccumulates: multiplyAccumulates === null ? null : Math.round(multiplyAccumulates / fixed),
    weightBytes,
  };
}

/** Which part of the graph's multiply-accumulates each product is; empty where they are not known. */
export function sharesOf(graph: Graph): ReadonlyMap<Node, number> {
  const batch = batchOf(graph);
  const costs = graph.sorted().flatMap((node) => {
    return hasTrait(node, 'product') ? [[node, productCost(node, batch) ?? Number.NaN] as const] : [];
  });
  const total = costs.reduce((sum, [, cost]) => sum + cost, 0);
  return new Map(Number.isFinite(total) && total > 0 ? costs.map(([node, cost]) => [node, cost / total]) : []);
}

/** Size of axis 0 of the first input that has more than one axis; where it is open, the symbols of all that bear its name. */
function batchOf({ inputs, model }: Graph): number | ReadonlySet<string> {
  const batch = inputs.find((value) => (value.rank ?? 0) > 1)?.shape?.[0] ?? 1;
  if (typeof batch === 'number') return batch;
  const name = model.dimensionName(batch);
  const others = inputs.flatMap(({ shape }) => {
    const first = shape?.[0];
    return name !== undefined && typeof first === 'string' && model.dimensionName(first) === name ? [first] : [];
  });
  return new Set([batch, ...others]);
}

/** Multiply-accumulates of one node, an open batch counted as 1; null where a shape is not known. */
function productCost(node: Node, batch: number | ReadonlySet<string>): number | null {
  const sizes = (shape: Shape | undefined): readonly number[] | undefined => {
    const closed = shape?.map((d) => (typeof batch !== 'number' && typeof d === 'string' && batch.has(d) ? 1 : d));
    return closed?.every((d): d is number => typeof d === 'number') ? closed : undefined;
  };
  const row = operatorOf(node);
  const operands = node.inputs.slice(0, 2).map((value) => sizes(value?.shape));
  const result = sizes(node.outputs[0]?.shape);
  if (operands.includes(undefined) || !result) return null;
  return row?.multiplyAccumulates?.(operands, result, row.parameters(node)) ?? null;
}
