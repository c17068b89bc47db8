import { allNodes, type Graph, type Node } from '../../model/index.js';
import { activationFunctions } from './activation-functions.js';
import { activationsOf } from './activations.js';
import { countBranches } from './branches.js';
import { type BytesMoved, bytesMovedBy } from './bytes-moved.js';
import { computes } from './computes.js';
import { depthOf } from './depth.js';
import { macsOf, type ProductClass, productClassOf } from './macs.js';
import { countParameters } from './parameters.js';
import { synchronisationPoints } from './synchronisation.js';

/** What one class of nodes does and moves. */
export interface ClassFigures {
  nodes: number;
  macs: number;
  bytes: number;
}

/** What of a network is known without running it, at the sizes that its values have. null where a size is not known. */
export interface StaticFigures {
  readonly macs: number | null;
  readonly parameters: number;
  readonly activations: number | null;
  readonly bytesMoved: number | null;
  /** What of the bytes is constants, and what computed values. */
  readonly moved: { readonly weights: number | null; readonly activations: number | null };
  /** Nodes that are work, with what they do and move, by operator. */
  readonly operators: Readonly<Record<string, ClassFigures>>;
  /** The same for products, by class. */
  readonly products: Readonly<Partial<Record<ProductClass, ClassFigures>>>;
  readonly nodes: number;
  readonly depth: number;
  readonly branches: number;
  readonly synchronisations: number;
  readonly activationFunctions: Readonly<Record<string, number>>;
  /** Multiply-accumulates for each byte moved. */
  readonly intensity: number | null;
}

/** What one node does and moves, found out once. */
interface NodeFigures {
  readonly node: Node;
  readonly macs: number | null;
  readonly moved: BytesMoved | null;
  readonly activations: number | null;
}

/** Counts a graph whose types have been inferred and whose sizes are fixed; weights are not read. */
export function staticFigures(graph: Graph): StaticFigures {
  const nodes = Array.from(allNodes(graph), (node): NodeFigures => {
    return { node, macs: macsOf(node), moved: bytesMovedBy(node), activations: activationsOf(node) };
  });
  const macs = sum(nodes, (each) => each.macs);
  const weights = sum(nodes, ({ moved }) => moved?.weights ?? null);
  const activations = sum(nodes, ({ moved }) => moved?.activations ?? null);
  const bytesMoved = weights === null || activations === null ? null : weights + activations;
  return {
    macs,
    parameters: countParameters(graph),
    activations: sum(nodes, (each) => each.activations),
    bytesMoved,
    moved: { weights, activations },
    operators: byClass(nodes, (node) => (computes(node) ? node.operatorName : undefined)),
    products: byClass(nodes, productClassOf),
    nodes: nodes.length,
    depth: depthOf(graph),
    branches: countBranches(graph),
    synchronisations: synchronisationPoints(graph),
    activationFunctions: activationFunctions(graph),
    intensity: macs === null || !bytesMoved ? null : macs / bytesMoved,
  };
}

function sum(nodes: readonly NodeFigures[], figure: (node: NodeFigures) => number | null): number | null {
  let total = 0;
  for (const node of nodes) {
    const value = figure(node);
    if (value === null) return null;
    total += value;
  }
  return total;
}

function byClass(
  nodes: readonly NodeFigures[],
  classOf: (node: Node) => string | undefined,
): Readonly<Record<string, ClassFigures>> {
  const classes = new Map<string, ClassFigures>();
  for (const { node, macs, moved } of nodes) {
    const name = classOf(node);
    if (name === undefined) continue;
    const figures = classes.get(name) ?? { nodes: 0, macs: 0, bytes: 0 };
    classes.set(name, figures);
    figures.nodes++;
    figures.macs += macs ?? 0;
    figures.bytes += moved ? moved.weights + moved.activations : 0;
  }
  return Object.fromEntries([...classes].sort(([a], [b]) => (a < b ? -1 : 1)));
}
