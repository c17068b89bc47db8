import type { onnx } from 'onnx-proto';

/** A list of nodes in one place: a graph, one of its subgraphs, or the body of a function. */
export interface NodeList {
  readonly nodes: onnx.INodeProto[];
  readonly graph: onnx.IGraphProto | undefined;
}

/** Every list of nodes in a model. */
export function nodeLists(model: onnx.IModelProto): NodeList[] {
  const lists: NodeList[] = [];
  const waiting: NodeList[] = (model.functions ?? []).map(({ node }) => ({ nodes: node ?? [], graph: undefined }));
  if (model.graph) waiting.push({ nodes: model.graph.node ?? [], graph: model.graph });
  for (let list = waiting.pop(); list; list = waiting.pop()) {
    lists.push(list);
    for (const node of list.nodes)
      for (const graph of subgraphsOf(node)) waiting.push({ nodes: graph.node ?? [], graph });
  }
  return lists;
}

/** The graphs in the attributes of a node: branches and bodies of control flow. */
export function subgraphsOf(node: onnx.INodeProto): onnx.IGraphProto[] {
  return (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
}

/** Whether a node is of ONNX's own operator of this name; its domain has two spellings. */
export function isOnnx(node: onnx.INodeProto, operator: string): boolean {
  return node.opType === operator && (!node.domain || node.domain === 'ai.onnx');
}

/** Names that a node reads, those that its subgraphs read from around them included. */
export function namesReadBy(node: onnx.INodeProto): string[] {
  const names = [...(node.input ?? [])];
  const graphs = subgraphsOf(node);
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    for (const inner of graph.node ?? []) {
      names.push(...(inner.input ?? []));
      graphs.push(...subgraphsOf(inner));
    }
    for (const { name } of graph.output ?? []) if (name) names.push(name);
  }
  return names;
}

/** Lets a node, and what its subgraphs give back, read other values; the nodes of subgraphs stand in lists of their own. */
export function readOthers(node: onnx.INodeProto, instead: ReadonlyMap<string, string>): void {
  node.input = (node.input ?? []).map((name) => instead.get(name) ?? name);
  for (const graph of subgraphsOf(node)) {
    for (const output of graph.output ?? []) if (output.name) output.name = instead.get(output.name) ?? output.name;
  }
}
