import { decline } from '../../../lowering/decline.js';
import { floatInput } from '../../../lowering/operands.js';
import {
  alongLast,
  axesFrom,
  lpNormalizationRow,
  type Normalized,
  normalizations,
} from '../../../lowering/rows/normalization.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

/** Values over a bound, so that neither their squares nor the sum of those leave the range: WebGL computes in float16 on phones. */
interface Bounded {
  readonly values: Ref;
  /** 1 over the bound: the largest magnitude along the axes, where that is above 1. */
  readonly inverse: Ref;
  /** What the epsilon beside the mean square is beside that of the bounded values. */
  readonly epsilon: Ref;
}

function bounded(site: Site, x: Ref, axes: readonly number[], epsilon: number): Bounded {
  const { build } = site;
  const largest = build.op('Maximum', [build.reduce('Max', build.op('Abs', [x]), axes, true), build.float(1)]);
  const once = build.op('RealDiv', [build.float(epsilon), largest]);
  return {
    values: build.op('RealDiv', [x, largest]),
    inverse: build.op('Reciprocal', [largest]),
    epsilon: build.op('RealDiv', [once, largest]),
  };
}

/** 1 over the root of the mean square and epsilon. */
function inverseRoot(site: Site, { values, epsilon }: Bounded, axes: readonly number[]): Ref {
  const { build } = site;
  const power = build.reduce('Mean', build.op('Square', [values]), axes, true);
  return build.op('Rsqrt', [build.op('AddV2', [power, epsilon])]);
}

/** Mean 0 and variance 1 over `axes` in memory. */
function normalize(site: Site, x: Ref, axes: readonly number[], epsilon: number): Normalized<Ref> {
  const { build } = site;
  const mean = build.reduce('Mean', x, axes, true);
  const difference = bounded(site, build.op('Sub', [x, mean]), axes, epsilon);
  const factor = inverseRoot(site, difference, axes);
  return {
    result: build.op('Mul', [difference.values, factor]),
    mean,
    inverseDeviation: build.op('Mul', [factor, difference.inverse]),
  };
}

function softmaxRow(operator: typeof operators.softmax, op: string): Row {
  return row(operator, (site, parameters) => alongLast(site, parameters, (x) => site.build.op(op, [x])));
}

/** What normalises by a mean and a variance, by a norm, or to a sum of 1. */
export const normalizationRows: readonly Row[] = [
  ...normalizations.map(
    ({ operator, lower }): Row => ({
      operator,
      lower: (site) => lower(site, (...about) => normalize(site, ...about)),
    }),
  ),

  row(operators.rmsNormalization, (site, { axis, epsilon }) => {
    const { build } = site;
    const axes = axesFrom(site, axis);
    const x = bounded(site, floatInput(site), axes, epsilon);
    return build.op('Mul', [build.op('Mul', [x.values, inverseRoot(site, x, axes)]), site.broadcast(1)]);
  }),

  /** TensorFlow's alpha is not divided by the size, and its window has the same number of channels on both sides. */
  row(operators.lrn, (site, { alpha, beta, bias, size }) => {
    if (size % 2 === 0) return decline(`an even window of ${size} channels`);
    if (site.onnxShape(0).length !== 4) return decline('of other than 4 axes');
    return site.build.op('LRN', [floatInput(site)], {
      depth_radius: attribute.int((size - 1) / 2),
      bias: attribute.float(bias),
      alpha: attribute.float(alpha / size),
      beta: attribute.float(beta),
    });
  }),

  lpNormalizationRow,
  softmaxRow(operators.softmax, 'Softmax'),
  softmaxRow(operators.logSoftmax, 'LogSoftmax'),
];
