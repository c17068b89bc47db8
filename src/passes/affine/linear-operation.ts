import { isFloat, type Node, type Tensor, type Value } from '../../model/index.js';
import { averagePool, type ConvParameters, concat, conv, pad, slice } from '../../operators/index.js';
import { sliceRange } from '../../operators/shape/slice-range.js';
import { isActivationConstant } from './activation-constant.js';
import { type AffineMap, identityMap, POINT, type Sampling } from './affine-map.js';
import { channelAffineOf, expanded } from './channel-affine.js';
import { selectionMap } from './channel-selection.js';
import { takeFloat32 } from './spare-arrays.js';

/** A value in a sum. */
export interface Summand {
  readonly value: Value;
  readonly sign: 1 | -1;
  /** In a concatenation, which is a sum too: where its channels lie among all of them. */
  readonly place?: AffineMap;
}

/** A node as the algebra sees it: a map of one value, or a signed sum of values. */
export type LinearOperation =
  | {
      readonly kind: 'map';
      readonly node: Node;
      readonly input: Value;
      readonly output: Value;
      readonly map: AffineMap;
      /** One multiply or add per element: a batch norm or arithmetic with a constant. */
      readonly isPointwise: boolean;
      /** Moves elements and computes nothing, whatever the weights of the map say. */
      readonly isCopy?: boolean;
    }
  | {
      readonly kind: 'sum';
      readonly node: Node;
      readonly terms: readonly Summand[];
      readonly output: Value;
      readonly channels: number;
    };

/** The node as a linear operation on [N, C, *D] with C known; undefined where it is none. */
export function linearOperation(node: Node): LinearOperation | undefined {
  const output = node.outputs[0];
  if (node.domain !== '' || !output || !isFloat(output.dtype)) return undefined;
  switch (node.operator) {
    case 'Conv':
      return convolution(node, output);
    case 'AveragePool':
      return averagePooling(node, output);
    case 'Pad':
      return zeroPadding(node, output);
    case 'Slice':
      return slicing(node, output);
    case 'Concat':
      return concatenation(node, output);
    case 'Identity':
      return withMap(node, node.input(0), output, (channels, rank) => ({ ...identityMap(channels, rank), depth: 1 }));
    case 'Sum':
      return sum(node, output, 1);
    case 'Add':
    case 'Sub':
      return pointwise(node, output) ?? sum(node, output, node.operator === 'Add' ? 1 : -1);
    default:
      return pointwise(node, output);
  }
}

function channelsOf(value: Value): number | undefined {
  const channels = value.shape?.[1];
  return typeof channels === 'number' && (value.rank ?? 0) >= 3 ? channels : undefined;
}

function withMap(
  node: Node,
  input: Value,
  output: Value,
  make: (channels: number, spatialRank: number) => AffineMap | undefined,
  isPointwise = true,
): LinearOperation | undefined {
  const channels = channelsOf(input);
  const map = channels === undefined ? undefined : make(channels, (input.rank ?? 0) - 2);
  return map && { kind: 'map', node, input, output, map, isPointwise };
}

function pointwise(node: Node, output: Value): LinearOperation | undefined {
  if ((output.rank ?? 0) < 3) return undefined;
  const affine = isActivationConstant(node) ? undefined : channelAffineOf(node);
  if (!affine || (affine.axis !== undefined && affine.axis !== 1)) return undefined;
  const { scale, shift } = affine;
  return withMap(node, affine.input, output, (channels, rank) => ({
    ...identityMap(channels, rank),
    depth: 1,
    hasBias: shift.some((value) => value !== 0),
    weights: {
      kind: 'constant',
      make: () => ({ kernel: expanded(scale, channels), bias: expanded(shift, channels) }),
    },
  }));
}

function sum(node: Node, output: Value, secondSign: 1 | -1): LinearOperation | undefined {
  const channels = channelsOf(output);
  const values = node.inputs.filter((value) => value !== undefined);
  if (channels === undefined || values.length < 2 || values.some((value) => value.constant)) return undefined;
  const terms = values.map((value, i) => ({ value, sign: i === 0 ? (1 as const) : secondSign }));
  return { kind: 'sum', node, terms, output, channels };
}

/** Channels of several values, one behind the other: a sum in which each value has its place and is 0 elsewhere. */
function concatenation(node: Node, output: Value): LinearOperation | undefined {
  const channels = channelsOf(output);
  const values = node.inputs.filter((value) => value !== undefined);
  if (concat.parameters(node).axis !== 1 || channels === undefined || values.length < 2) return undefined;
  let first = 0;
  const terms: Summand[] = [];
  for (const value of values) {
    const count = channelsOf(value);
    if (count === undefined || value.constant) return undefined;
    const picks = Array.from({ length: channels }, (_, channel) => channel - first);
    first += count;
    terms.push({ value, sign: 1, place: selectionMap(count, picks, (value.rank ?? 0) - 2) });
  }
  return { kind: 'sum', node, terms, output, channels };
}

function samplings(window: Omit<ConvParameters, 'group'>, kernel: readonly number[]): Sampling[] | undefined {
  const { pads, strides, dilations } = window;
  if (!pads) return undefined;
  return kernel.map((size, i) => ({
    kernel: size,
    stride: strides[i] ?? 1,
    dilation: dilations[i] ?? 1,
    padBegin: pads[i] ?? 0,
    padEnd: pads[i + kernel.length] ?? 0,
  }));
}

function convolution(node: Node, output: Value): LinearOperation | undefined {
  const weight = node.constant(1);
  const bias = node.constant(2);
  if (!weight || (node.hasInput(2) && !bias)) return undefined;
  const window = conv.parameters(node);
  const axes = samplings(window, weight.shape.slice(2));
  const outChannels = weight.shape[0] ?? 0;
  if (!axes || outChannels === 0) return undefined;
  return withMap(
    node,
    node.input(0),
    output,
    (inChannels) => ({
      inChannels,
      outChannels,
      groups: window.group,
      axes,
      depth: 1,
      hasBias: bias?.toFloat64().some((value) => value !== 0) ?? false,
      holdsConv: true,
      weights: {
        kind: 'constant',
        make: () => ({ kernel: unpacked(weight), bias: bias?.toFloat64() }),
      },
    }),
    false,
  );
}

/** Float32 numbers as the file holds them, others as float64; for whoever reads them once. */
function unpacked(weight: Tensor): Float32Array | Float64Array {
  return weight.dtype === 'float32' ? takeFloat32(weight.bytes) : weight.toFloat64();
}

/**
 * Counting the padding, every window divides by the same number: a depthwise convolution with equal weights. But a pool that
 * finds no window gives an empty answer, where a convolution fails: at open sizes one has to fit around a single pixel.
 */
function averagePooling(node: Node, output: Value): LinearOperation | undefined {
  const pool = averagePool.parameters(node);
  const axes = samplings(pool, pool.kernelShape);
  const isPadded = axes?.some((axis) => axis.padBegin > 0 || axis.padEnd > 0);
  if (!axes || pool.ceilMode || (isPadded && !pool.countIncludePad)) return undefined;
  const fits = axes.every((axis, i) => {
    const size = node.input(0).shape?.[i + 2];
    const extent = (axis.kernel - 1) * axis.dilation + 1;
    return (typeof size === 'number' ? size : 1) + axis.padBegin + axis.padEnd >= extent;
  });
  if (!fits) return undefined;
  const taps = pool.kernelShape.reduce((product, size) => product * size, 1);
  const make = (channels: number): AffineMap => ({
    ...identityMap(channels, axes.length),
    axes,
    depth: 1,
    weights: {
      kind: 'constant',
      make: () => ({ kernel: new Float64Array(channels * taps).fill(1 / taps), bias: undefined }),
    },
  });
  return withMap(node, node.input(0), output, make, false);
}

/** Zeros around the spatial axes, or pixels less: a 1x1 identity that pads. */
function zeroPadding(node: Node, output: Value): LinearOperation | undefined {
  const { mode, pads, constantValue } = pad.parameters(node);
  const rank = output.rank ?? 0;
  if (mode !== 'constant' || constantValue !== 0 || pads?.length !== 2 * rank) return undefined;
  const [begins, ends] = [pads.slice(0, rank), pads.slice(rank)];
  const widensOuter = [0, 1].some((axis) => begins[axis] !== 0 || ends[axis] !== 0);
  if (widensOuter) return undefined;
  const axes = begins.slice(2).map((padBegin, i) => ({ ...POINT, padBegin, padEnd: ends[i + 2] ?? 0 }));
  return sampled(node, output, axes);
}

/** Some of the channels, and pixels of the spatial axes at any forward step: a 1x1 that strides, with pads below zero. */
function slicing(node: Node, output: Value): LinearOperation | undefined {
  const { starts, ends, axes: sliced, steps } = slice.parameters(node);
  const shape = node.input(0).shape;
  if (!shape || !starts || !ends || !sliced || !steps) return undefined;
  const axes = shape.slice(2).map(() => POINT);
  let picks: number[] | undefined;
  for (const [i, axis] of sliced.entries()) {
    const [size, start, end, step] = [shape[axis], starts[i], ends[i], steps[i]];
    if (axis < 1 || typeof size !== 'number' || start === undefined || end === undefined || !step) return undefined;
    const { first, count } = sliceRange(size, start, end, step);
    if (step < 0 || count === 0) return undefined;
    if (axis === 1) {
      picks = Array.from({ length: count }, (_, channel) => first + channel * step);
      continue;
    }
    // The largest that makes no further output: a step may end beyond the axis.
    const padEnd = Math.min(0, first + count * step - size);
    axes[axis - 2] = { ...POINT, stride: step, padBegin: 0 - first, padEnd };
  }
  return picks ? selecting(node, output, picks, axes) : sampled(node, output, axes);
}

function selecting(
  node: Node,
  output: Value,
  picks: readonly number[],
  axes: readonly Sampling[],
): LinearOperation | undefined {
  const make = (channels: number, rank: number) => ({ ...selectionMap(channels, picks, rank), axes });
  const operation = withMap(node, node.input(0), output, make, false);
  return operation?.kind === 'map' ? { ...operation, isCopy: true } : undefined;
}

/** The source itself at other places. */
function sampled(node: Node, output: Value, axes: readonly Sampling[]): LinearOperation | undefined {
  return withMap(
    node,
    node.input(0),
    output,
    (channels) => ({ ...identityMap(channels, axes.length), axes, depth: 1 }),
    false,
  );
}
