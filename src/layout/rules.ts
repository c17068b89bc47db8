import type { Node } from '../model/index.js';
import * as operators from '../operators/index.js';
import { alongAxes, alongLast, gathering, measuring, reducing } from './axes.js';
import { elementwise, expanding } from './elementwise.js';
import { product } from './products.js';
import { reshaping, transposing } from './reshaping.js';
import { bound, type LayoutRule } from './rule.js';
import { spatialKernel } from './spatial-kernels.js';

/** What a trait says of how an operator fits into a layout. */
const BY_TRAIT: readonly (readonly [operators.Trait, LayoutRule])[] = [
  ['elementwise', elementwise],
  // Their operands lie alike; the axes that they name are the target's to translate.
  ['joins', elementwise],
  ['reshapes', reshaping],
  ['spatial', spatialKernel],
  ['keepsAxes', alongAxes],
  ['measures', measuring],
];

/** Operators that have a rule of their own. */
const OWN: ReadonlyMap<string, LayoutRule> = new Map<string, LayoutRule>([
  ['LayerNormalization', elementwise],
  ['RMSNormalization', elementwise],
  ['Transpose', transposing],
  ['MatMul', product],
  ['Expand', expanding],
  ['Softmax', alongLast((node) => operators.softmax.parameters(node))],
  ['LogSoftmax', alongLast((node) => operators.logSoftmax.parameters(node))],
  ['Hardmax', alongLast((node) => operators.hardmax.parameters(node))],
  ['TopK', alongLast((node) => operators.topK.parameters(node))],
  ['Gather', gathering((node) => operators.gather.parameters(node).axis)],
]);

/**
 * The rule of a node's operator. What nothing is said of is bound to ONNX's order, which is always right: operators of other
 * domains, and those that mix axes.
 */
export function ruleOf(node: Node): LayoutRule {
  const row = operators.operatorOf(node);
  if (!row) return bound;
  if (row.reducedAxes) return reducing;
  return OWN.get(row.name) ?? BY_TRAIT.find(([trait]) => row.traits.includes(trait))?.[1] ?? bound;
}
