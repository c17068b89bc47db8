import { Tensor, type Value } from '../../../../model/index.js';
import { nextBelow } from '../next-below.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { ReadRow, ReadRows } from './row.js';

/**
 * Boxes that overlap others of a higher score are left out, image by image; what is free of the results is 0, an index -1. From iOS
 * 17 on no score is too low, boxes lie along the last axis, and how many are left is not said.
 */
const read: ReadRow = (operation, to) => {
  const isOfIos17 = !operation.has('score_threshold');
  const turned = (value: Value) => (isOfIos17 ? to.node('Transpose', [value], { perm: [0, 2, 1] }) : value);
  const [boxes, scores] = [turned(operation.tensor('boxes')), turned(operation.tensor('scores'))];
  const [images = 1, ...sizes] = operation.shapeOf('scores');
  const classes = sizes[isOfIos17 ? 0 : 1];
  const most = operation.int('max_boxes');
  if (operation.bool('per_class_suppression', false) || classes !== 1) {
    throw operation.invalid('several classes are not read here');
  }
  const selected = to.node(
    'NonMaxSuppression',
    [
      boxes,
      to.node('Transpose', [scores], { perm: [0, 2, 1] }),
      to.ints([most]),
      to.number(operation.float('iou_threshold')),
      // A score at the threshold stays in MIL and goes in ONNX.
      ...(isOfIos17 ? [] : [to.number(nextBelow(operation.float('score_threshold')))]),
    ],
    { center_point_box: 1 },
  );
  const [image, box] = [0, 2].map((at) => to.node('Gather', [selected, to.place(at)], { axis: 1 }));
  if (!image || !box) throw new Error('two columns were asked for');
  const isOfImage = to.node('Equal', [to.node('Unsqueeze', [image, to.ints([0])]), numbered(to, images)]);
  const counts = to.node('ReduceSum', [to.cast(isOfImage, 'int64'), to.ints([1])], { keepdims: 0 });
  const first = to.node('CumSum', [counts, to.place(0)], { exclusive: 1 });
  const column = to.ints([-1, 1]);
  const place = to.node('Sub', [placesOf(to, image), to.node('Gather', [first, image], { axis: 0 })]);
  const at = to.node('Concat', [to.node('Reshape', [image, column]), to.node('Reshape', [place, column])], { axis: 1 });
  const free = to.graph.addConstant(Tensor.from('int64', [images, most], new Array<number>(images * most).fill(-1)));
  const indices = to.node('ScatterND', [free, at, box]);
  const [kept, left] = [pick(to, boxes, indices), pick(to, scores, indices)].map(turned);
  if (!kept || !left) throw new Error('two were turned');
  return [kept, left, to.cast(indices, 'int32'), ...(isOfIos17 ? [] : [to.cast(counts, 'int32')])];
};

/** The numbers from 0 on as a column, int64 [count, 1]. */
function numbered(to: OnnxBuilder, count: number): Value {
  return to.graph.addConstant(
    Tensor.from(
      'int64',
      [count, 1],
      Array.from({ length: count }, (_, index) => index),
    ),
  );
}

/** Where each element of a vector stands in it. */
function placesOf(to: OnnxBuilder, vector: Value): Value {
  const ones = to.node('Add', [to.node('Mul', [vector, to.ints([0])]), to.ints([1])]);
  return to.node('CumSum', [ones, to.place(0)], { exclusive: 1 });
}

/** The rows of x [images, n, k] at these places, 0 where one is -1. */
function pick(to: OnnxBuilder, x: Value, indices: Value): Value {
  const places = to.node('Unsqueeze', [to.node('Max', [indices, to.ints([0])]), to.ints([2])]);
  const rows = to.node('GatherND', [x, places], { batch_dims: 1 });
  const isFree = to.node('Unsqueeze', [to.node('Less', [indices, to.ints([0])]), to.ints([2])]);
  return to.node('Where', [isFree, to.number(0), rows]);
}

/** Which boxes stay. */
export const nonMaximumSuppressions: ReadRows = { non_maximum_suppression: read };
