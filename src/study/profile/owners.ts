import { type Graph, isStatic, type Node, sameShape } from '../../model/index.js';
import type { EngineEvent } from './events.js';
import { nodeMarkedBy } from './marks.js';

/** What the engine joins under a name of its own, and a node of which each of these has one. */
const JOINED: readonly (readonly [engine: RegExp, ...operators: readonly string[]])[] = [
  [/Gelu/, 'Erf', 'Tanh', 'Sigmoid', 'Gelu'],
  [/Normalization/, 'Sqrt', 'LayerNormalization'],
  [/Attention/, 'Softmax'],
  [/MatMul|Gemm/, 'MatMul', 'Gemm'],
  [/Conv/, 'Conv'],
];

/**
 * Which nodes of the graph each event of a run stands for. Engines join nodes, so one event may stand for several, or turn
 * their data about for themselves, and then an event stands for none. An event names a node, mostly; a node that no event names
 * was joined to the one that made what it reads, else to the one that reads what it makes.
 * @param graph whose nodes the events' names are marked by
 * @returns a list for each event, in the order of computing
 */
export function ownedNodes(events: readonly EngineEvent[], graph: Graph): (readonly Node[])[] {
  const owners = new Map<Node, number>();
  for (const [at, { name }] of events.entries()) {
    const node = nodeMarkedBy(name, graph);
    if (node && !owners.has(node)) owners.set(node, at);
  }
  for (const [at, event] of events.entries()) giveBehindName(event, at, graph, owners);
  giveUnnamed(events, graph, owners);
  giveAbsorbed(events, graph, owners);
  const owned = events.map((): Node[] => []);
  for (const node of graph.sorted()) {
    const owner = owners.get(node);
    if (owner !== undefined) owned[owner]?.push(node);
  }
  return owned;
}

/** Nodes that an engine joins to one that it names by the last of them: an activation, a sum, scale and shift. */
const LONGEST_TAIL = 6;

/** An event may bear the name of what was joined to its node last: then the node is before that, in a line that no other event names. */
function giveBehindName(event: EngineEvent, at: number, graph: Graph, owners: Map<Node, number>): void {
  const named = nodeMarkedBy(event.name, graph);
  if (!named || owners.get(named) !== at || isOfKind(event, named)) return;
  let ways: (readonly Node[])[] = [[named]];
  for (let step = 0; step < LONGEST_TAIL && ways.length > 0; step++) {
    ways = ways.flatMap((way) =>
      (way.at(-1)?.inputs ?? []).flatMap((value) => {
        const maker = value?.onlyReader && value.producer;
        return maker && !owners.has(maker) ? [[...way, maker]] : [];
      }),
    );
    const found = ways.find((way) => way.some((node) => isOfKind(event, node)));
    if (!found) continue;
    for (const node of found) owners.set(node, at);
    return;
  }
}

/** An event without a mark has, in the order of both, a node of its kind that no other has, whose result is as large. */
function giveUnnamed(events: readonly EngineEvent[], graph: Graph, owners: Map<Node, number>): void {
  for (const [at, event] of events.entries()) {
    if (nodeMarkedBy(event.name, graph)) continue;
    const found = graph.sorted().find((node) => !owners.has(node) && isAlike(event, node));
    if (found) owners.set(found, at);
  }
}

function isAlike({ operator, shape }: EngineEvent, node: Node): boolean {
  if (!isOfKind({ operator }, node)) return false;
  // The root in a layer norm is taken of what was summed over an axis.
  return shape === undefined || node.is('Sqrt') || sameShape(node.outputs[0]?.shape, shape);
}

/** Whether what the engine runs has a node of this operator in it. */
function isOfKind({ operator }: Pick<EngineEvent, 'operator'>, node: Node): boolean {
  const kinds = JOINED.find(([engine]) => engine.test(operator))?.slice(1) ?? [operator];
  return kinds.some((kind) => kind === node.operator);
}

function giveAbsorbed(events: readonly EngineEvent[], graph: Graph, owners: Map<Node, number>): void {
  const nodes = graph.sorted();
  const absorb = (node: Node, owner: number | undefined) => {
    if (owner !== undefined && !owners.has(node) && !isKnownBefore(node)) owners.set(node, owner);
  };
  // What goes into a formula alone, and does not bear its name, is its first step.
  for (const node of [...nodes].reverse()) {
    const reader = node.outputs[0]?.onlyReader;
    const owner = reader && owners.get(reader);
    const event = owner === undefined ? undefined : events[owner];
    if (event && JOINED.some(([engine]) => engine.test(event.operator)) && !nodeMarkedBy(event.name, graph)) {
      absorb(node, owner);
    }
  }
  for (const node of nodes) {
    // Of several makers the last one: before it has run, this cannot be computed.
    const makers = node.inputs.flatMap((value) => (value?.producer && owners.get(value.producer)) ?? []);
    absorb(node, makers.length > 0 ? Math.max(...makers) : undefined);
  }
  for (const node of [...nodes].reverse()) {
    const reader = node.outputs.flatMap((value) => value?.uses ?? []).find((use) => owners.has(use.node));
    absorb(node, reader && owners.get(reader.node));
  }
}

/** Whether an engine computes it before anything runs. */
function isKnownBefore(node: Node): boolean {
  return (
    node.inputs.every((value) => !value || value.constant) && node.outputs.every((value) => isStatic(value?.shape))
  );
}
