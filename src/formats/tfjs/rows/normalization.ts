import { decline } from '../../../lowering/decline.js';
import { alongAxis, expectFloat, floatInput } from '../../../lowering/operands.js';
import { isStatic, sizeOf } from '../../../model/index.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';

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
  const factor = build.op('Mul', [
    site.precise(1),
    build.op('Rsqrt', [build.op('AddV2', [site.precise(4), build.float(epsilon)])]),
  ]);
  return [factor, build.op('Sub', [site.precise(2), build.op('Mul', [site.precise(3), factor])])];
}

interface Normalized {
  readonly result: Ref;
  readonly mean: Ref;
  readonly inverseDeviation: Ref;
}

/** Smallest normal float32. */
const SMALLEST = 2 ** -126;

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
function normalize(site: Site, x: Ref, axes: readonly number[], epsilon: number): Normalized {
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

function scaleAndShift(site: Site, x: Ref, scale: Ref, bias: Ref | undefined): Ref {
  const scaled = site.build.op('Mul', [x, scale]);
  return bias === undefined ? scaled : site.build.op('AddV2', [scaled, bias]);
}

function axesFrom(site: Site, axis: number): number[] {
  const rank = site.onnxShape(0).length;
  return Array.from({ length: rank - axis }, (_, i) => site.axis(axis + i)).sort((a, b) => a - b);
}

function softmaxRow(operator: typeof operators.softmax, op: string): Row {
  return row(operator, (site, { axis, flattensFromAxis }) => {
    const x = floatInput(site);
    if (!flattensFromAxis) return site.build.op(op, [x]);
    const shape = site.shape(0);
    const [outer, inner] = [shape.slice(0, axis), shape.slice(axis)];
    if (!isStatic(inner)) return decline('over sizes that are not known; fix them with --shape');
    const rows = isStatic(outer) ? sizeOf(outer) : '?rows';
    const flat = site.reshape(x, [rows, sizeOf(inner)]);
    return site.reshape(site.build.op(op, [flat]), shape);
  });
}

/** What normalises by a mean and a variance, by a norm, or to a sum of 1. */
export const normalizationRows: readonly Row[] = [
  row(operators.batchNormalization, (site, { epsilon, trainingMode, spatial }) => {
    if (!spatial) return decline('has one scale for each element');
    const { build } = site;
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = site.onnxShape(1)[0];
    if (typeof channels !== 'number') return decline('an unknown number of channels');
    const axis = rank > 1 ? site.axis(1) : 0;
    const spread = (vector: Ref) => alongAxis(site, vector, channels, axis, rank);
    if (trainingMode) {
      // A vector has one channel.
      const others = axesFrom(site, 0).filter((each) => rank < 2 || each !== axis);
      const { result } = normalize(site, x, others, epsilon);
      return scaleAndShift(site, result, spread(site.precise(1)), spread(site.precise(2)));
    }
    const [scale, offset] = statistics(site, channels, epsilon);
    return build.op('AddV2', [build.op('Mul', [x, spread(scale)]), spread(offset)]);
  }),

  row(operators.layerNormalization, (site, { axis, epsilon }) => {
    const x = floatInput(site);
    const { result, mean, inverseDeviation } = normalize(site, x, axesFrom(site, axis), epsilon);
    const scaled = scaleAndShift(site, result, site.broadcast(1), site.has(2) ? site.broadcast(2) : undefined);
    return [scaled, mean, inverseDeviation];
  }),

  row(operators.rmsNormalization, (site, { axis, epsilon }) => {
    const { build } = site;
    const axes = axesFrom(site, axis);
    const x = bounded(site, floatInput(site), axes, epsilon);
    return build.op('Mul', [build.op('Mul', [x.values, inverseRoot(site, x, axes)]), site.broadcast(1)]);
  }),

  row(operators.instanceNormalization, (site, { epsilon }) => {
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = site.onnxShape(1)[0];
    if (typeof channels !== 'number') return decline('an unknown number of channels');
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
    if (typeof channels !== 'number' || !isStatic(spatial))
      return decline('sizes that are not known; fix them with --shape');
    const area = sizeOf(spatial);
    const perGroup = channels / numGroups;
    const grouped = site.reshape(x, [batch, area, numGroups, perGroup]);
    const { result } = normalize(site, grouped, [1, 3], epsilon);
    if (scalesPerGroup) {
      const perGroupVector = (index: number) => build.op('Reshape', [site.precise(index), build.ints([numGroups, 1])]);
      return site.reshape(scaleAndShift(site, result, perGroupVector(1), perGroupVector(2)), shape);
    }
    return scaleAndShift(site, site.reshape(result, shape), site.precise(1), site.precise(2));
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

  /** Of x over its largest magnitude along the axis: squares of what is small or large would leave the range. */
  row(operators.lpNormalization, (site, { axis, p }) => {
    const { build } = site;
    const x = floatInput(site);
    const axes = [site.axis(axis)];
    // What is 0 throughout stays 0.
    const atLeast = (norm: Ref) => build.op('Maximum', [norm, build.float(SMALLEST)]);
    const bounded = build.op('RealDiv', [x, atLeast(build.reduce('Max', build.op('Abs', [x]), axes, true))]);
    const norm =
      p === 1
        ? build.reduce('Sum', build.op('Abs', [bounded]), axes, true)
        : build.op('Sqrt', [build.reduce('Sum', build.op('Square', [bounded]), axes, true)]);
    return build.op('RealDiv', [bounded, atLeast(norm)]);
  }),

  row(operators.meanVarianceNormalization, (site, { axes }) => {
    expectFloat(site);
    const inMemory = axes.map((axis) => site.axis(axis)).sort((a, b) => a - b);
    return normalize(site, site.input(0), inMemory, 1e-18).result;
  }),
  softmaxRow(operators.softmax, 'Softmax'),
  softmaxRow(operators.logSoftmax, 'LogSoftmax'),
];
