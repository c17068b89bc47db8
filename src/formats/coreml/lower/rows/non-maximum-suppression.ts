import { decline } from '../../../../lowering/decline.js';
import type { Node } from '../../../../model/index.js';
import { nonMaxSuppression as operator } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { bool, int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, compare, concat, reshape, select, sliceAxis, tile, transpose, unary } from '../operations.js';
import { mostOfEach } from '../selected-rows.js';
import { fixedSizes } from '../types.js';
import type { Row } from './row.js';

/** What stands in the place of a threshold that is not there: no float32 is less. */
const LEAST_SCORE = -3.4028234663852886e38;

/**
 * The selected [batch, class, box] triples in as many rows as there can be, -1 where there is none. MIL's operator suppresses
 * within one image and gives a box once, for its best class; ONNX's for each class by itself: here every class is an image.
 */
export const nonMaxSuppression: Row = (node, to) => suppress(node, to, beforeIos17);

/** The same in the form that MIL has from iOS 17 on. */
export const nonMaxSuppressionOfIos17: Row = (node, to) => suppress(node, to, fromIos17);

/** What the operator is given, of every class as an image of its own. */
interface Given {
  /** [images, n, 4], centre and size. */
  readonly boxes: MilValue;
  /** [images, 1, n]. */
  readonly scores: MilValue;
  readonly overlap: number;
  readonly threshold: number;
  readonly most: number;
}

/** What it gives: scores in any order of axes, the others [images, most]. */
interface Suppressed {
  readonly scores: MilValue;
  readonly indices: MilValue;
  readonly isThere: MilValue;
}

function suppress(node: Node, to: NodeBuilder, form: (to: NodeBuilder, given: Given) => Suppressed): void {
  const { centerPointBox, iouThreshold, scoreThreshold } = thresholdsOf(node);
  const [batch = 1, classes = 1, count = 1] = to.sizesOf(1);
  const [images, most] = [batch * classes, mostOfEach(node)];
  const corners = to.input(0);
  const { scores, indices, isThere } = form(to, {
    boxes: forEachClass(to, centerPointBox ? corners : centred(to, corners), classes),
    scores: reshape(to, to.input(1), [images, 1, count]),
    overlap: iouThreshold,
    threshold: Math.max(scoreThreshold, LEAST_SCORE),
    most,
  });
  const isSelected = isOver(to, isThere, scores, scoreThreshold);
  to.output(triples(to, indices, isSelected, classes));
}

function thresholdsOf(node: Node) {
  const { centerPointBox, iouThreshold, scoreThreshold } = operator.parameters(node);
  if (iouThreshold === undefined || scoreThreshold === undefined) return decline('its thresholds are computed');
  return { centerPointBox, iouThreshold, scoreThreshold };
}

function beforeIos17(to: NodeBuilder, { boxes, scores, overlap, threshold, most }: Given): Suppressed {
  const [images = 1, , count = 1] = fixedSizes(scores);
  const args = {
    boxes,
    scores: reshape(to, scores, [images, count, 1]),
    iou_threshold: to.number(overlap),
    score_threshold: to.number(threshold),
    max_boxes: int(most),
    per_class_suppression: bool(false),
  };
  const [, kept, indices, found] = to.emitMany('non_maximum_suppression', args, [
    { dtype: to.float, shape: [images, most, 4] },
    { dtype: to.float, shape: [images, most, 1] },
    { dtype: 'int32', shape: [images, most] },
    { dtype: 'int32', shape: [images] },
  ]);
  if (!kept || !indices || !found) throw new Error('it makes four results');
  const places = to.value({ ...ints(upTo(most)), shape: [1, most] });
  return { scores: kept, indices, isThere: compare(to, 'less', places, reshape(to, found, [images, 1])) };
}

/** Boxes lie along the last axis, no score is too low, and an index of -1 says that there is no box. */
function fromIos17(to: NodeBuilder, { boxes, scores, overlap, most }: Given): Suppressed {
  const [images = 1] = fixedSizes(scores);
  const args = {
    boxes: transpose(to, boxes, [0, 2, 1]),
    scores,
    iou_threshold: to.number(overlap),
    max_boxes: int(most),
    per_class_suppression: bool(false),
  };
  const [, kept, indices] = to.emitMany('non_maximum_suppression', args, [
    { dtype: to.float, shape: [images, 4, most] },
    { dtype: to.float, shape: [images, 1, most] },
    { dtype: 'int32', shape: [images, most] },
  ]);
  if (!kept || !indices) throw new Error('it makes three results');
  return { scores: kept, indices, isThere: compare(to, 'greater', indices, int(-1)) };
}

/** Corners [y1, x1, y2, x2] as [y centre, x centre, height, width]: which axis is which makes no difference to what overlaps. */
function centred(to: NodeBuilder, corners: MilValue): MilValue {
  const [a, b] = [sliceAxis(to, corners, 2, 0, 2), sliceAxis(to, corners, 2, 2, 2)];
  const centre = binary(to, 'mul', binary(to, 'add', a, b), to.number(0.5));
  return concat(to, [centre, unary(to, 'abs', binary(to, 'sub', b, a))], 2);
}

/** Boxes [batch, n, 4] once for each class: [batch * classes, n, 4]. */
function forEachClass(to: NodeBuilder, boxes: MilValue, classes: number): MilValue {
  const [batch = 1, count = 1] = fixedSizes(boxes);
  const repeated = classes === 1 ? boxes : tile(to, reshape(to, boxes, [batch, 1, count, 4]), [1, classes, 1, 1]);
  return reshape(to, repeated, [batch * classes, count, 4]);
}

/** A score at the threshold is out in ONNX; by its words MIL keeps it, and the best box of all whatever its score is. */
function isOver(to: NodeBuilder, isThere: MilValue, scores: MilValue, threshold: number): MilValue {
  if (threshold < LEAST_SCORE) return isThere;
  const { shape } = isThere.type;
  const isGreater = compare(to, 'greater', reshape(to, scores, shape), to.number(threshold));
  return to.emit('logical_and', { x: isThere, y: isGreater }, shape, 'bool');
}

function triples(to: NodeBuilder, indices: MilValue, isSelected: MilValue, classes: number): MilValue {
  const [images = 1, most = 1] = fixedSizes(indices);
  const rows = images * most;
  const column = (of: (row: number) => number) => to.value({ ...ints(upTo(rows).map(of)), shape: [rows, 1] });
  const imageOf = (row: number) => Math.floor(row / most);
  const all = concat(
    to,
    [
      column((row) => Math.floor(imageOf(row) / classes)),
      column((row) => imageOf(row) % classes),
      reshape(to, indices, [rows, 1]),
    ],
    1,
  );
  const kept = select(to, reshape(to, isSelected, [rows, 1]), all, to.value(int(-1)));
  if (images === 1) return kept;
  // Behind the rows of one image there may be free ones before those of the next.
  const place = to.value(ints(upTo(rows)));
  const last = select(to, reshape(to, isSelected, [rows]), place, binary(to, 'add', place, int(rows)));
  const order = to.emit('argsort', { x: last, axis: int(0), ascending: bool(true) }, [rows], 'int32');
  return to.emit('gather', { x: kept, indices: order, axis: int(0) }, [rows, 3]);
}

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);
