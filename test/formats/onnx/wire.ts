/** A protobuf writer that can also write what is wrong. Field numbers are those of ONNX's published schema. */

export type Bytes = Uint8Array;

export function join(...parts: readonly Bytes[]): Bytes {
  return Uint8Array.from(Buffer.concat(parts));
}

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

export const raw = (...bytes: readonly number[]): Bytes => Uint8Array.from(bytes);
export const tag = (field: number, wireType: number): Bytes => varint(field * 8 + wireType);
export const int = (field: number, value: number | bigint): Bytes => join(tag(field, 0), varint(value));
export const bytes = (field: number, value: Bytes): Bytes => join(tag(field, 2), varint(value.length), value);
export const text = (field: number, value: string): Bytes => bytes(field, new TextEncoder().encode(value));
export const message = (field: number, ...parts: readonly Bytes[]): Bytes => bytes(field, join(...parts));
export const float = (field: number, value: number): Bytes => join(tag(field, 5), floats(value));
export const floats = (...values: readonly number[]): Bytes => new Uint8Array(Float32Array.from(values).buffer);
export const repeat = (part: Bytes, count: number): Bytes => {
  const all = new Uint8Array(part.length * count);
  for (let i = 0; i < count; i++) all.set(part, i * part.length);
  return all;
};

export const FLOAT = 1;
export const INT64 = 7;

/** `TensorProto` without a field number around it. */
export function tensor(name: string, dims: readonly (number | bigint)[], data: Bytes, dataType = FLOAT): Bytes {
  return join(...dims.map((dim) => int(1, dim)), int(2, dataType), text(8, name), bytes(9, data));
}

/** `TypeProto` of a tensor; a string is a named dimension, null one without a value. */
export function tensorType(elemType: number, dims?: readonly (number | bigint | string | null)[]): Bytes {
  const dim = (d: number | bigint | string | null) =>
    message(1, d === null ? raw() : typeof d === 'string' ? text(2, d) : int(1, d));
  return message(1, int(1, elemType), ...(dims ? [message(2, ...dims.map(dim))] : []));
}

export function valueInfo(name: string, type: Bytes | undefined = tensorType(FLOAT, [1])): Bytes {
  return join(text(1, name), ...(type ? [bytes(2, type)] : []));
}

export function attribute(name: string, ...parts: readonly Bytes[]): Bytes {
  return message(5, text(1, name), ...parts);
}

/** `NodeProto` without a field number around it. */
export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...more: readonly Bytes[]
): Bytes {
  return join(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...more,
  );
}

export interface GraphParts {
  readonly nodes?: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  readonly inputs?: readonly Bytes[];
  readonly outputs?: readonly Bytes[];
  readonly more?: readonly Bytes[];
}

/** `GraphProto` without a field number around it; by default `y = Relu(x)`. */
export function graph(parts: GraphParts = {}): Bytes {
  const {
    nodes = [node('Relu', ['x'], ['y'])],
    initializers = [],
    inputs = [valueInfo('x')],
    outputs = [valueInfo('y')],
    more = [],
  } = parts;
  return join(
    ...nodes.map((each) => bytes(1, each)),
    text(2, 'g'),
    ...initializers.map((each) => bytes(5, each)),
    ...inputs.map((each) => bytes(11, each)),
    ...outputs.map((each) => bytes(12, each)),
    ...more,
  );
}

export const opset = (version: number | bigint, domain?: string): Bytes =>
  message(8, ...(domain === undefined ? [] : [text(1, domain)]), int(2, version));

export interface ModelParts extends GraphParts {
  readonly irVersion?: number | bigint | null;
  readonly opsets?: readonly Bytes[];
  readonly graph?: Bytes;
  /** Fields of `ModelProto` after the graph. */
  readonly model?: readonly Bytes[];
}

/** A file; by default a valid one of a single Relu. */
export function model(parts: ModelParts = {}): Bytes {
  const { irVersion = 8, opsets = [opset(17)], model: more = [] } = parts;
  return join(
    ...(irVersion === null ? [] : [int(1, irVersion)]),
    bytes(7, parts.graph ?? graph(parts)),
    ...opsets,
    ...more,
  );
}
