import { onnx } from 'onnx-proto';
import type { DataType } from '../../src/model/index.js';
import { DATA_TYPES } from '../../src/model/index.js';

interface TinyValue {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly (number | string)[];
}

interface TinyGraph {
  readonly nodes: readonly onnx.INodeProto[];
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly TinyValue[];
  readonly initializers?: readonly onnx.ITensorProto[];
}

/** A model made by the format's own encoder, so that no code of ours stands between test and engine. */
export function tinyModel(graph: TinyGraph): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: graphOf(graph),
  }).finish();
}

export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, input, output, attribute };
}

export function graphOf({ nodes, inputs, outputs, initializers = [] }: TinyGraph): onnx.IGraphProto {
  return {
    name: 'tiny',
    node: [...nodes],
    input: inputs.map(valueInfoOf),
    output: outputs.map(valueInfoOf),
    initializer: [...initializers],
  };
}

export function floats(name: string, dims: number[], values: number[]): onnx.ITensorProto {
  return { name, dims, dataType: 1, floatData: values };
}

/** Raw little-endian int64, because 64-bit numbers of protobuf are no plain numbers. */
export function int64s(name: string, dims: number[], values: bigint[]): onnx.ITensorProto {
  return { name, dims, dataType: 7, rawData: new Uint8Array(BigInt64Array.from(values).buffer) };
}

function valueInfoOf({ name, dtype, shape }: TinyValue): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPES.indexOf(dtype) + 1, shape: { dim } } } };
}

/** y = x, of any element type. */
export function identityModel(dtype: DataType, shape: readonly (number | string)[]): Uint8Array {
  return tinyModel({
    nodes: [node('Identity', ['x'], ['y'])],
    inputs: [{ name: 'x', dtype, shape }],
    outputs: [{ name: 'y', dtype, shape }],
  });
}

/** Divides the smallest int64 by -1, which the processor answers with a signal that ends ONNX Runtime's process. */
export function crashingModel(): Uint8Array {
  return tinyModel({
    nodes: [
      node('Div', ['smallest', 'minus one'], ['quotient']),
      node('Cast', ['quotient'], ['cast'], [{ name: 'to', type: 2, i: 1 }]),
      node('Add', ['x', 'cast'], ['y']),
    ],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    initializers: [int64s('smallest', [1], [-(2n ** 63n)]), int64s('minus one', [1], [-1n])],
  });
}

/** y = x after 2^62 rounds of doing nothing. */
export function endlessModel(): Uint8Array {
  const body = graphOf({
    nodes: [node('Identity', ['condition'], ['go on']), node('Identity', ['carried'], ['next'])],
    inputs: [
      { name: 'round', dtype: 'int64', shape: [] },
      { name: 'condition', dtype: 'bool', shape: [] },
      { name: 'carried', dtype: 'float32', shape: [1] },
    ],
    outputs: [
      { name: 'go on', dtype: 'bool', shape: [] },
      { name: 'next', dtype: 'float32', shape: [1] },
    ],
  });
  return tinyModel({
    nodes: [node('Loop', ['rounds', '', 'x'], ['y'], [{ name: 'body', type: 5, g: body }])],
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    initializers: [int64s('rounds', [], [2n ** 62n])],
  });
}
