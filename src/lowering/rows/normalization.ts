import { isStatic, sizeOf } from '../../model/index.js';
import type { Operator } from '../../operators/index.js';
import * as operators from '../../operators/index.js';
import { decline } from '../decline.js';
import { alongAxis, expectFloat, floatInput } from '../operands.js';
import { type CommonSite, commonRow } from '../row.js';
import type { AnySite } from '../site.js';

/** What is left after a mean is taken off and divided by a deviation. */
export interface Normalized<Ref> {
  readonly result: Ref;
  readonly mean: Ref;
  readonly inverseDeviation: Ref;
}

/** How a target makes mean 0 and variance 1 over axes in memory. */
export type Normalize<Ref> = (x: Ref, axes: readonly number[], epsilon: number) => Normalized<Ref>;

/** How an operator is written by what a target normalises by. */
interface Normalization {
  readonly operator: string;
  lower<Ref>(site: CommonSite<Ref>, normalize: Normalize<Ref>): readonly Ref[];
}

function normalization<P>(
  operator: Operator<P>,
  lower: <Ref>(site: CommonSite<Ref>, parameters: P, normalize: Normalize<Ref>) => readonly Ref[],
): Normalization {
  return {
    operator: operator.name,
    lower: (site, normalize) => lower(site, operator.parameters(site.node), normalize),
  };
}

/** Where the ONNX axes from `axis` on lie in memory. */
export function axesFrom<Ref>(site: AnySite<Ref>, axis: number): number[] {
  const rank = site.onnxShape(0).length;
  return Array.from({ length: rank - axis }, (_, i) => site.axis(axis + i)).sort((a, b) => a - b);
}

function channelsOf<Ref>(site: AnySite<Ref>): number {
  const [channels] = site.onnxShape(1);
  return typeof channels === 'number' ? channels : decline('an unknown number of channels');
}

function scaleAndShift<Ref>({ build }: CommonSite<Ref>, x: Ref, scale: Ref, bias: Ref | undefined): Ref {
  const scaled = build.mul(x, scale);
  return bias === undefined ? scaled : build.add(scaled, bias);
}

/** What a batch norm multiplies by and adds: worked out in float64 where it is constant. */
function statistics<Ref>(site: CommonSite<Ref>, channels: number, epsilon: number): [Ref, Ref] {
  const { build } = site;
  const constants = [1, 2, 3, 4].map((index) => site.constant(index));
  const [scale, bias, mean, variance] = constants.map((tensor) => tensor?.toFloat64());
  if (scale && bias && mean && variance) {
    const factor = (c: number) => (scale[c] ?? 0) / Math.sqrt((variance[c] ?? 0) + epsilon);
    const factors = Float32Array.from({ length: channels }, (_, c) => factor(c));
    const offsets = Float32Array.from({ length: channels }, (_, c) => (bias[c] ?? 0) - (mean[c] ?? 0) * factor(c));
    return [build.floats(factors), build.floats(offsets)];
  }
  const inverseDeviation = build.apply('Rsqrt', build.add(site.precise(4), build.float(epsilon)));
  const factor = build.mul(site.precise(1), inverseDeviation);
  return [factor, build.sub(site.precise(2), build.mul(site.precise(3), factor))];
}

/** What normalises by a mean and a variance. */
export const normalizations: readonly Normalization[] = [
  normalization(operators.batchNormalization, (site, { epsilon, trainingMode, spatial }, normalize) => {
    if (!spatial) return decline('has one scale for each element');
    const { build } = site;
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = channelsOf(site);
    const axis = rank > 1 ? site.axis(1) : 0;
    const spread = (vector: typeof x) => alongAxis(site, vector, channels, axis, rank);
    if (trainingMode) {
      // A vector has one channel.
      const others = axesFrom(site, 0).filter((each) => rank < 2 || each !== axis);
      const { result } = normalize(x, others, epsilon);
      return [scaleAndShift(site, result, spread(site.precise(1)), spread(site.precise(2)))];
    }
    const [scale, offset] = statistics(site, channels, epsilon);
    return [build.add(build.mul(x, spread(scale)), spread(offset))];
  }),

  normalization(operators.layerNormalization, (site, { axis, epsilon }, normalize) => {
    const x = floatInput(site);
    const { result, mean, inverseDeviation } = normalize(x, axesFrom(site, axis), epsilon);
    const scaled = scaleAndShift(site, result, site.broadcast(1), site.has(2) ? site.broadcast(2) : undefined);
    return [scaled, mean, inverseDeviation];
  }),

  normalization(operators.instanceNormalization, (site, { epsilon }, normalize) => {
    const x = floatInput(site);
    const rank = site.onnxShape(0).length;
    const channels = channelsOf(site);
    const axes = axesFrom(site, 2);
    const { result } = axes.length === 0 ? decline('without spatial axes') : normalize(x, axes, epsilon);
    const spread = (index: number) => alongAxis(site, site.precise(index), channels, site.axis(1), rank);
    return [scaleAndShift(site, result, spread(1), spread(2))];
  }),

  /** Channels-last [N,H,W,C] is seen as [N,H*W,G,C/G]. */
  normalization(operators.groupNormalization, (site, { numGroups, epsilon, scalesPerGroup }, normalize) => {
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
    const { result } = normalize(grouped, [1, 3], epsilon);
    if (scalesPerGroup) {
      const perGroup = (index: number) => build.reshape(site.precise(index), build.ints([numGroups, 1]));
      return [site.reshape(scaleAndShift(site, result, perGroup(1), perGroup(2)), shape)];
    }
    return [scaleAndShift(site, site.reshape(result, shape), site.precise(1), site.precise(2))];
  }),

  normalization(operators.meanVarianceNormalization, (site, { axes }, normalize) => {
    expectFloat(site);
    const inMemory = axes.map((axis) => site.axis(axis)).sort((a, b) => a - b);
    return [normalize(site.input(0), inMemory, 1e-18).result];
  }),
];

/** Smallest normal float32. */
const SMALLEST = 2 ** -126;

/** Of x over its largest magnitude along the axis: squares of what is small or large would leave the range. */
export const lpNormalizationRow = commonRow(operators.lpNormalization, (site, { axis, p }) => {
  const { build } = site;
  const x = floatInput(site);
  const axes = [site.axis(axis)];
  // What is 0 throughout stays 0.
  const atLeast = (norm: typeof x) => build.atLeast(norm, build.float(SMALLEST));
  const bounded = build.div(x, atLeast(build.reduce('Max', build.apply('Abs', x), axes, true)));
  const norm =
    p === 1
      ? build.reduce('Sum', build.apply('Abs', bounded), axes, true)
      : build.apply('Sqrt', build.reduce('Sum', build.apply('Square', bounded), axes, true));
  return build.div(bounded, atLeast(norm));
});

/** Softmax and its like along the last axis in memory, or from an axis on, all as one. @throws Declined */
export function alongLast<Ref>(
  site: AnySite<Ref>,
  { axis, flattensFromAxis }: { readonly axis: number; readonly flattensFromAxis: boolean },
  emit: (x: Ref) => Ref,
): Ref {
  const x = floatInput(site);
  if (!flattensFromAxis) return emit(x);
  const shape = site.shape(0);
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis)];
  if (!isStatic(inner)) return decline('over sizes that are not known; fix them with --shape');
  const rows = isStatic(outer) ? sizeOf(outer) : '?rows';
  return site.reshape(emit(site.reshape(x, [rows, sizeOf(inner)])), shape);
}
