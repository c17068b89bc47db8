import type { Node, Use, Value } from '../../model/index.js';
import { reduceMean } from '../../operators/index.js';
import { commutes } from './absorb-upward.js';
import { type AddedConstant, addedConstantOf, constantBefore } from './added-constant.js';
import { expanded } from './channel-affine.js';
import { type Edit, renamed, withConstant, withConstantAndRow, withWeights } from './edit.js';
import { followShape, type Travelling } from './follow-shape.js';
import { isShifted, scaleOperand } from './scaled-weights.js';
import { outputsAlong, underflows } from './underflow.js';

const DEEPEST = 32;

/**
 * The edits after which every reader of `value` may be given x where it was given `scale * x + shift`: constants behind
 * it do the work. undefined where one reader cannot take it, or `value` is an output. What readers are given is there
 * already, and nothing on the way makes more of it than its largest, so no scale is too small: nothing is enlarged.
 */
export function absorbDownward(
  value: Value,
  affine: Travelling,
  depth = 0,
  onStop: OnStop = () => {},
): Edit[] | undefined {
  if (value.isOutput || depth > DEEPEST || value.readerCount === 0) return undefined;
  const edits = [renamed(value)];
  for (const use of value.uses) {
    const part = use.node.graph === value.graph ? absorbedBy(use, affine, depth, onStop) : undefined;
    if (!part) {
      onStop(use.node, affine);
      return undefined;
    }
    edits.push(...part);
  }
  return edits;
}

/** Told of the node at which the way ended, then of those that led there. */
type OnStop = (node: Node, affine: Travelling) => void;

function absorbedBy({ node, index }: Use, affine: Travelling, depth: number, onStop: OnStop): Edit[] | undefined {
  const output = node.outputs[0];
  const added = addedConstantOf(node);
  if (added && output) return behindSum(added, output, affine, depth, onStop);
  if (index !== 0 || node.domain !== '' || !output) return undefined;
  if (node.is('Conv', 'ConvTranspose', 'Gemm')) {
    const weights = affine.axis === undefined || affine.axis === 1 ? scaleOperand(node, affine) : undefined;
    return weights && [withWeights(node, weights)];
  }
  if (node.is('MatMul')) return intoRows(node, affine);
  const passed = commutes(node, affine) ? affine : (behindMean(node, affine) ?? followShape(node, affine, 'forward'));
  return passed && absorbDownward(output, passed, depth + 1, onStop);
}

/** `(s x + b) + c = s (x + (c + b) / s)`: the constant takes the shift, so that padding stops nothing of it. */
function behindSum(
  added: AddedConstant,
  output: Value,
  affine: Travelling,
  depth: number,
  onStop: OnStop,
): Edit[] | undefined {
  const behind = absorbDownward(output, { ...affine, shift: affine.shift.map(() => 0) }, depth + 1, onStop);
  const constant = behind && constantBefore(added, affine);
  return constant && [...behind, constant];
}

/**
 * The scale goes into the rows of a constant right operand, and of the shift comes a row that is added behind, or to what
 * is added there. A scale alone is left: it is the last but one step of a layer normalization that is written out, which
 * engines know whole.
 */
function intoRows(node: Node, affine: Travelling): Edit[] | undefined {
  const right = node.constant(1);
  const last = (node.inputs[0]?.rank ?? 0) - 1;
  const isAlongRows = affine.axis === undefined || affine.axis === last;
  if (right?.shape.length !== 2 || last < 1 || !isAlongRows || !isShifted(affine)) return undefined;
  const [rows = 1, columns = 1] = right.shape;
  const [scale, shift] = [expanded(affine.scale, rows), expanded(affine.shift, rows)];
  const values = right.toFloat64();
  const row = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) {
    const [k, n] = [Math.floor(at / columns), at % columns];
    row[n] = (row[n] ?? 0) + (shift[k] ?? 0) * (values[at] ?? 0);
    values[at] = (values[at] ?? 0) * (scale[k] ?? 0);
  }
  if (underflows(right.dtype, values, outputsAlong(right.shape, 1), row)) return undefined;
  const product = node.output();
  const added = product.onlyReader && addedConstantOf(product.onlyReader);
  const behind = added && constantBefore(added, { axis: last, scale: row.map(() => 1), shift: row });
  const edit = behind ? withConstant(node, 1, values) : withConstantAndRow(node, 1, values, row);
  return edit && (behind ? [renamed(product), edit, behind] : [edit]);
}

/** The mean of s x + b is s mean(x) + b along the axes that no mean is taken over. */
function behindMean(node: Node, affine: Travelling): Travelling | undefined {
  const rank = node.inputs[0]?.rank;
  if (!node.is('ReduceMean') || rank === undefined || affine.axis === 'several') return undefined;
  const { axes, keepDims } = reduceMean.parameters(node);
  const reduced = new Set(axes?.map((axis) => (axis < 0 ? axis + rank : axis)));
  const { axis } = affine;
  if (!axes || axis === undefined || reduced.has(axis)) return axes && axis === undefined ? affine : undefined;
  return { ...affine, axis: keepDims ? axis : axis - [...reduced].filter((other) => other < axis).length };
}
