/**
 * The messages of an ONNX file: field number, name, type and how often it may stand. Facts of ONNX's published
 * `onnx-ml.proto` (IR version 13), which is newer than the schema that the onnx-proto package carries.
 */
import type { Bytes, Integer } from '../../../model/index.js';

/**
 * `type` is a message, or one of `int32`, `int64`, `float`, `string`, `bytes`; `payload32`, `payload64` and `payloadVarint`
 * are the typed data of a tensor, kept as the packed bytes of its runs so that a large tensor never becomes a JavaScript
 * array; `skipped` is walked over and not kept.
 */
export interface Field<N extends string = string, T extends string = string, R extends boolean = boolean> {
  readonly name: N;
  readonly type: T;
  readonly repeated: R;
  /** For a string, its most bytes; for a list, its most elements, as a multiple of `--max-nodes` or an absolute rank. */
  readonly maxBytes: number;
  readonly share: number;
  readonly maxRank: number | undefined;
  /** Other members of the same `oneof`: setting this one forgets them. */
  readonly excludes: readonly string[];
  /** Whether leaving it out deserves a note. */
  readonly noted: boolean;
}

interface Options {
  readonly maxBytes?: number;
  readonly share?: number;
  readonly maxRank?: number;
  readonly excludes?: readonly string[];
}

const NAME = 4096;
const TEXT = 2 ** 20;
/** Shares of `--max-nodes`: what one node may hold, what a graph may hold, what one attribute may list. */
const PER_NODE = 1 / 20;
const PER_GRAPH = 5;
const PER_LIST = 50;

function field<N extends string, T extends string, R extends boolean>(
  name: N,
  type: T,
  repeated: R,
  options: Options,
): Field<N, T, R> {
  const { maxBytes = NAME, share = PER_NODE, maxRank, excludes = [] } = options;
  return { name, type, repeated, maxBytes, share, maxRank, excludes, noted: false };
}
const one = <N extends string, T extends string>(name: N, type: T, options: Options = {}) =>
  field(name, type, false, options);
const many = <N extends string, T extends string>(name: N, type: T, options: Options = {}) =>
  field(name, type, true, options);
/** Neither kept nor missed: documentation, and inner types that are inferred again. */
const ignored = <N extends string>(name: N) => field(name, 'skipped', true, { share: PER_GRAPH });
/** Not kept, and the user is told. */
const dropped = <N extends string>(name: N) => ({ ...ignored(name), noted: true });

const TYPES = ['tensorType', 'sequenceType', 'mapType', 'opaqueType', 'sparseTensorType', 'optionalType'] as const;
const typeMember = <N extends (typeof TYPES)[number], T extends string>(name: N, type: T) =>
  one(name, type, { excludes: TYPES.filter((other) => other !== name) });

export const SCHEMA = {
  ModelProto: {
    1: one('irVersion', 'int64'),
    2: one('producerName', 'string'),
    3: one('producerVersion', 'string'),
    4: one('domain', 'string'),
    5: one('modelVersion', 'int64'),
    6: one('docString', 'string', { maxBytes: TEXT }),
    7: one('graph', 'GraphProto'),
    8: many('opsetImport', 'OperatorSetIdProto'),
    14: many('metadataProps', 'StringStringEntryProto'),
    20: dropped('training_info'),
    25: many('functions', 'FunctionProto'),
    26: dropped('configuration'),
  },
  OperatorSetIdProto: {
    1: one('domain', 'string'),
    2: one('version', 'int64'),
  },
  StringStringEntryProto: {
    1: one('key', 'string'),
    2: one('value', 'string', { maxBytes: TEXT }),
  },
  FunctionProto: {
    1: one('name', 'string'),
    4: many('input', 'string'),
    5: many('output', 'string'),
    6: many('attribute', 'string'),
    7: many('node', 'NodeProto', { share: 1 }),
    8: ignored('doc_string'),
    9: many('opsetImport', 'OperatorSetIdProto'),
    10: one('domain', 'string'),
    11: many('attributeProto', 'AttributeProto'),
    12: ignored('value_info'),
    13: one('overload', 'string'),
    14: dropped('metadata_props'),
  },
  GraphProto: {
    1: many('node', 'NodeProto', { share: 1 }),
    2: one('name', 'string'),
    5: many('initializer', 'TensorProto', { share: PER_GRAPH }),
    10: ignored('doc_string'),
    11: many('input', 'ValueInfoProto', { share: PER_GRAPH }),
    12: many('output', 'ValueInfoProto', { share: PER_GRAPH }),
    13: ignored('value_info'),
    14: dropped('quantization_annotation'),
    15: many('sparseInitializer', 'SparseTensorProto', { share: PER_GRAPH }),
    16: dropped('metadata_props'),
  },
  NodeProto: {
    1: many('input', 'string'),
    2: many('output', 'string'),
    3: one('name', 'string'),
    4: one('opType', 'string'),
    5: many('attribute', 'AttributeProto'),
    6: ignored('doc_string'),
    7: one('domain', 'string'),
    8: one('overload', 'string'),
    9: dropped('metadata_props'),
    10: dropped('device_configurations'),
  },
  AttributeProto: {
    1: one('name', 'string'),
    2: one('f', 'float'),
    3: one('i', 'int64'),
    4: one('s', 'bytes'),
    5: one('t', 'TensorProto'),
    6: one('g', 'GraphProto'),
    7: many('floats', 'float', { share: PER_LIST }),
    8: many('ints', 'int64', { share: PER_LIST }),
    9: many('strings', 'bytes', { share: PER_GRAPH }),
    10: many('tensors', 'TensorProto'),
    11: many('graphs', 'GraphProto'),
    13: ignored('doc_string'),
    14: one('tp', 'TypeProto'),
    15: many('typeProtos', 'TypeProto'),
    20: one('type', 'int32'),
    21: one('refAttrName', 'string'),
    22: one('sparseTensor', 'SparseTensorProto'),
    23: many('sparseTensors', 'SparseTensorProto'),
  },
  TensorProto: {
    1: many('dims', 'int64', { maxRank: 64 }),
    2: one('dataType', 'int32'),
    3: one('segment', 'Segment'),
    4: many('floatData', 'payload32', { share: PER_GRAPH }),
    5: many('int32Data', 'payloadVarint', { share: PER_GRAPH }),
    6: many('stringData', 'bytes', { share: PER_LIST }),
    7: many('int64Data', 'payloadVarint', { share: PER_GRAPH }),
    8: one('name', 'string'),
    9: one('rawData', 'bytes'),
    10: many('doubleData', 'payload64', { share: PER_GRAPH }),
    11: many('uint64Data', 'payloadVarint', { share: PER_GRAPH }),
    12: ignored('doc_string'),
    13: many('externalData', 'StringStringEntryProto'),
    14: one('dataLocation', 'int32'),
    16: dropped('metadata_props'),
  },
  Segment: { 1: one('begin', 'int64'), 2: one('end', 'int64') },
  SparseTensorProto: {
    1: one('values', 'TensorProto'),
    2: one('indices', 'TensorProto'),
    3: many('dims', 'int64', { maxRank: 64 }),
  },
  ValueInfoProto: {
    1: one('name', 'string'),
    2: one('type', 'TypeProto'),
    3: ignored('doc_string'),
    4: dropped('metadata_props'),
  },
  TypeProto: {
    1: typeMember('tensorType', 'TensorType'),
    4: typeMember('sequenceType', 'ElementType'),
    5: typeMember('mapType', 'MapType'),
    6: ignored('denotation'),
    7: typeMember('opaqueType', 'OpaqueType'),
    8: typeMember('sparseTensorType', 'TensorType'),
    9: typeMember('optionalType', 'ElementType'),
  },
  TensorType: { 1: one('elemType', 'int32'), 2: one('shape', 'TensorShapeProto') },
  ElementType: { 1: one('elemType', 'TypeProto') },
  MapType: { 1: one('keyType', 'int32'), 2: one('valueType', 'TypeProto') },
  OpaqueType: { 1: one('domain', 'string'), 2: one('name', 'string') },
  TensorShapeProto: { 1: many('dim', 'Dimension', { maxRank: 64 }) },
  Dimension: {
    1: one('dimValue', 'int64', { excludes: ['dimParam'] }),
    2: one('dimParam', 'string', { excludes: ['dimValue'] }),
    3: ignored('denotation'),
  },
} as const;

export type MessageName = keyof typeof SCHEMA;

export function isMessageName(type: string): type is MessageName {
  return Object.hasOwn(SCHEMA, type);
}

type Element<T extends string> = T extends MessageName
  ? Message<T>
  : T extends 'int64'
    ? Integer
    : T extends 'int32' | 'float'
      ? number
      : T extends 'string'
        ? string
        : Bytes;

type FieldsOf<M extends MessageName> = (typeof SCHEMA)[M][keyof (typeof SCHEMA)[M]];
type Kept<F> = F extends { readonly type: 'skipped' } ? never : F;
type NameOf<F> = F extends { readonly name: infer N extends string } ? N : never;

/** A decoded message. Lists are empty where the file has none; `start` and `end` say which bytes it was. */
export type Message<M extends MessageName> = {
  readonly [F in Kept<FieldsOf<M>> as NameOf<F>]: F extends {
    readonly type: infer T extends string;
    readonly repeated: infer R;
  }
    ? R extends true
      ? readonly Element<T>[]
      : Element<T> | undefined
    : never;
} & { readonly start: number; readonly end: number };

type Writable<T extends string> = T extends MessageName ? MessageParts<T> | Bytes : Element<T>;

/** What the encoder takes: absent fields are not written, and bytes in the place of a message are taken as that message encoded. */
export type MessageParts<M extends MessageName> = {
  readonly [F in Kept<FieldsOf<M>> as NameOf<F>]?: F extends {
    readonly type: infer T extends string;
    readonly repeated: infer R;
  }
    ? (R extends true ? readonly Writable<T>[] : Writable<T>) | undefined
    : never;
};
