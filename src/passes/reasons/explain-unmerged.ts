import type { Graph } from '../../model/index.js';
import { reachableMaps } from '../affine/reachable-maps.js';
import type { Changes } from '../pass.js';
import { explainBatchNorms } from './batch-norms-left.js';
import { explainSeries } from './unmerged-series.js';
import { explainSums } from './unmerged-sums.js';

/**
 * Says what stayed although a reader could expect it to go: what the algebra could join and a rule refused, and every batch
 * norm. Looks at a graph in which no pass finds anything more, and edits nothing.
 */
export function explainUnmerged(graph: Graph, maxCost: number, changes: Changes): void {
  const maps = reachableMaps(graph, changes);
  explainSums(graph, maps, maxCost, changes);
  explainSeries(maps, maxCost, changes);
  explainBatchNorms(graph, changes);
}
