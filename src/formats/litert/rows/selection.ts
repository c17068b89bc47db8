import { decline } from '../../../lowering/decline.js';
import { countedFromFront } from '../../../lowering/indices.js';
import { expectArithmetic, negative, scalar } from '../../../lowering/operands.js';
import { triluRow } from '../../../lowering/rows/trilu.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row } from '../row.js';

/** What selects or counts: results whose sizes or places hang on the elements, and what is made from indices. */
export const selectionRows: readonly Row[] = [
  /** Along the last axis; the least elements are the greatest of their negatives. */
  row(operators.topK, (site, { k, largest }) => {
    const { build } = site;
    if (k === undefined) return decline('a number of elements that is computed');
    expectArithmetic(site);
    const negated = (x: Ref) => (largest ? x : negative(site, x));
    const [values, indices] = build.ops('TOPK_V2', [negated(site.input(0)), build.int(k)]);
    return values && indices ? [negated(values), indices] : [];
  }),
  row(operators.oneHot, (site, { axis, depth, values }) => {
    const { build } = site;
    if (depth === undefined || !values) return decline('a depth or values that are computed');
    const kind = site.resultKind();
    const [off = 0, on = 1] = values.toFloat64();
    const indices = build.cast(site.input(0), site.kind(0), 'int32');
    const wrapped = countedFromFront(build, indices, build.int(depth));
    const ends = [scalar(build, kind, on), scalar(build, kind, off)];
    return build.op('ONE_HOT', [wrapped, build.int(depth), ...ends], { axis });
  }),
  row(operators.cumSum, (site, { axis, exclusive, reverse }) => {
    if (axis === undefined) return decline('an axis that is computed');
    expectArithmetic(site);
    const { build } = site;
    const options = { exclusive: Number(exclusive), reverse: Number(reverse) };
    return build.op('CUMSUM', [site.input(0), build.int(site.axis(axis))], options);
  }),
  triluRow,
];

/** Operators whose results have no size beforehand: the web runtime would give them cut, or filled up to one. */
export const unsizedRows: readonly Row[] = [operators.nonMaxSuppression, operators.nonZero, operators.range].map(
  ({ name: operator }) => ({
    operator,
    lower: () => decline('gives results whose number is known only when it runs'),
  }),
);
