import type { Node, Value } from '../../model/index.js';
import { costOf, subsamplingOf } from './affine-map.js';
import type { LinearOperation } from './linear-operation.js';
import type { ReachableMaps } from './reachable-maps.js';

/** What one map from `source` to `target` would take the place of. */
export interface Region {
  readonly source: Value;
  readonly target: Value;
  /** Nodes that nobody needs any more, the last first. */
  readonly dead: readonly Node[];
  /** Nodes between source and target that stay because others read them, or because they are outputs. */
  readonly kept: readonly Node[];
  /** Multiply-accumulates of the dead nodes per source pixel, a point-wise operation counted as one per element. */
  readonly cost: number;
}

/** Walks back from `target` to `source`, readers before what they read: a node dies when all its readers have. */
export function regionBetween(maps: ReachableMaps, source: Value, target: Value): Region {
  const dead: Node[] = [];
  const kept: Node[] = [];
  const isDead = new Set<Node>();
  const waiting = new Set<Value>([target]);
  let cost = 0;
  for (let value = latest(maps, waiting); value; value = latest(maps, waiting)) {
    waiting.delete(value);
    const operation = maps.operations.get(value);
    const node = value.producer;
    if (!operation || !node) continue;
    const dies = value === target || (!value.isOutput && value.uses.every((use) => isDead.has(use.node)));
    if (!dies) {
      kept.push(node);
      continue;
    }
    isDead.add(node);
    dead.push(node);
    const inputs = operation.kind === 'map' ? [operation.input] : operation.terms.map((term) => term.value);
    cost += costOfOperation(operation) / subsamplingBetween(maps, source, value);
    for (const input of inputs) if (input !== source) waiting.add(input);
  }
  return { source, target, dead, kept, cost };
}

/** Multiply-accumulates per pixel of what the operation gives. */
function costOfOperation(operation: LinearOperation): number {
  if (operation.kind === 'sum') return (operation.terms.length - 1) * operation.channels;
  const { map, isCopy } = operation;
  return isCopy ? map.outChannels : costOf(map) * subsamplingOf(map);
}

function latest(maps: ReachableMaps, values: ReadonlySet<Value>): Value | undefined {
  let found: Value | undefined;
  for (const value of values) if (!found || maps.positionOf(value) > maps.positionOf(found)) found = value;
  return found;
}

function subsamplingBetween(maps: ReachableMaps, source: Value, value: Value): number {
  if (value === source) return 1;
  const map = maps.of(value).get(source);
  return map ? subsamplingOf(map) : 1;
}
