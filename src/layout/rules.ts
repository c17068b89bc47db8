import type { Node } from '../model/index.js';
import * as operators from '../operators/index.js';
import { alongAxes, alongLast, gathering, measuring, reducing } from './axes.js';
import { elementwise, expanding } from './elementwise.js';
import { product } from './products.js';
import { reshaping, transposing } from './reshaping.js';
import { bound, type LayoutRule } from './rule.js';
import { windows } from './windows.js';

/** Operators by how they fit into a layout, besides those that their traits say it of. What is nowhere needs ONNX's order, which is always right. */
const LISTS: readonly (readonly [LayoutRule, string])[] = [
  // Their operands broadcast; the axes that they name are the target's to translate.
  [elementwise, 'LayerNormalization RMSNormalization Concat'],
  [
    windows,
    `Conv ConvTranspose AveragePool MaxPool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool LRN GroupNormalization
     Resize Upsample DepthToSpace SpaceToDepth`,
  ],
  [
    alongAxes,
    `BatchNormalization InstanceNormalization LpNormalization MeanVarianceNormalization
     Split Slice Pad Tile CumSum CumProd QuantizeLinear DequantizeLinear`,
  ],
];

const REDUCTIONS = [
  operators.reduceMean,
  operators.reduceSum,
  operators.reduceMax,
  operators.reduceMin,
  operators.reduceProd,
  operators.reduceL1,
  operators.reduceL2,
  operators.reduceLogSum,
  operators.reduceLogSumExp,
  operators.reduceSumSquare,
];

function arg(operator: typeof operators.argMax): LayoutRule {
  return reducing((node) => {
    const { axis, keepDims } = operator.parameters(node);
    return { axes: [axis], keepDims };
  });
}

const rules: ReadonlyMap<string, LayoutRule> = new Map<string, LayoutRule>([
  ...operators.operatorsWith('elementwise').map((name) => [name, elementwise] as const),
  ...operators.operatorsWith('reshapes').map((name) => [name, reshaping] as const),
  ...LISTS.flatMap(([rule, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule] as const),
  ),
  ['Transpose', transposing],
  ['MatMul', product],
  ['Expand', expanding],
  ['Softmax', alongLast((node) => operators.softmax.parameters(node))],
  ['LogSoftmax', alongLast((node) => operators.logSoftmax.parameters(node))],
  ['Hardmax', alongLast((node) => operators.hardmax.parameters(node))],
  ['TopK', alongLast((node) => operators.topK.parameters(node))],
  ['Gather', gathering((node) => operators.gather.parameters(node).axis)],
  ...REDUCTIONS.map((operator) => [operator.name, reducing((node) => operator.parameters(node))] as const),
  ['ArgMax', arg(operators.argMax)],
  ['ArgMin', arg(operators.argMin)],
  ['Shape', measuring],
  ['Size', measuring],
]);

/** The rule of a node's operator; operators of other domains and those without a rule are bound to ONNX's order. */
export function ruleOf(node: Node): LayoutRule {
  return (node.domain === '' && rules.get(node.operator)) || bound;
}
