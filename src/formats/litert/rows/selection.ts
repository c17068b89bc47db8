import { decline } from '../../../lowering/decline.js';
import { expectArithmetic } from '../../../lowering/operands.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { negative } from '../operands.js';
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
    const isNegative = build.cast(build.op('LESS', [indices, build.int(0)]), 'bool', 'int32');
    const wrapped = build.add(indices, build.mul(isNegative, build.int(depth)));
    const number = (value: number) =>
      kind === 'float32' ? build.float(value) : kind === 'int32' ? build.int(value) : build.bool(value !== 0);
    return build.op('ONE_HOT', [wrapped, build.int(depth), number(on), number(off)], { axis });
  }),
  row(operators.cumSum, (site, { axis, exclusive, reverse }) => {
    if (axis === undefined) return decline('an axis that is computed');
    expectArithmetic(site);
    const { build } = site;
    const options = { exclusive: Number(exclusive), reverse: Number(reverse) };
    return build.op('CUMSUM', [site.input(0), build.int(site.axis(axis))], options);
  }),
  /** A product with a mask of ones and zeros. */
  row(operators.trilu, (site, { upper, k }) => {
    const { build } = site;
    if (k === undefined) return decline('a diagonal that is computed');
    expectArithmetic(site);
    const [rows, columns] = site.onnxShape(0).slice(-2);
    if (typeof rows !== 'number' || typeof columns !== 'number') return decline('a matrix of unknown size');
    const isKept = (at: number) =>
      upper ? (at % columns) - Math.floor(at / columns) >= k : (at % columns) - Math.floor(at / columns) <= k;
    const mask = Array.from({ length: rows * columns }, (_, at) => Number(isKept(at)));
    const shape = [rows, columns];
    return build.mul(site.input(0), site.kind(0) === 'float32' ? build.floats(mask, shape) : build.ints(mask, shape));
  }),
];

/** Operators whose results have no size beforehand: the web runtime would give them cut, or filled up to one. */
export const unsizedRows: readonly Row[] = [operators.nonMaxSuppression, operators.nonZero, operators.range].map(
  ({ name: operator }) => ({
    operator,
    lower: () => decline('gives results whose number is known only when it runs'),
  }),
);
