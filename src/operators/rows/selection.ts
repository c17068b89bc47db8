import type { Dimension, Node } from '../../model/index.js';
import { firstOfEach } from '../compute/rank.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis } from '../shape/axes.js';
import { scalarAt } from '../shape/constants.js';

export interface TopKParameters {
  /** undefined: computed in the graph. */
  readonly k: number | undefined;
  /** Counted from the front where the rank is known. */
  readonly axis: number;
  readonly largest: boolean;
  readonly sorted: boolean;
}

function topKParameters(node: Node): TopKParameters {
  const shape = node.inputs[0]?.shape;
  const given = node.int('axis', -1);
  const axis = shape ? normalizeAxis(node, given, shape.length) : given;
  const k = node.opset < 10 ? node.int('k', undefined) : scalarAt(node, 1, 'K');
  if (node.opset < 10 && k === undefined) throw node.invalid('attribute k is missing');
  const available = shape?.[axis];
  if (k !== undefined && (k < 0 || (typeof available === 'number' && k > available))) {
    throw node.invalid(`k ${k} is outside 0 to ${available ?? 'the size of the axis'}`);
  }
  return { k, axis, largest: node.int('largest', 1) !== 0, sorted: node.int('sorted', 1) !== 0 };
}

/** The k greatest (or least) elements along an axis, and where they stood as int64. */
export const topK = operator('TopK', {
  traits: ['selects'],
  parameters: topKParameters,
  infer: (node, { k, axis }): readonly Facts[] => {
    const size: Dimension = k ?? node.inputs[1]?.elements?.[0] ?? node.graph.model.freshSymbol();
    const shape = node.inputs[0]?.shape?.map((d, i) => (i === axis ? size : d));
    return [
      { dtype: node.dtypeOf(0), shape },
      { dtype: 'int64', shape },
    ];
  },
  compute: ([input], { k, axis, largest, sorted }) =>
    input && k !== undefined && sorted ? firstOfEach(input, axis, k, largest) : undefined,
});

/** Boxes [N, B, 4] and scores [N, C, B] give the selected [batch, class, box] triples, as int64 [n, 3]. */
export const nonMaxSuppression = operator('NonMaxSuppression', {
  traits: ['selects'],
  parameters: (node) => ({
    /** Boxes are [x centre, y centre, width, height]; else two opposite corners [y1, x1, y2, x2]. */
    centerPointBox: node.int('center_point_box', 0) !== 0,
    /** 0, the default, selects nothing. undefined: computed in the graph. */
    maxOutputBoxesPerClass: node.hasInput(2) ? scalarAt(node, 2, 'max_output_boxes_per_class') : 0,
    /** undefined: computed in the graph. */
    iouThreshold: node.hasInput(3) ? scalarAt(node, 3, 'iou_threshold') : 0,
    /** Boxes at or below are left out; -Infinity where it is absent. undefined: computed in the graph. */
    scoreThreshold: node.hasInput(4) ? scalarAt(node, 4, 'score_threshold') : Number.NEGATIVE_INFINITY,
  }),
  infer: (node) => [{ dtype: 'int64', shape: [node.graph.model.freshSymbol(), 3] }],
});
