import { readFileSync } from 'node:fs';
import { type Attribute, type DataType, Model, type Node, Tensor } from '../../src/model/index.js';

interface TensorText {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Base64; absent where only type and shape are told. */
  readonly data?: string;
}

type AttributeText =
  | { readonly kind: 'int'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly string[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorText };

interface CaseText {
  readonly name: string;
  /** Who says that the outputs are right: `onnx` (its node tests) or `onnxruntime`. */
  readonly source: string;
  readonly operator: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, AttributeText>>;
  readonly inputs: readonly (TensorText | null)[];
  readonly outputs: readonly TensorText[];
}

/** One node with constant operands and its right results. */
export interface Case extends CaseText {
  readonly operands: readonly (Tensor | undefined)[];
  readonly results: readonly Tensor[];
}

/** The cases in a file beside this one, one a line, as the Python scripts in `tools/` write them. */
export function casesIn(file: string): Case[] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const texts: readonly CaseText[] = lines.map((line) => JSON.parse(line));
  return texts.map((text) => ({
    ...text,
    operands: text.inputs.map((input) => (input ? tensorOf(input) : undefined)),
    results: text.outputs.map(tensorOf),
  }));
}

/**
 * The node of a case in a model of its own, its operands constants. Those at `computed`, and those whose data is not told,
 * are graph inputs instead, of which only type and shape are known.
 */
export function nodeOf(
  { operator, opset, attributes, inputs: texts, operands, results }: Case,
  computed: readonly number[] = [],
): Node {
  const { graph } = new Model({ opsets: new Map([['', opset]]) });
  const inputs = operands.map((tensor, index) => {
    if (!tensor) return undefined;
    return computed.includes(index) || texts[index]?.data === undefined
      ? graph.addInput(`input_${index}`, tensor.dtype, tensor.shape)
      : graph.addConstant(tensor);
  });
  const made = new Map(Object.entries(attributes).map(([name, text]) => [name, attributeOf(text)] as const));
  return graph.insert({ operator, inputs, outputs: results.length, attributes: made, origin: [] });
}

function tensorOf({ dtype, shape, data }: TensorText): Tensor {
  if (data === undefined) return new Tensor(dtype, shape, untold);
  return new Tensor(dtype, shape, new Uint8Array(Buffer.from(data, 'base64')));
}

function untold(): never {
  throw new Error('only type and shape of this tensor are told');
}

function attributeOf(text: AttributeText): Attribute {
  const exact = (digits: string) => (Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits));
  switch (text.kind) {
    case 'int':
      return { kind: 'int', value: exact(text.value) };
    case 'ints':
      return { kind: 'ints', value: text.value.map(exact) };
    case 'string':
      return { kind: 'string', value: new TextEncoder().encode(text.value) };
    case 'tensor':
      return { kind: 'tensor', value: tensorOf(text.value) };
    default:
      return text;
  }
}
