import type { Node } from '../../model/index.js';

/** What of an operator takes or gives float32 but no float16, by the type lists of ONNX's operator schemas. */
interface Float32Only {
  /** The first operator set that also lists float16. */
  readonly until?: number;
  /** Only these operands, of each operator set from the one named first; without this, the whole operator. */
  readonly inputs?: readonly (readonly [since: number, index: number])[];
  /** Only these results. */
  readonly outputs?: readonly number[];
}

const TABLE: ReadonlyMap<string, Float32Only> = new Map<string, Float32Only>([
  ['Celu', {}],
  ['CumSum', { until: 14 }],
  ['DequantizeLinear', { until: 19 }],
  ['DynamicQuantizeLinear', {}],
  ['IsInf', { until: 20 }],
  ['LayerNormalization', { outputs: [1, 2] }],
  ['NonMaxSuppression', {}],
  ['QLinearConv', {}],
  ['QLinearMatMul', { until: 21 }],
  ['QuantizeLinear', { until: 19 }],
  ['Range', {}],
  [
    'Resize',
    {
      inputs: [
        [10, 1],
        [11, 2],
      ],
    },
  ],
  ['TfIdfVectorizer', {}],
  ['Upsample', { inputs: [[9, 1]] }],
]);

/** Whether no operand or result of the operator may be float16 where float32 may. */
export function isFloat32Only(node: Node): boolean {
  const row = node.domain === '' ? TABLE.get(node.operator) : undefined;
  return row !== undefined && !row.inputs && !row.outputs && node.opset < (row.until ?? Number.POSITIVE_INFINITY);
}

export function isFloat32Input(node: Node, index: number): boolean {
  const inputs = node.domain === '' ? TABLE.get(node.operator)?.inputs : undefined;
  const current = inputs?.findLast(([since]) => node.opset >= since);
  return current?.[1] === index;
}

export function isFloat32Output(node: Node, index: number): boolean {
  return node.domain === '' && (TABLE.get(node.operator)?.outputs?.includes(index) ?? false);
}
