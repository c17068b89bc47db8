import type { Value } from '../../model/index.js';
import { commutes, type Travelling } from './absorb-upward.js';
import { type Edit, withWeights } from './edit.js';
import { followAxis } from './follow-axis.js';
import { scaleOperand } from './scaled-weights.js';

const DEEPEST = 32;

/**
 * The edits after which every reader of `value` may be given x where it was given `scale * x + shift`: constants behind
 * it do the work. undefined where one reader cannot take it, or `value` is an output.
 */
export function absorbDownward(value: Value, affine: Travelling, depth = 0): Edit[] | undefined {
  if (value.isOutput || depth > DEEPEST || value.readerCount === 0) return undefined;
  const edits: Edit[] = [];
  for (const { node, index } of value.uses) {
    if (index !== 0 || node.domain !== '' || node.graph !== value.graph) return undefined;
    const output = node.outputs[0];
    if (!output) return undefined;
    if (node.is('Conv', 'ConvTranspose', 'Gemm')) {
      const weights = affine.axis === undefined || affine.axis === 1 ? scaleOperand(node, affine) : undefined;
      if (!weights) return undefined;
      edits.push(withWeights(node, weights));
      continue;
    }
    const passed = commutes(node, affine) ? affine : moved(node, affine);
    const part = passed && absorbDownward(output, passed, depth + 1);
    if (!part) return undefined;
    edits.push(...part);
  }
  return edits;
}

function moved(node: Value['uses'][number]['node'], affine: Travelling): Travelling | undefined {
  if (affine.axis === undefined) return undefined;
  const axis = followAxis(node, affine.axis, 'forward');
  return axis === undefined ? undefined : { ...affine, axis };
}
