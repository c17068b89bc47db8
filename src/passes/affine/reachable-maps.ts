import type { Graph, Node, Value } from '../../model/index.js';
import type { Changes } from '../pass.js';
import { add } from './add.js';
import { type AffineMap, identityMap } from './affine-map.js';
import { compose, isRefused } from './compose.js';
import { copiedBorders } from './copied-borders.js';
import { type LinearOperation, linearOperation, type Summand } from './linear-operation.js';

/** Sources of which a value is one affine map, in topological order of the sources; the value itself may be among them. */
export type SourceMaps = ReadonlyMap<Value, AffineMap>;

/** Kept per value: the furthest sources (whole blocks) and the nearest (short ones). Without an end a chain is quadratic. */
const FURTHEST = 6;
const NEAREST = 6;

const latest = new WeakMap<Changes, { readonly graph: Graph; readonly count: number; readonly maps: ReachableMaps }>();

/** The maps of a graph as it is now: those that an earlier pass worked out, if nothing was edited since. */
export function reachableMaps(graph: Graph, changes: Changes): ReachableMaps {
  const known = latest.get(changes);
  if (known?.graph === graph && known.count === changes.count) return known.maps;
  const maps = new ReachableMaps(graph);
  latest.set(changes, { graph, count: changes.count, maps });
  return maps;
}

/** For every value, the sources from which it is still one map. One sweep, linear in nodes; no weights are touched. */
export class ReachableMaps {
  readonly #maps = new Map<Value, SourceMaps>();
  readonly #positions = new Map<Value, number>();
  /** The linear operations of the graph, by what they give. */
  readonly operations = new Map<Value, LinearOperation>();
  readonly #operationOf = new Map<Node, LinearOperation | undefined>();
  readonly #crops: ReturnType<typeof copiedBorders>;

  constructor(graph: Graph) {
    this.#crops = copiedBorders(graph);
    let position = 0;
    for (const value of graph.inputs) this.#positions.set(value, position++);
    for (const node of graph.sorted()) {
      for (const value of node.outputs) if (value) this.#positions.set(value, position++);
      const operation = this.#operation(node);
      if (!operation) continue;
      this.operations.set(operation.output, operation);
      this.#maps.set(operation.output, this.#sweep(operation));
    }
  }

  /** The maps of a value; for one that no linear operation makes only the identity. */
  of(value: Value): SourceMaps {
    const known = this.#maps.get(value);
    if (known) return known;
    const identity = identityOf(value);
    const maps: SourceMaps = identity ? new Map([[value, identity]]) : new Map();
    this.#maps.set(value, maps);
    return maps;
  }

  /** The map of `value` from `source`, or from a part of it where the source is an image with a border of copies. */
  between(source: Value, value: Value): AffineMap | undefined {
    const maps = this.of(value);
    const map = maps.get(source);
    if (map) return map;
    for (const crop of this.#crops.get(source) ?? []) {
      const outer = maps.get(crop.part);
      const composed = outer && (outer.depth === 0 ? crop.map : compose(crop.map, outer));
      if (composed && !isRefused(composed)) return composed;
    }
    return undefined;
  }

  /** Where a value stands in topological order; values from around a subgraph come before all. */
  positionOf(value: Value): number {
    return this.#positions.get(value) ?? -1;
  }

  #operation(node: Node): LinearOperation | undefined {
    if (!this.#operationOf.has(node)) this.#operationOf.set(node, linearOperation(node));
    return this.#operationOf.get(node);
  }

  #isReadPointwise(value: Value): boolean {
    const reader = value.onlyReader;
    const operation = reader && this.#operation(reader);
    return operation?.kind === 'map' && operation.isPointwise && operation.input === value;
  }

  #sweep(operation: LinearOperation): SourceMaps {
    const maps = operation.kind === 'map' ? this.#extend(operation) : this.#join(operation);
    const { output } = operation;
    // A batch norm behind a convolution belongs to that convolution: a map that began between the two would tear them.
    const belongsBefore = maps.size > 0 && output.onlyReader !== undefined && this.#isReadPointwise(output);
    const identity = belongsBefore ? undefined : identityOf(output);
    if (identity) maps.set(output, identity);
    return this.#capped(maps);
  }

  #extend({ input, map }: Extract<LinearOperation, { kind: 'map' }>): Map<Value, AffineMap> {
    const maps = new Map<Value, AffineMap>();
    for (const [source, inner] of this.of(input)) {
      const composed = inner.depth === 0 ? map : compose(inner, map);
      if (!isRefused(composed)) maps.set(source, composed);
    }
    return maps;
  }

  #join({ terms }: Extract<LinearOperation, { kind: 'sum' }>): Map<Value, AffineMap> {
    const joined = new Map<Value, AffineMap>();
    const [first, ...rest] = terms;
    if (!first) return joined;
    for (const source of this.#sourcesOf(terms)) {
      const sizes = (source.shape ?? []).slice(2).map((size) => (typeof size === 'number' ? size : undefined));
      let sum = this.#summand(source, first);
      for (const term of rest) {
        const other = sum && this.#summand(source, term);
        sum = sum && other && add(sum, other, term.sign, sizes);
      }
      if (sum) joined.set(source, sum);
    }
    return joined;
  }

  #summand(source: Value, { value, place }: Summand): AffineMap | undefined {
    const map = this.between(source, value);
    if (!map || !place) return map;
    const placed = map.depth === 0 ? place : compose(map, place);
    return isRefused(placed) ? undefined : placed;
  }

  /** What all terms may be maps of: the sources of the first, and images with copied borders, of which it may read a part. */
  #sourcesOf(terms: readonly { readonly value: Value }[]): ReadonlySet<Value> {
    const [first, ...rest] = terms.map(({ value }) => [...this.of(value).keys()]);
    return new Set([...(first ?? []), ...rest.flat().filter((source) => this.#crops.has(source))]);
  }

  #capped(maps: Map<Value, AffineMap>): SourceMaps {
    const sorted = [...maps].sort(([a], [b]) => this.positionOf(a) - this.positionOf(b));
    if (sorted.length <= FURTHEST + NEAREST) return new Map(sorted);
    return new Map([...sorted.slice(0, FURTHEST), ...sorted.slice(-NEAREST)]);
  }
}

function identityOf(value: Value): AffineMap | undefined {
  const channels = value.shape?.[1];
  const spatialRank = (value.rank ?? 0) - 2;
  return typeof channels === 'number' && spatialRank >= 1 && !value.constant
    ? identityMap(channels, spatialRank)
    : undefined;
}
