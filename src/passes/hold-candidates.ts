import { allNodes, type Graph, type Node, Tensor } from '../model/index.js';
import { nonMaxSuppression } from '../operators/index.js';
import { inferTypes } from '../operators/infer.js';
import { BehindCandidates } from './candidates/behind-candidates.js';
import { type PickedByThreshold, pickedByThreshold } from './candidates/picked-by-threshold.js';
import { Writer } from './composites/writer.js';
import type { Pass } from './pass.js';
import { insertTyped, removeUnread } from './replace-node.js';

/**
 * Holds the candidates that a detector picks by a threshold, the best of each level, in a fixed number of rows, and lets the
 * suppression behind them leave out what is not over the threshold, as torchvision's RetinaNet and FCOS are exported.
 *
 * Given: `places = NonZero(scores > t)`, `best, i = TopK(scores[places], min(1000, length))`, boxes and classes for each of
 * `places[i]`, and a NonMaxSuppression of the best.
 * Result: `best, places = TopK(Where(scores > t, scores, t - 1), 1000)`, and the suppression has the threshold t.
 * Exact: what is over the threshold stands in the same order before the rest, which is never selected. Boxes that were moved
 * apart by the largest coordinate of all may be so by a larger one.
 * Keeps off: where anything else follows from how many candidates there are, and where levels have unlike thresholds.
 */
export const holdCandidates: Pass = {
  name: 'hold-candidates',
  run(graph, changes) {
    const picked = graph.nodesOf('TopK').flatMap((node) => pickedByThreshold(node) ?? []);
    const suppressions = [...allNodes(graph)].filter((node) => node.is('NonMaxSuppression'));
    const [first] = picked;
    const [suppression] = suppressions;
    if (!first || !suppression || suppressions.length > 1) return;
    if (picked.some(({ threshold }) => threshold !== first.threshold)) return;
    const { scoreThreshold } = nonMaxSuppression.parameters(suppression);
    const scores = picked.map(({ node }) => node.output());
    if (scoreThreshold === undefined || !new BehindCandidates(scores, suppression).isClear(graph)) return;
    for (const each of picked) hold(graph, each);
    if (scoreThreshold < first.threshold) setThreshold(suppression, first.threshold);
    inferTypes(graph);
    changes.edited();
  },
};

function hold(graph: Graph, { node, scores, mask, threshold, most, places }: PickedByThreshold): void {
  const to = new Writer(node);
  const kept = to.write('Where', [mask, scores, to.scalar(scores, threshold - 1)]);
  const count = to.constant('int64', [1], [most]);
  const best = insertTyped(graph, {
    operator: 'TopK',
    inputs: [kept, count],
    outputs: 2,
    attributes: { axis: -1, largest: 1, sorted: 1 },
    origin: node.origin,
  });
  graph.replace(node.output(), best.output());
  for (const place of places) graph.replace(place, best.output(1));
  removeUnread(graph, [node.output(), ...places]);
}

function setThreshold(node: Node, threshold: number): void {
  const value = node.graph.addConstant(Tensor.from('float32', [1], [threshold]));
  node.graph.setInput(node, 4, value);
}
