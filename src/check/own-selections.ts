import { type Graph, type Node, readBy, type Value } from '../model/index.js';
import { boxesApart } from '../operators/boxes-apart.js';
import { hasTrait, operatorOf } from '../operators/index.js';
import { boxesLookedAt } from './first-boxes.js';
import { comparedBy, computedValues, selectionsBehind } from './outputs-behind-selections.js';

/**
 * What a source is fed of an artefact's own values, so that it selects among the same numbers: near ties cannot change places
 * then, and what differs is a fault. Values are those of the source.
 */
export interface OwnSelections {
  /** What no selection has a say in: it is compared with what the source itself computes. */
  readonly before: ReadonlySet<Value>;
  /** What one selection gave and another compares: it is compared with what the source makes of the rest. */
  readonly between: ReadonlySet<Value>;
  /** Where what selections chose stands, as far as the artefact has it by a name; held against their rule. */
  readonly results: ReadonlySet<Value>;
  /** Outputs that follow from a selection, but for those places. */
  readonly outputs: readonly Value[];
  /** Nodes of which the artefact has what they chose, so that it can be held against their rule. */
  readonly chosen: readonly Chosen[];
}

/** What a node of the source chose among several. */
export interface Chosen {
  readonly node: Node;
  /** Where the chosen ones stand. */
  readonly places: Value;
  /** Outputs that follow from it. */
  readonly behind: ReadonlySet<Value>;
  /** Of boxes so many are looked at, from the first on: an artefact need not have more. */
  readonly enough: number;
}

/**
 * The nearest values on the way to each selection that an artefact has, so that from there on nothing is rounded otherwise than in
 * the source.
 * @param graph of the source, with types
 * @param has whether the artefact has a value, under a name that is known
 * @returns undefined where what is selected among, or which boxes were, cannot be told of the artefact
 */
export function ownSelections(graph: Graph, has: (value: Value) => boolean): OwnSelections | undefined {
  const computed = computedValues(graph);
  const behind = new Map(graph.outputs.map((output) => [output, selectionsBehind(output, computed)]));
  const nodes = new Set([...behind.values()].flatMap((each) => [...each]));
  const [jumping, nearest] = [valuesBehind(graph, nodes), new Nearest(nodes, computed, has)];
  for (const node of nodes) {
    const isReached = comparedBy(node, computed).every((value) =>
      node.is('NonMaxSuppression') ? nearest.reachesBoxes(value) : nearest.reaches(value),
    );
    if (!isReached || (node.is('NonMaxSuppression') && !has(node.output()))) return undefined;
  }
  // What else selections result in the source makes anew, of the artefact's own numbers.
  const results = new Set(
    [...nodes].flatMap((node) => {
      const places = placesOf(node);
      return places && !places.isDead && has(places) ? places : [];
    }),
  );
  const outputs = graph.outputs.filter((output) => jumping.has(output) && !results.has(output));
  const fed = new Set([...nearest.found, ...featuresFor(outputs, { jumping, has })]);
  return {
    before: new Set([...fed].filter((value) => !jumping.has(value))),
    between: new Set([...fed].filter((value) => jumping.has(value) && !results.has(value))),
    results,
    outputs,
    chosen: [...nodes].flatMap((node) => {
      const places = placesOf(node);
      if (!places || !results.has(places)) return [];
      const follows = graph.outputs.filter((output) => behind.get(output)?.has(node));
      return { node, places, behind: new Set(follows), enough: isOfOne(node) ? boxesLookedAt(places) : EVERY };
    }),
  };
}

const EVERY = Number.POSITIVE_INFINITY;

/** The result of a node that says where what it chose stands; undefined: that is not what it does. */
function placesOf(node: Node): Value | undefined {
  if (node.is('TopK')) return node.outputs[1];
  return node.is('NonMaxSuppression', 'ArgMax', 'ArgMin') ? node.output() : undefined;
}

/** Whether it is of one class of one image, so that its first boxes are the best of all. */
function isOfOne(node: Node): boolean {
  if (!node.is('NonMaxSuppression')) return false;
  const [images, classes] = node.input(1).shape ?? [];
  return images === 1 && classes === 1;
}

/** All that follows from one of the selections, their results included. */
function valuesBehind(graph: Graph, nodes: ReadonlySet<Node>): ReadonlySet<Value> {
  const found = new Set<Value>();
  for (const node of graph.sorted()) {
    if (!nodes.has(node) && ![...readBy(node)].some((value) => found.has(value))) continue;
    for (const value of node.outputs) if (value) found.add(value);
  }
  return found;
}

/** Looks for the nearest values that an artefact has, on ways that leave numbers as they are. */
class Nearest {
  readonly found = new Set<Value>();
  readonly #selections: ReadonlySet<Node>;
  readonly #computed: ReadonlySet<Value>;
  readonly #has: (value: Value) => boolean;
  readonly #reached = new Map<Value, boolean>();

  constructor(selections: ReadonlySet<Node>, computed: ReadonlySet<Value>, has: (value: Value) => boolean) {
    this.#selections = selections;
    this.#computed = computed;
    this.#has = has;
  }

  /** Whether every way back ends at a value that the artefact has, at a selection, a constant or an input. */
  reaches(value: Value): boolean {
    const known = this.#reached.get(value);
    if (known !== undefined) return known;
    const isReached = this.#looksAt(value);
    this.#reached.set(value, isReached);
    return isReached;
  }

  /** The same for what a suppression compares: how boxes of unlike classes were moved apart is the source's own business. */
  reachesBoxes(value: Value): boolean {
    const apart = boxesApart(value);
    return apart ? this.reaches(apart.boxes) && this.reaches(apart.classes) : this.reaches(value);
  }

  #looksAt(value: Value): boolean {
    const { producer } = value;
    if (!producer || !this.#computed.has(value) || this.#selections.has(producer)) return true;
    if (this.#has(value)) {
      this.found.add(value);
      return true;
    }
    if (isCopy(producer)) return this.reaches(producer.input(0));
    if (!hasTrait(producer, 'moves', 'joins', 'reshapes') && !producer.is('ReduceMax', 'ReduceMin')) return false;
    return producer.inputs.every((operand) => !operand || this.reaches(operand));
  }
}

/** Copies are dropped on the way to an artefact, and their names with them. */
function isCopy(node: Node): boolean {
  const row = operatorOf(node);
  return row?.isCopy?.(node, row.parameters(node)) ?? false;
}

/** What outputs are made of besides selections, as near to them as the artefact has it. */
function featuresFor(
  outputs: readonly Value[],
  { jumping, has }: { readonly jumping: ReadonlySet<Value>; readonly has: (value: Value) => boolean },
): ReadonlySet<Value> {
  const found = new Set<Value>();
  const seen = new Set(outputs);
  // A set is walked in the order of insertion, also over what is added meanwhile.
  for (const value of seen) {
    if (!jumping.has(value) && has(value) && value.producer) found.add(value);
    else if (value.producer) for (const operand of readBy(value.producer)) seen.add(operand);
  }
  return found;
}
