import type { Graph, Node, Value } from '../../model/index.js';
import { mergeOrigins } from '../pass.js';
import { insertTyped } from '../replace-node.js';
import type { LongSum, Term } from './long-sum.js';

/** The sum with one term in the place of each group: that of the first of its terms. One of a group is positive, or all are taken away. */
export function regrouped(
  graph: Graph,
  sum: LongSum,
  groups: readonly (readonly Term[])[],
  joint: (group: readonly Term[]) => Term,
): Value {
  const groupOf = new Map(groups.flatMap((group) => group.map((term) => [term, group] as const)));
  const places = new Set(sum.terms.map((term) => groupOf.get(term) ?? term));
  return total(
    graph,
    sum,
    Array.from(places, (place) => ('sign' in place ? place : joint(place))),
  );
}

/** Terms of a sum as one that adds them up. */
export function added(graph: Graph, sum: LongSum, group: readonly Term[]): Term {
  const isTaken = group.every(({ sign }) => sign === -1);
  return isTaken
    ? {
        value: total(
          graph,
          sum,
          group.map(({ value }) => ({ value, sign: 1 })),
        ),
        sign: -1,
      }
    : { value: total(graph, sum, group), sign: 1 };
}

function total(graph: Graph, { nodes }: LongSum, terms: readonly Term[]): Value {
  const origin = mergeOrigins(Array.from(nodes.keys(), (node: Node) => node.origin));
  // One term is positive at least: the very first, or all of a group that is taken away as a whole.
  const [first, ...rest] = [...terms].sort((a, b) => b.sign - a.sign);
  if (!first) throw new RangeError('a sum without terms');
  return rest.reduce((sum, { value, sign }) => {
    const operator = sign === 1 ? 'Add' : 'Sub';
    return insertTyped(graph, { operator, inputs: [sum, value], origin }).output();
  }, first.value);
}
