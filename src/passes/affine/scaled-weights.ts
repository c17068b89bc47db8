import { type Node, sizeOf, type Tensor } from '../../model/index.js';
import { conv, convTranspose, gemm } from '../../operators/index.js';
import { expanded } from './channel-affine.js';
import { roundedTensor, roundedWeight } from './rounded-tensor.js';
import { type OutputsOfWeight, outputsAlong } from './underflow.js';

/** `scale * y + shift` per channel of what a node gives, or per channel of what it reads. Single numbers stand for all. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Constants that take the place of a node's operands 1 (weight) and 2 (bias). */
export interface NewWeights {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Whether anything is added to a channel at all; -0 is nothing. */
export function isShifted({ shift }: Affine): boolean {
  return shift.some((value) => value !== 0);
}

/** A weight as a box [outer, middle, inner], row-major, whose middle axis is the one to be scaled or summed over. */
interface Box {
  readonly outer: number;
  readonly middle: number;
  readonly inner: number;
}

function boxOf(shape: readonly number[], axis: number): Box {
  return { outer: sizeOf(shape.slice(0, axis)), middle: shape[axis] ?? 1, inner: sizeOf(shape.slice(axis + 1)) };
}

/** values * factor, `factor(outer, middle)` being the same along the inner axis; in place. */
function scaleBox(values: Float64Array, box: Box, factor: (outer: number, middle: number) => number): Float64Array {
  let at = 0;
  for (let o = 0; o < box.outer; o++) {
    for (let m = 0; m < box.middle; m++) {
      const f = factor(o, m);
      for (const end = at + box.inner; at < end; at++) values[at] = (values[at] ?? 0) * f;
    }
  }
  return values;
}

/** Constants rounded once to the type they have; undefined where one would leave its range, above or below. */
function rounded(
  like: Tensor,
  weight: Float64Array,
  bias: Float64Array | undefined,
  outputs: OutputsOfWeight,
): NewWeights | undefined {
  const made = roundedWeight(like.dtype, like.shape, weight, outputs, bias);
  const row = bias && roundedTensor(like.dtype, [bias.length], bias);
  return made && (row || !bias) ? { weight: made, bias: row } : undefined;
}

function scaledBias(bias: Tensor | undefined, scale: Float64Array, shift: Float64Array): Float64Array | undefined {
  const old = bias && expanded(bias.toFloat64(), scale.length);
  const made = scale.map((s, c) => s * (old?.[c] ?? 0) + (shift[c] ?? 0));
  return old || made.some((value) => value !== 0) ? made : undefined;
}

/** `affine` of the result of a Conv, ConvTranspose or Gemm, put into its constants. */
export function scaleResult(node: Node, affine: Affine): NewWeights | undefined {
  const weight = node.constant(1);
  const bias = node.constant(2);
  if (!weight || (node.hasInput(2) && !bias)) return undefined;
  if (node.is('Gemm')) return scaleGemmResult(node, weight, bias, affine);
  const group = node.is('ConvTranspose') ? convTranspose.parameters(node).group : 1;
  // Conv [M, C/g, k…] has its outputs on axis 0, ConvTranspose [C, M/g, k…] on axis 1 within the group of the row.
  const axis = node.is('ConvTranspose') ? 1 : 0;
  const box = boxOf(weight.shape, axis);
  const scale = expanded(affine.scale, box.middle * group);
  const rowsPerGroup = box.outer / group;
  const values = scaleBox(
    weight.toFloat64(),
    box,
    (o, m) => scale[axis === 0 ? m : Math.floor(o / rowsPerGroup) * box.middle + m] ?? 0,
  );
  const outputs = outputsAlong(weight.shape, axis, group);
  return rounded(weight, values, scaledBias(bias, scale, expanded(affine.shift, scale.length)), outputs);
}

function scaleGemmResult(node: Node, weight: Tensor, bias: Tensor | undefined, affine: Affine): NewWeights | undefined {
  const { beta, transB } = gemm.parameters(node);
  const box = boxOf(weight.shape, transB ? 0 : 1);
  const isRow = !bias || bias.size === 1 || (bias.size === box.middle && bias.shape.at(-1) === box.middle);
  if (!isRow || beta === 0) return undefined;
  const scale = expanded(affine.scale, box.middle);
  const shift = expanded(affine.shift, box.middle).map((value) => value / beta);
  return rounded(
    weight,
    scaleBox(weight.toFloat64(), box, (_, m) => scale[m] ?? 0),
    scaledBias(bias, scale, shift),
    outputsAlong(weight.shape, transB ? 0 : 1),
  );
}

/** `affine` of the operand of a Conv, ConvTranspose or Gemm, put into its constants. A padded operand takes no shift. */
export function scaleOperand(node: Node, affine: Affine): NewWeights | undefined {
  const weight = node.constant(1);
  const bias = node.constant(2);
  if (!weight || (node.hasInput(2) && !bias)) return undefined;
  if (node.is('Gemm')) return scaleGemmOperand(node, weight, bias, affine);
  if (node.is('ConvTranspose')) return isShifted(affine) ? undefined : scaleRows(node, weight, bias, affine);
  const { group, pads } = conv.parameters(node);
  if (isShifted(affine) && !pads?.every((size) => size === 0)) return undefined;
  const box = boxOf(weight.shape, 1);
  const rowsPerGroup = box.outer / group;
  const channel = (o: number, m: number) => Math.floor(o / rowsPerGroup) * box.middle + m;
  const scale = expanded(affine.scale, box.middle * group);
  const shift = expanded(affine.shift, scale.length);
  const values = weight.toFloat64();
  const moved = sums(values, box, (o, m) => shift[channel(o, m)] ?? 0);
  return rounded(
    weight,
    scaleBox(values, box, (o, m) => scale[channel(o, m)] ?? 0),
    isShifted(affine) ? added(bias, moved) : bias?.toFloat64(),
    outputsAlong(weight.shape, 0),
  );
}

function scaleRows(node: Node, weight: Tensor, bias: Tensor | undefined, affine: Affine): NewWeights | undefined {
  const box = boxOf(weight.shape, 0);
  const scale = expanded(affine.scale, box.middle);
  return rounded(
    weight,
    scaleBox(weight.toFloat64(), box, (_, m) => scale[m] ?? 0),
    bias?.toFloat64(),
    outputsAlong(weight.shape, 1, convTranspose.parameters(node).group),
  );
}

function scaleGemmOperand(
  node: Node,
  weight: Tensor,
  bias: Tensor | undefined,
  affine: Affine,
): NewWeights | undefined {
  const { alpha, beta, transA, transB } = gemm.parameters(node);
  const isRow = !bias || bias.shape.length === 1;
  if (transA || beta === 0 || !isRow) return undefined;
  // Rows of B' are inputs: axis 0 of B, or axis 1 where B is given transposed.
  const box = boxOf(weight.shape, transB ? 1 : 0);
  const [scale, shift] = [expanded(affine.scale, box.middle), expanded(affine.shift, box.middle)];
  const values = weight.toFloat64();
  const outputs = transB ? box.outer : box.inner;
  const moved = new Float64Array(outputs);
  for (let at = 0; at < values.length; at++) {
    const [k, n] = transB ? [at % box.middle, Math.floor(at / box.middle)] : [Math.floor(at / outputs), at % outputs];
    moved[n] = (moved[n] ?? 0) + ((values[at] ?? 0) * (shift[k] ?? 0) * alpha) / beta;
  }
  return rounded(
    weight,
    scaleBox(values, box, (_, m) => scale[m] ?? 0),
    isShifted(affine) ? added(bias, moved) : bias?.toFloat64(),
    outputsAlong(weight.shape, transB ? 0 : 1),
  );
}

/** For each outer index the sum over middle and inner of value * factor. */
function sums(values: Float64Array, box: Box, factor: (outer: number, middle: number) => number): Float64Array {
  const result = new Float64Array(box.outer);
  let at = 0;
  for (let o = 0; o < box.outer; o++) {
    for (let m = 0; m < box.middle; m++) {
      const f = factor(o, m);
      for (const end = at + box.inner; at < end; at++) result[o] = (result[o] ?? 0) + (values[at] ?? 0) * f;
    }
  }
  return result;
}

function added(bias: Tensor | undefined, moved: Float64Array): Float64Array {
  const old = bias && expanded(bias.toFloat64(), moved.length);
  return moved.map((value, i) => value + (old?.[i] ?? 0));
}
