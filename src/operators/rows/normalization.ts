import { type Dimension, isFloat, type Node, sizeOf, type Tensor } from '../../model/index.js';
import { type Broadcast, momentsOver, overNeighbours, scaledAndShifted, sumsOver } from '../compute/normalize.js';
import { numbersOf } from '../compute/numbers.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxis, resolveAxes } from '../shape/axes.js';
import { checkUnidirectional } from '../shape/broadcast.js';
import { likeOf } from '../shape/facts.js';

function epsilonOf(node: Node): number {
  const epsilon = node.float('epsilon', Math.fround(1e-5));
  if (!(epsilon >= 0)) throw node.invalid(`epsilon ${epsilon} is not a number from 0 on`);
  return epsilon;
}

const whole = (tensor: Tensor): Broadcast => ({ tensor, shape: tensor.shape });
const axesFrom = ({ shape }: Tensor, first: number) => Array.from(shape.keys()).slice(first);

/** The shape under which one number per channel broadcasts to X [N, C, D…]; a vector has one channel. */
function perChannel(input: Tensor, { size }: Tensor): number[] {
  return [size, ...input.shape.slice(2).map(() => 1)];
}

/** `scale * (x - mean) / sqrt(variance + epsilon) + bias`, the moments those over `axes` unless they are given. */
function standardised(
  input: Tensor,
  axes: readonly number[],
  epsilon: number,
  scale: Broadcast | undefined,
  bias: Broadcast | undefined,
  given?: { readonly means: Float64Array; readonly variances: Float64Array },
): Tensor | undefined {
  const numbers = isFloat(input.dtype) ? numbersOf(input) : undefined;
  if (!numbers) return undefined;
  const { means, variances, groupOf } = { ...momentsOver(numbers, input.shape, axes), ...given };
  const standardise = (x: number, place: number) => {
    const group = groupOf(place);
    return (x - (means[group] ?? 0)) / Math.sqrt((variances[group] ?? 1) + epsilon);
  };
  return scaledAndShifted(input, standardise, scale, bias);
}

/** Operands that hold one number per channel. */
function checkLengths(node: Node, operands: readonly number[], channels: Dimension | undefined): void {
  let expected = channels;
  for (const index of operands) {
    const shape = node.inputs[index]?.shape;
    if (!shape) continue;
    const [length] = shape;
    if (shape.length !== 1) throw node.invalid(`input ${index} has rank ${shape.length}, not 1`);
    if (typeof length !== 'number') continue;
    if (typeof expected === 'number' && expected !== length) {
      throw node.invalid(`input ${index} has a length of ${length}, not ${expected}`);
    }
    expected = length;
  }
}

/** `scale * (X - mean) / sqrt(var + epsilon) + B` per channel of X [N, C, D…]; the operands are X, scale, B, mean, var. */
export const batchNormalization = operator('BatchNormalization', {
  traits: ['keepsAxes'],
  parameters: (node) => {
    const spatial = node.opset >= 9 || node.int('spatial', 1) !== 0;
    if (spatial) {
      const input = node.inputs[0]?.shape;
      // A tensor without a channel axis has one channel.
      checkLengths(node, [1, 2, 3, 4], input && input.length < 2 ? 1 : input?.[1]);
    }
    return {
      epsilon: epsilonOf(node),
      momentum: node.float('momentum', Math.fround(0.9)),
      // Before opset 14 a node says by its further outputs that it trains.
      /** Statistics come from the batch; else they are the operands `mean` and `var`. */
      trainingMode: node.opset < 14 ? node.outputs.length > 1 : node.int('training_mode', 0) !== 0,
      /** One scale per channel; else (before opset 9, `spatial` 0) one per element of a sample. */
      spatial,
    };
  },
  infer: (node) => {
    const statistics = [3, 4].map((index) => likeOf(node.inputs[index]));
    return [likeOf(node.inputs[0]), ...statistics, ...(node.opset < 14 ? statistics : [])];
  },
  compute: ([input, scale, bias, mean, variance], { epsilon, trainingMode, spatial }, node) => {
    if (!input || !scale || !bias || !mean || !variance || !spatial) return undefined;
    if (trainingMode && node.opset < 14) return undefined;
    const axes = input.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const shape = perChannel(input, scale);
    const given = trainingMode ? undefined : { means: mean.toFloat64(), variances: variance.toFloat64() };
    return standardised(input, axes, epsilon, { tensor: scale, shape }, { tensor: bias, shape }, given);
  },
});

/** `scale * (X - mean) / sqrt(var + epsilon) + B`, mean and variance of each channel of each sample of X [N, C, D…]. */
export const instanceNormalization = operator('InstanceNormalization', {
  traits: ['keepsAxes'],
  parameters: (node) => {
    checkLengths(node, [1, 2], node.inputs[0]?.shape?.[1]);
    return { epsilon: epsilonOf(node) };
  },
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input, scale, bias], { epsilon }) => {
    if (!input || !scale || !bias) return undefined;
    const shape = perChannel(input, scale);
    const axes = axesFrom(input, 2);
    return standardised(input, axes, epsilon, { tensor: scale, shape }, { tensor: bias, shape });
  },
});

export interface LayerNormalizationParameters {
  /** First of the axes that are normalised together; counted from the front where the rank is known. */
  readonly axis: number;
  readonly epsilon: number;
}

function layerParameters(node: Node): LayerNormalizationParameters {
  for (const operand of [1, 2])
    checkUnidirectional(node, node.inputs[operand]?.shape, node.inputs[0]?.shape, 'the scale or bias');
  const rank = node.inputs[0]?.rank;
  const axis = node.int('axis', -1);
  return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank), epsilon: epsilonOf(node) };
}

/** Mean 0 and variance 1 over the axes from `axis` on, then `* Scale + B`; further results are mean and 1/deviation. */
export const layerNormalization = operator('LayerNormalization', {
  traits: ['optionalResults'],
  parameters: layerParameters,
  infer: (node, { axis }) => {
    const shape = node.inputs[0]?.shape?.map((d, i) => (i < axis ? d : 1));
    // The statistics are made in float32 unless stash_type names another type.
    const statistics: Facts = { dtype: node.int('stash_type', 1) === 1 ? 'float32' : undefined, shape };
    return [likeOf(node.inputs[0]), statistics, statistics];
  },
  compute: ([input, scale, bias], { axis, epsilon }) => {
    if (!input || !scale) return undefined;
    const [factor, summand] = [whole(scale), bias && whole(bias)];
    return standardised(input, axesFrom(input, axis), epsilon, factor, summand);
  },
});

/** `X / sqrt(mean(X^2) + epsilon) * scale` over the axes from `axis` on. */
export const rmsNormalization = operator('RMSNormalization', {
  traits: [],
  parameters: layerParameters,
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input, scale], { axis, epsilon }) => {
    const squares = input && scale && sumsOver(input, axesFrom(input, axis), (x) => x * x);
    if (!squares) return undefined;
    const rootOf = (place: number) => Math.sqrt(squares.of(place) / squares.count + epsilon);
    return scaledAndShifted(input, (x, place) => x / rootOf(place), whole(scale), undefined);
  },
});

export interface GroupNormalizationParameters {
  readonly numGroups: number;
  readonly epsilon: number;
  /** Scale and bias have one entry per group (before opset 21), else one per channel. */
  readonly scalesPerGroup: boolean;
}

/** Mean 0 and variance 1 over each of `numGroups` groups of channels, then `* scale + bias`. */
export const groupNormalization = operator('GroupNormalization', {
  traits: ['spatial'],
  parameters: (node): GroupNormalizationParameters => {
    const numGroups = node.int('num_groups', undefined);
    if (numGroups === undefined) throw node.invalid('attribute num_groups is missing');
    const channels = node.inputs[0]?.shape?.[1];
    if (numGroups < 1 || (typeof channels === 'number' && channels % numGroups !== 0)) {
      throw node.invalid(`num_groups ${numGroups} does not divide ${channels} channels`);
    }
    const scalesPerGroup = node.opset < 21;
    checkLengths(node, [1, 2], scalesPerGroup ? numGroups : channels);
    return { numGroups, epsilon: epsilonOf(node), scalesPerGroup };
  },
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input, scale, bias], { numGroups, epsilon, scalesPerGroup }) => {
    if (!input || !scale || !bias) return undefined;
    const [batch = 1, channels = 1, ...spatial] = input.shape;
    const grouped = input.reshape([batch, numGroups, channels / numGroups, sizeOf(spatial)]);
    const shape = scalesPerGroup ? [numGroups, 1, 1] : [numGroups, channels / numGroups, 1];
    const result = standardised(grouped, [2, 3], epsilon, { tensor: scale, shape }, { tensor: bias, shape });
    return result?.reshape(input.shape);
  },
});

/** `X / (bias + alpha / size * sum of X^2 over size neighbouring channels) ^ beta`. */
export const lrn = operator('LRN', {
  traits: ['spatial'],
  parameters: (node) => {
    const size = node.int('size', undefined);
    if (size === undefined || size < 1) throw node.invalid(`size ${size} is not a number from 1 on`);
    return {
      alpha: node.float('alpha', Math.fround(1e-4)),
      beta: node.float('beta', 0.75),
      bias: node.float('bias', 1),
      size,
    };
  },
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input], parameters) => input && overNeighbours(input, parameters),
});

/** `X / p-norm of X along axis`. */
export const lpNormalization = operator('LpNormalization', {
  traits: ['keepsAxes'],
  parameters: (node) => {
    const rank = node.inputs[0]?.rank;
    const axis = node.int('axis', -1);
    const p = node.int('p', 2);
    if (p !== 1 && p !== 2) throw node.invalid(`p ${p} is neither 1 nor 2`);
    return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank), p };
  },
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input], { axis, p }) => {
    const sums = input && sumsOver(input, [axis], (x) => Math.abs(x) ** p);
    // Where all are 0 the norm is, and so is what is given.
    const normOf = (place: number) => (sums?.of(place) ?? 0) ** (1 / p) || 1;
    return sums && scaledAndShifted(input, (x, place) => x / normOf(place), undefined, undefined);
  },
});

/** `(X - mean) / sqrt(mean of squares - squared mean)` over `axes`. */
export const meanVarianceNormalization = operator('MeanVarianceNormalization', {
  traits: ['keepsAxes'],
  parameters: (node) => ({ axes: resolveAxes(node, node.ints('axes', [0, 2, 3]), node.inputs[0]?.rank) }),
  infer: (node) => [likeOf(node.inputs[0])],
  compute: ([input], { axes }) => input && standardised(input, axes, 1e-9 ** 2, undefined, undefined),
});
