import { decline } from '../../../lowering/decline.js';
import { alongAxis, expectFloat, floatInput } from '../../../lowering/operands.js';
import { isStatic, sizeOf } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { TYPE_CODES } from '../schema.js';

/** What a batch norm multiplies by and adds: worked out in float64 where it is constant. */
function statistics(site: Site, channels: number, epsilon: number): [Ref, Ref] {
  const { build } = site;
  const constants = [1, 2, 3, 4].map((index) => site.constant(index));
  const [scale, bias, mean, variance] = constants.map((tensor) => tensor?.toFloat64());
  if (scale && bias && mean && variance) {
    const factor = (c: number) => (scale[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + epsilon);
    const factors = Float64Array.from({ length: channels }, (_, c) => factor(c));
    const offsets = Float64Array.from({ length: channels }, (_, c) => (bias[c] ?? 0) - (mean[c] ?? 0) * factor(c));
    return [build.floats(Float32Array.from(factors)), build.floats(Float32Array.from(offsets))];
  }
  const deviation = build.op('RSQRT', [build.add(site.precise(4), build.float(epsilon))]);
  const factor = build.mul(site.precise(1), deviation);
  return [factor, build.sub(site.precise(2), build.mul(site.precise(3), factor))];
}

interface Normalized {
  readonly result: Ref;
  readonly mean: Ref;
  readonly inverseDeviation: Ref;
}

/** Smallest normal float32. */
const SMALLEST = 2 ** -126;

/** 1 over the root of the mean square and epsilon. */
function inverseRoot(site: Site, x: Ref, axes: readonly number[], epsilon: number): Ref {
  const { build } = site;
  const power = build.reduce('Mean', build.op('SQUARE', [x]), axes, true);
  return build.op('RSQRT', [build.add(power, build.float(epsilon))]);
}

/** Mean 0 and variance 1 over `axes` in memory. */
function normalize(site: Site, x: Ref, axes: readonly number[], epsilon: number): Normalized {
  const { build } = site;
  const mean = build.reduce('Mean', x, axes, true);
  const difference = build.sub(x, mean);
  const inverseDeviation = inverseRoot(site, difference, axes, epsilon);
  return { result: build.mul(difference, inverseDeviation), mean, inverseDeviation };
}

function scaleAndShift(site: Site, x: Ref, scale: Ref, bias: Ref | undefined): Ref {
  const scaled = site.build.mul(x, scale);
  return bias === undefined ? scaled : site.build.add(scaled, bias);
}

function axesFrom(site: Site, axis: number): number[] {
  const rank = site.onnxShape(0).length;
  return Array.from({ length: rank - axis }, (_, i) => site.axis(axis + i)).sort((a, b) => a - b);
}

function channelsOf(site: Site): number {
  const [channels] = site.onnxShape(1);
  return typeof channels === 'number' ? channels : decline('an unknown number of channels');
}

function softmaxRow(operator: typeof operators.softmax, emit: (site: Site, x: Ref) => Ref): Row {
  return row(operator, (site, { axis, flattensFromAxis }) => {
    const x = floatInput(site);
    if (!flattensFromAxis) return emit(site, x);
    const shape = site.shape(0);
    const [outer, inner] = [shape.slice(0, axis), shape.slice(axis)];
    if (!isStatic(inner)) return decline('over sizes that are not known; fix them with --shape');
    const rows = isStatic(outer) ? sizeOf(outer) : '?rows';
    return site.reshape(emit(site, site.reshape(x, [rows, sizeOf(inner)])), shape);
  });
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

/** What normalises by a mean and a variance, by a norm, or to a sum of 1. */
export const normalizationRows: readonly Row[] = [
  row(operators.batchNormalization, (site, { epsilon, trainingMode, spatial }) => {
    if (!spatial) return decline('has one scale for each element');
    const { build } = site;
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = channelsOf(site);
    const axis = rank > 1 ? site.axis(1) : 0;
    const spread = (vector: Ref) => alongAxis(site, vector, channels, axis, rank);
    if (trainingMode) {
      // A vector has one channel.
      const others = axesFrom(site, 0).filter((each) => rank < 2 || each !== axis);
      const { result } = normalize(site, x, others, epsilon);
      return scaleAndShift(site, result, spread(site.precise(1)), spread(site.precise(2)));
    }
    const [scale, offset] = statistics(site, channels, epsilon);
    return build.add(build.mul(x, spread(scale)), spread(offset));
  }),

  row(operators.layerNormalization, (site, { axis, epsilon }) => {
    const x = floatInput(site);
    const { result, mean, inverseDeviation } = normalize(site, x, axesFrom(site, axis), epsilon);
    const scaled = scaleAndShift(site, result, site.broadcast(1), site.has(2) ? site.broadcast(2) : undefined);
    return [scaled, mean, inverseDeviation];
  }),

  row(operators.rmsNormalization, (site, { axis, epsilon }) => {
    const { build } = site;
    const x = floatInput(site);
    const factor = inverseRoot(site, x, axesFrom(site, axis), epsilon);
    return build.mul(build.mul(x, factor), site.broadcast(1));
  }),

  row(operators.instanceNormalization, (site, { epsilon }) => {
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = channelsOf(site);
    const axes = axesFrom(site, 2);
    const { result } = axes.length === 0 ? decline('without spatial axes') : normalize(site, x, axes, epsilon);
    const spread = (index: number) => alongAxis(site, site.precise(index), channels, site.axis(1), rank);
    return scaleAndShift(site, result, spread(1), spread(2));
  }),

  /** Channels-last [N,H,W,C] is seen as [N,H*W,G,C/G]. */
  row(operators.groupNormalization, (site, { numGroups, epsilon, scalesPerGroup }) => {
    const { build } = site;
    const x = floatInput(site);
    const shape = site.shape(0);
    const [batch = 1] = shape;
    const channels = shape.at(-1);
    const spatial = shape.slice(1, -1);
    if (typeof channels !== 'number' || !isStatic(spatial)) {
      return decline('sizes that are not known; fix them with --shape');
    }
    const grouped = site.reshape(x, [batch, sizeOf(spatial), numGroups, channels / numGroups]);
    const { result } = normalize(site, grouped, [1, 3], epsilon);
    if (scalesPerGroup) {
      const perGroup = (index: number) => build.reshape(site.precise(index), build.ints([numGroups, 1]));
      return site.reshape(scaleAndShift(site, result, perGroup(1), perGroup(2)), shape);
    }
    return scaleAndShift(site, site.reshape(result, shape), site.precise(1), site.precise(2));
  }),

  /** Not by the kernel of that name, whose reference differs from the others by 2e-2. */
  row(operators.lrn, (site, { alpha, beta, bias, size }) => {
    const { build } = site;
    const x = floatInput(site);
    const sum = build.mul(squaresNearby(site, x, size), build.float(alpha / size));
    const divisor = build.op('POW', [build.add(sum, build.float(bias)), build.float(beta)]);
    return build.div(x, divisor);
  }),

  /** Of x over its largest magnitude along the axis: squares of what is small or large would leave the range. */
  row(operators.lpNormalization, (site, { axis, p }) => {
    const { build } = site;
    const x = floatInput(site);
    const axes = [site.axis(axis)];
    // What is 0 throughout stays 0.
    const atLeast = (norm: Ref) => build.atLeast(norm, build.float(SMALLEST));
    const bounded = build.div(x, atLeast(build.reduce('Max', build.op('ABS', [x]), axes, true)));
    const norm =
      p === 1
        ? build.reduce('Sum', build.op('ABS', [bounded]), axes, true)
        : build.op('SQRT', [build.reduce('Sum', build.op('SQUARE', [bounded]), axes, true)]);
    return build.div(bounded, atLeast(norm));
  }),

  row(operators.meanVarianceNormalization, (site, { axes }) => {
    expectFloat(site);
    const inMemory = axes.map((axis) => site.axis(axis)).sort((a, b) => a - b);
    return normalize(site, site.input(0), inMemory, 1e-18).result;
  }),
  softmaxRow(operators.softmax, ({ build }, x) => build.op('SOFTMAX', [x], { beta: 1 })),
  softmaxRow(operators.logSoftmax, ({ build }, x) => build.op('LOG_SOFTMAX', [x])),
  softmaxRow(operators.hardmax, ({ build }, x) => {
    const [last, size] = [x.shape.length - 1, x.shape.at(-1) ?? 1];
    const found = build.op('ARG_MAX', [x, build.int(last)], { outputType: TYPE_CODES.get('int32') ?? 0 });
    return build.op('ONE_HOT', [found, build.int(size), build.float(1), build.float(0)], { axis: -1 });
  }),
];
