import { decline } from '../../../../lowering/decline.js';
import { nonMaxSuppression as operator } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { bool, int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, compare, concat, reshape, select, sliceAxis, tile, unary } from '../operations.js';
import { mostOfEach } from '../selected-rows.js';
import { fixedSizes } from '../types.js';
import type { Row } from './row.js';

/** What stands in the place of a threshold that is not there: no float32 is less. */
const LEAST_SCORE = -3.4028234663852886e38;

/**
 * The selected [batch, class, box] triples in as many rows as there can be, -1 where there is none. MIL's operator suppresses
 * within one image and gives a box once, for its best class; ONNX's for each class by itself: here every class is an image.
 */
export const nonMaxSuppression: Row = (node, to) => {
  const { centerPointBox, iouThreshold, scoreThreshold } = operator.parameters(node);
  if (iouThreshold === undefined || scoreThreshold === undefined) return decline('its thresholds are computed');
  const [batch = 1, classes = 1, count = 1] = to.sizesOf(1);
  const [images, most] = [batch * classes, mostOfEach(node)];
  const corners = to.input(0);
  const args = {
    boxes: forEachClass(to, centerPointBox ? corners : centred(to, corners), classes),
    scores: reshape(to, to.input(1), [images, count, 1]),
    iou_threshold: to.number(iouThreshold),
    score_threshold: to.number(Math.max(scoreThreshold, LEAST_SCORE)),
    max_boxes: int(most),
    per_class_suppression: bool(false),
  };
  const [, scores, indices, found] = to.emitMany('non_maximum_suppression', args, [
    { dtype: to.float, shape: [images, most, 4] },
    { dtype: to.float, shape: [images, most, 1] },
    { dtype: 'int32', shape: [images, most] },
    { dtype: 'int32', shape: [images] },
  ]);
  if (!scores || !indices || !found) throw new Error('it makes four results');
  const isThere = compare(
    to,
    'less',
    to.value({ ...ints(upTo(most)), shape: [1, most] }),
    reshape(to, found, [images, 1]),
  );
  const isSelected = isOver(to, isThere, scores, scoreThreshold);
  to.output(triples(to, indices, isSelected, classes));
};

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
