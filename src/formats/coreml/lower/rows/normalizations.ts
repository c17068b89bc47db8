import { decline } from '../../../../lowering/decline.js';
import { isStatic, sameShape, sizeOf, Tensor } from '../../../../model/index.js';
import {
  batchNormalization,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  lpNormalization,
  lrn,
  meanVarianceNormalization,
  rmsNormalization,
} from '../../../../operators/index.js';
import { multiplied } from '../../../../operators/shape/products.js';
import { ranksOf } from '../../program/operand-facts.js';
import type { MilValue } from '../../program/program.js';
import { bounded, halfCentred, inverseRoot, meanSquare, smallest } from '../bounded.js';
import { int, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, reduce, reshape, transpose, unary } from '../operations.js';
import { paddingArguments } from '../padding.js';
import { fixedSizes } from '../types.js';
import type { Rows } from './row.js';

/** What ONNX adds to a deviation before it divides by it. */
const EPSILON = 1e-9;

/** What normalises by a mean and a variance, or by a norm. */
export const normalizations: Rows = {
  BatchNormalization(node, to) {
    const { epsilon, trainingMode, spatial } = batchNormalization.parameters(node);
    if (!spatial) decline('it has one scale per element, not per channel');
    const x = to.input();
    if (trainingMode) return batchStatistics(to, x, epsilon);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => node.constant(index));
    if (!scale || !bias || !mean || !variance) return computedBatchNorm(to, x, epsilon);
    const [least, highest] = ranksOf('batch_norm');
    if (x.type.shape.length < least || x.type.shape.length > highest) {
      return asArithmetic(to, x, factorsAndShifts(scale, bias, mean, variance, epsilon));
    }
    const args = {
      mean: to.constant(mean),
      variance: to.constant(variance),
      gamma: to.constant(scale),
      beta: to.constant(bias),
      epsilon: to.number(epsilon),
    };
    to.output(unary(to, 'batch_norm', x, args));
  },

  InstanceNormalization(node, to) {
    const { epsilon } = instanceNormalization.parameters(node);
    const x = to.input();
    const gamma = to.constant(to.tensor(1, 'scale'));
    const beta = to.constant(to.tensor(2, 'bias'));
    const [n = 1, c = 1, ...spatial] = x.type.shape;
    // Core ML knows one and two spatial axes; the statistics do not mind how they are laid.
    const laid = spatial.length <= 2 && spatial.length > 0 ? x : reshape(to, x, [n, c, multiplied(node, spatial)]);
    const made = unary(to, 'instance_norm', laid, { gamma, beta, epsilon: to.number(epsilon) });
    to.output(reshape(to, made, x.type.shape));
  },

  LayerNormalization(node, to) {
    const { axis, epsilon } = layerNormalization.parameters(node);
    const x = to.input();
    const axes = x.type.shape.map((_, i) => i).slice(axis);
    const shape = x.type.shape.slice(axis);
    const [scale, bias] = [node.constant(1), node.constant(2)];
    const gamma = scale && isStatic(shape) ? stretched(scale, shape) : undefined;
    const beta = bias && isStatic(shape) ? stretched(bias, shape) : undefined;
    // What is computed, or follows a computed scale, cannot be an argument.
    const takesBias = gamma !== undefined && beta !== undefined;
    const args = {
      axes: ints(axes),
      gamma: gamma && to.constant(gamma),
      beta: takesBias ? to.constant(beta) : undefined,
      epsilon: to.number(epsilon),
    };
    const normalized = to.emit('layer_norm', { x, ...args }, x.type.shape);
    const scaled = gamma ? normalized : binary(to, 'mul', normalized, to.input(1));
    to.output(takesBias || !node.hasInput(2) ? scaled : binary(to, 'add', scaled, to.input(2)));
    if (node.outputs[1]?.isDead === false || node.outputs[2]?.isDead === false) statistics(to, x, axes, epsilon);
  },

  GroupNormalization(node, to) {
    const { numGroups, epsilon, scalesPerGroup } = groupNormalization.parameters(node);
    const x = to.input();
    if (x.type.shape.length < 2) throw node.invalid('its operand has no channels');
    const [n = 1, channels = 1, ...spatial] = x.type.shape;
    const c = typeof channels === 'number' ? channels : decline('its number of channels is open');
    const grouped = reshape(to, x, [n, numGroups, multiplied(node, [c / numGroups, ...spatial])]);
    const normalized = reshape(to, unary(to, 'instance_norm', grouped, { epsilon: to.number(epsilon) }), x.type.shape);
    const perChannel = (index: number, what: string) => {
      const tensor = to.tensor(index, what);
      const values = tensor.toFloat32();
      const each = scalesPerGroup
        ? Float32Array.from({ length: c }, (_, i) => values[Math.floor((i * numGroups) / c)] ?? 0)
        : values;
      return to.floats([1, c, ...spatial.map(() => 1)], each);
    };
    const scaled = binary(to, 'mul', normalized, perChannel(1, 'scale'));
    to.output(binary(to, 'add', scaled, perChannel(2, 'bias')));
  },

  RMSNormalization(node, to) {
    const { axis, epsilon } = rmsNormalization.parameters(node);
    const x = to.input();
    const axes = x.type.shape.map((_, i) => i).slice(axis);
    const { quotient, inverse } = inverseRoot(to, x, axes, epsilon);
    to.output(binary(to, 'mul', binary(to, 'mul', quotient, inverse), to.input(1)));
  },

  LpNormalization(node, to) {
    const { axis, p } = lpNormalization.parameters(node);
    const { quotient } = bounded(to, to.input(), [axis]);
    const norm = reduce(to, p === 1 ? 'reduce_l1_norm' : 'reduce_l2_norm', quotient, [axis], true);
    // What is 0 throughout stays 0.
    to.output(binary(to, 'real_div', quotient, binary(to, 'maximum', norm, to.number(smallest(to)))));
  },

  MeanVarianceNormalization(node, to) {
    const { axes } = meanVarianceNormalization.parameters(node);
    const { quotient, magnitude } = bounded(to, halfCentred(to, to.input(), axes), axes);
    const deviation = unary(to, 'sqrt', meanSquare(to, quotient, axes));
    const share = binary(to, 'real_div', to.value(to.number(EPSILON / 2)), magnitude);
    to.output(binary(to, 'real_div', quotient, binary(to, 'add', deviation, share)));
  },

  /** x / (bias + total)^beta, whose square root is taken first: the sum of squares may leave the range, its root does not. */
  LRN(node, to) {
    const { alpha, beta, bias, size } = lrn.parameters(node);
    if (bias < 0) decline('its bias is negative');
    const x = to.input();
    const rank = x.type.shape.length;
    if (rank < 3 || rank > 5) decline(`its operand has rank ${rank}`);
    const { quotient, magnitude } = bounded(to, x, [1], 1);
    const total = neighbours(to, unary(to, 'square', quotient), size, alpha / size);
    const share = binary(to, 'real_div', binary(to, 'real_div', to.value(to.number(bias)), magnitude), magnitude);
    const root = binary(to, 'mul', magnitude, unary(to, 'sqrt', binary(to, 'add', total, share)));
    const power = binary(to, 'pow', root, to.number(beta));
    to.output(binary(to, 'real_div', binary(to, 'real_div', x, power), power));
  },
};

/** `factor` times the sum over neighbouring channels: a 1x1 convolution whose matrix is a band. */
function neighbours(to: NodeBuilder, x: MilValue, size: number, factor: number): MilValue {
  const [, c = 1] = fixedSizes(x);
  const spatial = x.type.shape.slice(2);
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Float32Array.from({ length: c * c }, (_, i) => {
    const distance = (i % c) - Math.floor(i / c);
    return distance >= -before && distance <= after ? factor : 0;
  });
  const weight = to.floats([c, c, ...spatial.map(() => 1)], band);
  return to.emit('conv', { x, weight, groups: int(1), ...convolutionDefaults(spatial.length) }, x.type.shape);
}

function convolutionDefaults(axes: number) {
  const ones = new Array<number>(axes).fill(1);
  return { strides: ints(ones), dilations: ints(ones), ...paddingArguments(new Array<number>(2 * axes).fill(0)) };
}

/** One number per channel, laid so that it broadcasts. A vector has one channel. */
const perChannel = (x: MilValue) =>
  x.type.shape.map((size, axis) => {
    if (axis !== 1) return 1;
    return typeof size === 'number' ? size : decline('its number of channels is open');
  });

/** A batch norm is a factor and a shift for each channel, worked out in float64. */
function factorsAndShifts(scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: number) {
  const [means, variances, biases] = [mean.toFloat64(), variance.toFloat64(), bias.toFloat64()];
  const factors = scale.toFloat64().map((value, c) => value / Math.sqrt((variances[c] ?? 0) + epsilon));
  return { factors, shifts: factors.map((factor, c) => (biases[c] ?? 0) - (means[c] ?? 0) * factor) };
}

function asArithmetic(to: NodeBuilder, x: MilValue, { factors, shifts }: ReturnType<typeof factorsAndShifts>): void {
  const shape = perChannel(x);
  to.output(binary(to, 'add', binary(to, 'mul', x, to.floats(shape, factors)), to.floats(shape, shifts)));
}

/** The whole batch as one sample, each channel of which is normalised by its own statistics. */
function batchStatistics(to: NodeBuilder, x: MilValue, epsilon: number): void {
  const shape = fixedSizes(x);
  // A vector has one channel.
  const [n = 1, c = 1, ...spatial] = shape.length < 2 ? [sizeOf(shape), 1] : shape;
  const area = sizeOf(spatial);
  const swapFirst = (value: MilValue) => (n === 1 ? value : transpose(to, value, [1, 0, 2]));
  const laid = reshape(to, swapFirst(reshape(to, x, [n, c, area])), [1, c, n * area]);
  const normalized = unary(to, 'instance_norm', laid, { epsilon: to.number(epsilon) });
  const restored = swapFirst(reshape(to, normalized, n === 1 ? [1, c, area] : [c, n, area]));
  const operand = (index: number) => reshape(to, to.input(index), perChannel(x));
  const scaled = binary(to, 'mul', reshape(to, restored, shape), operand(1));
  to.output(binary(to, 'add', scaled, operand(2)));
}

/** `batch_norm` takes constants alone. */
function computedBatchNorm(to: NodeBuilder, x: MilValue, epsilon: number): void {
  const operand = (index: number) => reshape(to, to.input(index), perChannel(x));
  const [scale, bias, mean, variance] = [operand(1), operand(2), operand(3), operand(4)];
  const inverse = binary(to, 'mul', scale, unary(to, 'rsqrt', variance, { epsilon: to.number(epsilon) }));
  to.output(binary(to, 'add', binary(to, 'mul', binary(to, 'sub', x, mean), inverse), bias));
}

/** Mean and reciprocal of the deviation, the further results of a layer norm. */
function statistics(to: NodeBuilder, x: MilValue, axes: readonly number[], epsilon: number): void {
  to.output(reduce(to, 'reduce_mean', x, axes, true), 1);
  // Of half of x, whose variance is a quarter.
  const { inverse, magnitude } = inverseRoot(to, halfCentred(to, x, axes), axes, epsilon / 4);
  to.output(binary(to, 'mul', binary(to, 'real_div', inverse, magnitude), to.number(0.5)), 2);
}

/** A tensor broadcast to the shape of the normalised axes; undefined where it has more axes than those. */
function stretched(tensor: Tensor, shape: readonly number[]): Tensor | undefined {
  if (sameShape(tensor.shape, shape)) return tensor;
  if (tensor.size === sizeOf(shape)) return tensor.reshape(shape);
  if (tensor.size !== 1) return undefined;
  return Tensor.from(tensor.dtype, shape, new Float64Array(sizeOf(shape)).fill(tensor.toFloat64()[0] ?? 0));
}
