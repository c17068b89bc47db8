import type { Dimension, Node } from '../model/index.js';
import { type Facts, operator } from './operator.js';
import { normalizeAxis, resolveAxes } from './shape/axes.js';
import { checkUnidirectional } from './shape/broadcast.js';
import { likeOf } from './shape/facts.js';

export interface BatchNormalizationParameters {
  readonly epsilon: number;
  readonly momentum: number;
  /** Statistics come from the batch; else they are the operands `mean` and `var`. */
  readonly trainingMode: boolean;
  /** One scale per channel; else (before opset 9, `spatial` 0) one per element of a sample. */
  readonly spatial: boolean;
}

function epsilonOf(node: Node): number {
  const epsilon = node.float('epsilon', Math.fround(1e-5));
  if (!(epsilon >= 0)) throw node.invalid(`epsilon ${epsilon} is not a number from 0 on`);
  return epsilon;
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
  parameters: (node): BatchNormalizationParameters => {
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
      trainingMode: node.opset < 14 ? node.outputs.length > 1 : node.int('training_mode', 0) !== 0,
      spatial,
    };
  },
  infer: (node) => {
    const statistics = [3, 4].map((index) => likeOf(node.inputs[index]));
    return [likeOf(node.inputs[0]), ...statistics, ...(node.opset < 14 ? statistics : [])];
  },
});

/** `scale * (X - mean) / sqrt(var + epsilon) + B`, mean and variance of each channel of each sample of X [N, C, D…]. */
export const instanceNormalization = operator('InstanceNormalization', {
  parameters: (node) => {
    checkLengths(node, [1, 2], node.inputs[0]?.shape?.[1]);
    return { epsilon: epsilonOf(node) };
  },
  infer: (node) => [likeOf(node.inputs[0])],
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
  parameters: layerParameters,
  infer: (node, { axis }) => {
    const shape = node.inputs[0]?.shape?.map((d, i) => (i < axis ? d : 1));
    // The statistics are made in float32 unless stash_type names another type.
    const statistics: Facts = { dtype: node.int('stash_type', 1) === 1 ? 'float32' : undefined, shape };
    return [likeOf(node.inputs[0]), statistics, statistics];
  },
});

/** `X / sqrt(mean(X^2) + epsilon) * scale` over the axes from `axis` on. */
export const rmsNormalization = operator('RMSNormalization', {
  parameters: layerParameters,
  infer: (node) => [likeOf(node.inputs[0])],
});

export interface GroupNormalizationParameters {
  readonly numGroups: number;
  readonly epsilon: number;
  /** Scale and bias have one entry per group (before opset 21), else one per channel. */
  readonly scalesPerGroup: boolean;
}

/** Mean 0 and variance 1 over each of `numGroups` groups of channels, then `* scale + bias`. */
export const groupNormalization = operator('GroupNormalization', {
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
});

/** `X / (bias + alpha / size * sum of X^2 over size neighbouring channels) ^ beta`. */
export const lrn = operator('LRN', {
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
});

/** `X / p-norm of X along axis`. */
export const lpNormalization = operator('LpNormalization', {
  parameters: (node) => {
    const rank = node.inputs[0]?.rank;
    const axis = node.int('axis', -1);
    const p = node.int('p', 2);
    if (p !== 1 && p !== 2) throw node.invalid(`p ${p} is neither 1 nor 2`);
    return { axis: rank === undefined ? axis : normalizeAxis(node, axis, rank), p };
  },
  infer: (node) => [likeOf(node.inputs[0])],
});

/** `(X - mean) / sqrt(mean of squares - squared mean)` over `axes`. */
export const meanVarianceNormalization = operator('MeanVarianceNormalization', {
  parameters: (node) => ({ axes: resolveAxes(node, node.ints('axes', [0, 2, 3]), node.inputs[0]?.rank) }),
  infer: (node) => [likeOf(node.inputs[0])],
});
