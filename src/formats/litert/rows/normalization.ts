import { floatInput } from '../../../lowering/operands.js';
import {
  alongLast,
  axesFrom,
  lpNormalizationRow,
  type Normalized,
  normalizations,
} from '../../../lowering/rows/normalization.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { TYPE_CODES } from '../schema.js';

/** 1 over the root of the mean square and epsilon. */
function inverseRoot(site: Site, x: Ref, axes: readonly number[], epsilon: number): Ref {
  const { build } = site;
  const power = build.reduce('Mean', build.op('SQUARE', [x]), axes, true);
  return build.op('RSQRT', [build.add(power, build.float(epsilon))]);
}

/** Mean 0 and variance 1 over `axes` in memory. */
function normalize(site: Site, x: Ref, axes: readonly number[], epsilon: number): Normalized<Ref> {
  const { build } = site;
  const mean = build.reduce('Mean', x, axes, true);
  const difference = build.sub(x, mean);
  const inverseDeviation = inverseRoot(site, difference, axes, epsilon);
  return { result: build.mul(difference, inverseDeviation), mean, inverseDeviation };
}

/** A window over channels adds squares by a product with a matrix of ones around its diagonal. */
function squaresNearby(site: Site, x: Ref, size: number): Ref {
  const { build } = site;
  const channels = x.shape.at(-1) ?? 1;
  const before = Math.floor((size - 1) / 2);
  const band = Float32Array.from({ length: channels * channels }, (_, at) => {
    const distance = (at % channels) - Math.floor(at / channels) + before;
    return distance >= 0 && distance < size ? 1 : 0;
  });
  const matrix = build.floats(band, [channels, channels], false);
  const squares = build.op('SQUARE', [x]);
  return build.op('FULLY_CONNECTED', [squares, matrix], { activation: 0, keepNumDims: 1 });
}

function softmaxRow(operator: typeof operators.softmax, emit: (site: Site, x: Ref) => Ref): Row {
  return row(operator, (site, parameters) => alongLast(site, parameters, (x) => emit(site, x)));
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
    const x = floatInput(site);
    const factor = inverseRoot(site, x, axesFrom(site, axis), epsilon);
    return build.mul(build.mul(x, factor), site.broadcast(1));
  }),

  /** Not by the kernel of that name, whose reference differs from the others by 2e-2. */
  row(operators.lrn, (site, { alpha, beta, bias, size }) => {
    const { build } = site;
    const x = floatInput(site);
    const sum = build.mul(squaresNearby(site, x, size), build.float(alpha / size));
    const divisor = build.op('POW', [build.add(sum, build.float(bias)), build.float(beta)]);
    return build.div(x, divisor);
  }),

  lpNormalizationRow,
  softmaxRow(operators.softmax, ({ build }, x) => build.op('SOFTMAX', [x], { beta: 1 })),
  softmaxRow(operators.logSoftmax, ({ build }, x) => build.op('LOG_SOFTMAX', [x])),
  softmaxRow(operators.hardmax, ({ build }, x) => {
    const [last, size] = [x.shape.length - 1, x.shape.at(-1) ?? 1];
    const found = build.op('ARG_MAX', [x, build.int(last)], { outputType: TYPE_CODES.get('int32') ?? 0 });
    return build.op('ONE_HOT', [found, build.int(size), build.float(1), build.float(0)], { axis: -1 });
  }),
];
