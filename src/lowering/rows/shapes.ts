import { inverse, isPlain } from '../../layout/order.js';
import type { Operator } from '../../operators/index.js';
import * as operators from '../../operators/index.js';
import type { Builder } from '../builder.js';
import { castKind } from '../casts.js';
import { decline } from '../decline.js';
import { shapeRange } from '../ranges.js';
import { type CommonRow, commonRow, commonRowOfMany } from '../row.js';

/** The same elements under other sizes; the layout has seen to it that they lie right. */
function reshaping(operator: Operator<unknown>): CommonRow {
  return commonRow(operator, (site) => {
    site.kind(0);
    const result = site.resultShape();
    return result.join() === site.shape(0).join() ? site.input(0) : site.reshape(site.input(0), result);
  });
}

/** To sizes that nothing tells but the operand that the graph computes: the target is given that. */
const reshapeRow = commonRow(operators.reshape, (site, { allowZero }) => {
  site.kind(0);
  const result = site.resultShape();
  if (result.join() === site.shape(0).join()) return site.input(0);
  const known = site.sizes.reshape(site.input(0), result);
  if (known !== undefined) return known;
  const isComputed = !site.constant(1) && !site.value(1).elements && isPlain(site.resultOrder());
  if (!isComputed) return site.reshape(site.input(0), result);
  const sizes = allowZero ? site.input(1) : withCopiedSizes(site.build, site.input(0), site.input(1), result.length);
  return site.build.reshape(site.input(0), sizes);
});

/** Sizes in which ONNX's 0 is replaced by the size that it copies: s + (1 - min(s s, 1)) t of x's own sizes t, and 0 behind them. */
function withCopiedSizes<Ref>(build: Builder<Ref>, x: Ref, sizes: Ref, rank: number): Ref {
  const own = build.slice(
    build.concat([build.shapeOf(x), build.ints(new Array<number>(rank).fill(0))], 0),
    [0],
    [rank],
  );
  const isCopied = build.sub(build.int(1), build.minimum(build.mul(sizes, sizes), build.int(1)));
  return build.add(sizes, build.mul(isCopied, own));
}

function castRow(operator: typeof operators.cast): CommonRow {
  return commonRow(operator, (site, { to }) => site.build.cast(site.input(0), site.kind(0), castKind(site, to)));
}

/** Sizes, types and the places of elements. */
export const commonShapeRows: readonly CommonRow[] = [
  reshapeRow,
  reshaping(operators.flatten),
  reshaping(operators.squeeze),
  reshaping(operators.unsqueeze),

  /** No element moves: the layout has given the axes other numbers. */
  commonRow(operators.transpose, (site) => {
    site.kind(0);
    site.resultOnnxShape();
    return site.input(0);
  }),

  commonRow(operators.identity, (site) => {
    site.kind(0);
    return site.input(0);
  }),

  commonRow(operators.dropout, (site, { trainingMode, ratio }) => {
    const isTraining = trainingMode !== false && ratio !== 0;
    if (isTraining) return decline('drops elements at random');
    if (site.node.outputs[1]) return decline('gives the mask of elements kept');
    return site.input(0);
  }),
  castRow(operators.cast),
  castRow(operators.castLike),

  commonRow(operators.concat, (site, { axis }) => {
    const kind = site.resultKind();
    const order = site.resultOrder();
    const parts = site.node.inputs.map((_, index) => site.input(index));
    site.node.inputs.forEach((_, index) => {
      if (site.kind(index) !== kind) decline('of different types');
    });
    return site.build.concat(parts, order.indexOf(axis));
  }),

  commonRowOfMany(operators.split, (site, { axis, sizes }) => {
    if (!sizes) return decline('parts whose sizes are computed');
    site.kind(0);
    return site.build.split(site.input(0), sizes, site.axis(axis));
  }),

  commonRow(operators.shape, (site, { start, end }) => {
    const { build } = site;
    const rank = site.onnxShape(0).length;
    const sizes = build.shapeOf(site.input(0));
    const order = site.order(0);
    const axes = inverse(order).slice(...shapeRange(start, end ?? rank, rank));
    if (isPlain(order) && axes.length > 0) {
      const [first = 0] = axes;
      return axes.length === rank
        ? sizes
        : build.stridedSlice(sizes, { begin: [first], end: [first + axes.length], strides: [1] });
    }
    return build.gather(sizes, build.ints(axes), 0);
  }),

  commonRow(operators.expand, (site) => {
    site.kind(0);
    const [from, to] = [site.shape(0), site.resultShape()];
    if (from.join() === to.join()) return site.input(0);
    return site.build.broadcastTo(site.input(0), site.shapeVector(to));
  }),

  commonRow(operators.tile, (site, { repeats }) => {
    if (!repeats) return decline('repeats that are computed');
    site.kind(0);
    const counts = site.order(0).map((axis) => repeats[axis] ?? 1);
    return counts.every((count) => count === 1) ? site.input(0) : site.build.tile(site.input(0), counts);
  }),
];
