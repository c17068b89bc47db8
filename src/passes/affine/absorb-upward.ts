import { type Node, sameShape, type Value } from '../../model/index.js';
import { averagePool, concat, pad, reduceMean, resize } from '../../operators/index.js';
import { addedConstantOf, constantBehind } from './added-constant.js';
import { expanded } from './channel-affine.js';
import { type Edit, renamed, withConstant, withConstantAndRow, withWeights } from './edit.js';
import { followShape, type Travelling } from './follow-shape.js';
import { isShifted, scaleResult } from './scaled-weights.js';
import { outputsAlong, underflows } from './underflow.js';

const DEEPEST = 32;

/**
 * The edits after which `value` itself is `scale * value + shift`, its reader's work being done by constants before it.
 * The values on the way may be read once, and by nobody else: a node that reads one twice has two shares for it. undefined where some part of the way cannot take it.
 */
export function absorbUpward(
  value: Value,
  affine: Travelling,
  depth = 0,
  onStop: OnStop = () => {},
): Edit[] | undefined {
  const edits = absorbed(value, affine, depth, onStop);
  if (edits) return [renamed(value), ...edits];
  onStop(value, affine);
  return undefined;
}

/** Told of the value at which the way ended, then of those that led there. */
type OnStop = (value: Value, affine: Travelling) => void;

function absorbed(value: Value, affine: Travelling, depth: number, onStop: OnStop): Edit[] | undefined {
  const node = value.producer;
  if (node?.domain !== '' || !value.onlyReader || value.uses.length > 1 || depth > DEEPEST) return undefined;
  const onward = (input: Value, passed: Travelling) => absorbUpward(input, passed, depth + 1, onStop);
  switch (node.operator) {
    case 'Conv':
    case 'ConvTranspose':
    case 'Gemm': {
      const weights = isAxis(affine, 1) ? scaleResult(node, affine) : undefined;
      return weights && [withWeights(node, weights)];
    }
    case 'MatMul':
      return intoMatMul(node, affine);
    case 'Concat':
      return throughConcat(node, affine, onward);
    case 'ReduceMean':
      return enlarges(affine) ? undefined : throughMean(node, affine, onward);
    case 'GlobalAveragePool':
    case 'AveragePool':
    case 'Resize':
    case 'LeakyRelu':
      return !enlarges(affine) && commutes(node, affine) ? onward(node.input(0), affine) : undefined;
    case 'MaxPool':
    case 'Pad':
    case 'Relu':
      return commutes(node, affine) ? onward(node.input(0), affine) : undefined;
    case 'Add':
    case 'Sub':
      return throughSum(node, affine, onward);
    default: {
      const moved = followShape(node, affine, 'back');
      return moved && onward(node.input(0), moved);
    }
  }
}

/**
 * Whether an element before a mean or a LeakyRelu may become larger than any was: what is averaged can be far above its
 * average, and leave the range of its type (65504 in float16) where scaling the average does not.
 */
export function enlarges({ scale }: Travelling): boolean {
  return scale.some((value) => Math.abs(value) > 1);
}

type Onward = (input: Value, affine: Travelling) => Edit[] | undefined;

function isAxis({ axis }: Travelling, wanted: number): boolean {
  return axis === undefined || axis === wanted;
}

/** Whether `f(s x + b) = s f(x) + b` along channels, for a node with one operand. */
export function commutes(node: Node, affine: Travelling): boolean {
  const keepsOrder = affine.scale.every((value) => value > 0);
  if (node.is('Relu', 'LeakyRelu')) return keepsOrder && !isShifted(affine);
  if (!isAxis(affine, 1)) return false;
  switch (node.operator) {
    case 'GlobalAveragePool':
      return true;
    case 'MaxPool':
      return keepsOrder && node.outputs.length === 1;
    case 'AveragePool': {
      const { pads, countIncludePad } = averagePool.parameters(node);
      return !isShifted(affine) || !countIncludePad || (pads?.every((size) => size === 0) ?? false);
    }
    case 'Resize': {
      if (affine.axis !== undefined && node.input(0).shape?.[1] !== node.outputs[0]?.shape?.[1]) return false;
      const { mode, coordinateTransformationMode } = resize.parameters(node);
      // Interpolation weights sum to 1, but what lies outside a crop is a constant of its own.
      return (mode === 'nearest' || mode === 'linear') && coordinateTransformationMode !== 'tf_crop_and_resize';
    }
    case 'Pad':
      return padsAlike(node, affine);
    default:
      return false;
  }
}

/** Copies of the image take part in all; zeros keep a scale. */
function padsAlike(node: Node, affine: Travelling): boolean {
  const { mode, pads, constantValue } = pad.parameters(node);
  const rank = node.input(0).rank;
  if (!pads || rank === undefined || pads[1] !== 0 || pads[rank + 1] !== 0) return false;
  return mode !== 'constant' || (constantValue === 0 && !isShifted(affine));
}

/** The scale goes into the columns of a constant right operand; a shift needs an Add behind, in the affine node's place. */
function intoMatMul(node: Node, affine: Travelling): Edit[] | undefined {
  const right = node.constant(1);
  const last = (node.outputs[0]?.rank ?? 0) - 1;
  if (right?.shape.length !== 2 || last < 1 || !isAxis(affine, last)) return undefined;
  // A shift alone is the Add that would be made of it.
  if (affine.scale.every((value) => value === 1)) return undefined;
  const columns = right.shape[1] ?? 1;
  const scale = expanded(affine.scale, columns);
  const values = right.toFloat64().map((value, at) => value * (scale[at % columns] ?? 0));
  if (underflows(right.dtype, values, outputsAlong(right.shape, 1), undefined)) return undefined;
  const edit = isShifted(affine)
    ? withConstantAndRow(node, 1, values, expanded(affine.shift, columns))
    : withConstant(node, 1, values);
  return edit && [edit];
}

/** Along the joined axis each part takes its share, along another each takes all. */
function throughConcat(node: Node, affine: Travelling, onward: Onward): Edit[] | undefined {
  const joined = concat.parameters(node).axis;
  const rank = node.outputs[0]?.rank;
  if (rank === undefined || affine.axis === 'several') return undefined;
  const edits: Edit[] = [];
  let from = 0;
  for (const input of node.inputs) {
    const size = input?.shape?.[joined < 0 ? joined + rank : joined];
    if (!input || typeof size !== 'number') return undefined;
    const isSplit = affine.axis !== undefined && affine.axis === (joined < 0 ? joined + rank : joined);
    const share = (values: Float64Array) => (isSplit ? values.slice(from, from + size) : values);
    const part = onward(input, { axis: affine.axis, scale: share(affine.scale), shift: share(affine.shift) });
    if (!part) return undefined;
    edits.push(...part);
    from += size;
  }
  return edits;
}

/** The mean of s x + b is s mean(x) + b, where no mean is taken along the channels. */
function throughMean(node: Node, affine: Travelling, onward: Onward): Edit[] | undefined {
  const { axes, keepDims } = reduceMean.parameters(node);
  const rank = node.input(0).rank;
  if (!axes || rank === undefined) return undefined;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => keepDims || !reduced.has(axis));
  if (affine.axis === 'several') return undefined;
  const axis = affine.axis === undefined ? undefined : left[affine.axis];
  if (affine.axis !== undefined && (axis === undefined || reduced.has(axis))) return undefined;
  return onward(node.input(0), { ...affine, axis });
}

/**
 * s (x + c) + b = s x + (s c + b) for a constant c; of two computed operands both are scaled and the first is shifted.
 * A scale above 1 is let through: terms leave the range of their type where their sum does not only if they cancel by orders
 * of magnitude, and then the sum has lost its digits in that type before anything is moved. Every batch norm behind
 * convolutions that cannot be one would be left otherwise.
 */
function throughSum(node: Node, affine: Travelling, onward: Onward): Edit[] | undefined {
  const unshifted = { ...affine, shift: affine.shift.map(() => 0) };
  const added = addedConstantOf(node);
  if (added) {
    const before = onward(node.input(1 - added.index), unshifted);
    const constant = before && constantBehind(added, affine);
    return constant && [...before, constant];
  }
  const [left, right] = [node.input(0), node.input(1)];
  if (left === right || !sameShape(left.shape, right.shape)) return undefined;
  const first = onward(left, affine);
  const second = first && onward(right, unshifted);
  return second && [...first, ...second];
}
