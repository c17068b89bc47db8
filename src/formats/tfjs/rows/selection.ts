import { decline } from '../../../lowering/decline.js';
import { countedFromFront } from '../../../lowering/indices.js';
import { expectArithmetic, expectFloat, negative, scalar } from '../../../lowering/operands.js';
import { triluRow } from '../../../lowering/rows/trilu.js';
import { around, mergedShape } from '../../../lowering/runs.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** [x, y, width, height] around a centre as [y1, x1, y2, x2]. */
function corners(site: Site, boxes: Ref): Ref {
  const { build } = site;
  const parts = build.op('Split', [build.int(2), boxes], { num_split: attribute.int(4) });
  const [x, y, width, height] = [0, 1, 2, 3].map((index) => build.output(parts, index));
  const side = (center: Ref, extent: Ref, op: string) =>
    build.op(op, [center, build.op('Mul', [extent, build.float(0.5)])]);
  const [left, right] = [side(x ?? '', width ?? '', 'Sub'), side(x ?? '', width ?? '', 'AddV2')];
  const [top, bottom] = [side(y ?? '', height ?? '', 'Sub'), side(y ?? '', height ?? '', 'AddV2')];
  return build.concat([top, left, bottom, right], 2);
}

/** What selects or counts: results whose sizes or places hang on the elements, and what is made from indices. */
export const selectionRows: readonly Row[] = [
  /** Along the last axis; the least elements are the greatest of their negatives. */
  row(operators.topK, (site, { k, largest }) => {
    const { build } = site;
    if (k === undefined) return decline('a number of elements that is computed');
    expectArithmetic(site);
    const negated = (x: Ref) => (largest ? x : negative(site, x));
    const found = build.op('TopKV2', [negated(site.input(0)), build.int(k)], { sorted: attribute.flag(true) });
    return [negated(found), build.output(found, 1)];
  }),
  /** TensorFlow.js selects for one class of one image at a time; each selection becomes [image, class, box] triples. */
  row(operators.nonMaxSuppression, (site, parameters) => {
    const { build } = site;
    const { centerPointBox, maxOutputBoxesPerClass: most, iouThreshold, scoreThreshold } = parameters;
    if (most === undefined || iouThreshold === undefined || scoreThreshold === undefined) {
      return decline('thresholds that are computed');
    }
    expectFloat(site);
    const [images, classes] = site.onnxShape(1);
    if (typeof images !== 'number' || typeof classes !== 'number')
      return decline('an unknown number of images or classes');
    const boxes = centerPointBox ? corners(site, site.input(0)) : site.input(0);
    const triples: Ref[] = [];
    for (let image = 0; image < images; image++) {
      const ofImage = images === 1 ? boxes : build.slice(boxes, [image, 0, 0], [1, -1, 4]);
      for (let label = 0; label < classes; label++) {
        const isOnly = images === 1 && classes === 1;
        const ofClass = isOnly ? site.input(1) : build.slice(site.input(1), [image, label, 0], [1, 1, -1]);
        const selected = build.op('NonMaxSuppressionV3', [
          build.reshape(ofImage, build.ints([-1, 4])),
          build.reshape(ofClass, build.ints([-1])),
          build.int(most),
          build.float(iouThreshold),
          build.float(scoreThreshold),
        ]);
        const nothing = build.op('Mul', [selected, build.int(0)]);
        const number = (value: number) => build.op('AddV2', [nothing, build.int(value)]);
        triples.push(build.pack([number(image), number(label), selected], 1));
      }
    }
    return build.concat(triples, 0);
  }),
  /** The kernel gives one row per element, ONNX one column. */
  row(operators.nonZero, (site) => {
    const { build } = site;
    if (site.onnxShape(0).length === 0) return decline('of a scalar');
    return build.transpose(build.op('Where', [build.cast(site.input(0), site.kind(0), 'bool')]), [1, 0]);
  }),
  /** The kernel puts the new axis last and counts in int32; its float32 is wrong in wasm. */
  row(operators.oneHot, (site, { axis, depth, values }) => {
    const { build } = site;
    if (depth === undefined || !values) return decline('a depth or values that are computed');
    const kind = site.resultKind();
    const [off = 0, on = 1] = values.toFloat64();
    const indices = build.cast(site.input(0), site.kind(0), 'int32');
    const wrapped = countedFromFront(build, indices, build.int(depth));
    const hot = build.op('OneHot', [wrapped, build.int(depth), build.int(1), build.int(0)], {
      T: attribute.type('int32'),
    });
    const rank = site.resultOnnxShape().length;
    const order = Array.from({ length: rank - 1 }, (_, at) => at);
    order.splice(axis, 0, rank - 1);
    const placed = build.transpose(hot, order);
    if (kind === 'bool')
      return off === 0 && on === 1
        ? build.cast(placed, 'int32', 'bool')
        : decline('bool values other than false, true');
    if (off === 0 && on === 1) return build.cast(placed, 'int32', kind);
    const scaled = build.mul(build.cast(placed, 'int32', kind), scalar(build, kind, on - off));
    return build.add(scaled, scalar(build, kind, off));
  }),
  row(operators.cumSum, (site, { axis, exclusive, reverse }) => {
    if (axis === undefined) return decline('an axis that is computed');
    expectArithmetic(site);
    const { build } = site;
    const shape = site.shape(0);
    const at = site.axis(axis);
    const along = (x: Ref, place: number) =>
      build.op('Cumsum', [x, build.int(place)], {
        exclusive: attribute.flag(exclusive),
        reverse: attribute.flag(reverse),
      });
    // The kernels take 4 axes; those before and behind the one that is summed lie as one each.
    if (shape.length <= 4) return along(site.input(0), at);
    const runs = around(shape.length, [at]);
    const flat = site.reshape(site.input(0), mergedShape(shape, runs));
    return site.reshape(along(flat, Math.min(at, 1)), shape);
  }),
  row(operators.range, (site) => {
    expectArithmetic(site);
    const kind = site.resultKind();
    const bounds = [0, 1, 2].map((index) => site.reshape(site.input(index), []));
    return site.build.op('Range', bounds, { Tidx: attribute.type(kind) });
  }),
  triluRow,
];
