import * as protobuf from '../../protobuf/index.js';
import { oneof, optional, repeated, skipped } from '../../protobuf/index.js';

/** Most bytes of a name, and of a text. */
const NAME = 2 ** 12;
const TEXT = 2 ** 20;
/** Shares of `--max-nodes`: what one node may hold, what a graph may hold, what one attribute may list. */
const PER_NODE = 1 / 20;
const PER_GRAPH = 5;
const PER_LIST = 50;

const name = (id: number) => optional(id, 'string', { maxBytes: NAME });
const text = (id: number) => optional(id, 'string', { maxBytes: TEXT });
const names = (id: number) => repeated(id, 'string', { maxBytes: NAME, share: PER_NODE });
const list = <T extends string>(id: number, type: T, share = PER_NODE) => repeated(id, type, { share });
const sizes = <T extends string>(id: number, type: T) => repeated(id, type, { maxRank: 64 });
/** Neither kept nor missed: documentation, and inner types that are inferred again. */
const ignored = (id: number) => skipped(id, { share: PER_GRAPH });
/** Not kept, and the user is told. */
const dropped = (id: number) => skipped(id, { share: PER_GRAPH, noted: true });

/**
 * The messages of an ONNX file. Facts of ONNX's published `onnx-ml.proto` (IR version 13), which is newer than the schema
 * that the onnx-proto package carries.
 */
const SCHEMA = {
  ModelProto: {
    irVersion: optional(1, 'int64'),
    producerName: name(2),
    producerVersion: name(3),
    domain: name(4),
    modelVersion: optional(5, 'int64'),
    docString: text(6),
    graph: optional(7, 'GraphProto'),
    opsetImport: list(8, 'OperatorSetIdProto'),
    metadataProps: list(14, 'StringStringEntryProto'),
    trainingInfo: dropped(20),
    functions: list(25, 'FunctionProto'),
    configuration: dropped(26),
  },
  OperatorSetIdProto: {
    domain: name(1),
    version: optional(2, 'int64'),
  },
  StringStringEntryProto: {
    key: name(1),
    value: text(2),
  },
  FunctionProto: {
    name: name(1),
    input: names(4),
    output: names(5),
    attribute: names(6),
    node: list(7, 'NodeProto', 1),
    docString: ignored(8),
    opsetImport: list(9, 'OperatorSetIdProto'),
    domain: name(10),
    attributeProto: list(11, 'AttributeProto'),
    valueInfo: ignored(12),
    overload: name(13),
    metadataProps: dropped(14),
  },
  GraphProto: {
    node: list(1, 'NodeProto', 1),
    name: name(2),
    initializer: list(5, 'TensorProto', PER_GRAPH),
    docString: ignored(10),
    input: list(11, 'ValueInfoProto', PER_GRAPH),
    output: list(12, 'ValueInfoProto', PER_GRAPH),
    valueInfo: ignored(13),
    quantizationAnnotation: dropped(14),
    sparseInitializer: list(15, 'SparseTensorProto', PER_GRAPH),
    metadataProps: dropped(16),
  },
  NodeProto: {
    input: names(1),
    output: names(2),
    name: name(3),
    opType: name(4),
    attribute: list(5, 'AttributeProto'),
    docString: ignored(6),
    domain: name(7),
    overload: name(8),
    metadataProps: dropped(9),
    deviceConfigurations: dropped(10),
  },
  AttributeProto: {
    name: name(1),
    f: optional(2, 'float'),
    i: optional(3, 'int64'),
    s: optional(4, 'bytes'),
    t: optional(5, 'TensorProto'),
    g: optional(6, 'GraphProto'),
    floats: list(7, 'float', PER_LIST),
    ints: list(8, 'int64', PER_LIST),
    strings: list(9, 'bytes', PER_GRAPH),
    tensors: list(10, 'TensorProto'),
    graphs: list(11, 'GraphProto'),
    docString: ignored(13),
    tp: optional(14, 'TypeProto'),
    typeProtos: list(15, 'TypeProto'),
    type: optional(20, 'int'),
    refAttrName: name(21),
    sparseTensor: optional(22, 'SparseTensorProto'),
    sparseTensors: list(23, 'SparseTensorProto'),
  },
  TensorProto: {
    dims: sizes(1, 'int64'),
    dataType: optional(2, 'int'),
    segment: optional(3, 'Segment'),
    floatData: list(4, 'payload32', PER_GRAPH),
    int32Data: list(5, 'payloadVarint', PER_GRAPH),
    stringData: list(6, 'bytes', PER_LIST),
    int64Data: list(7, 'payloadVarint', PER_GRAPH),
    name: name(8),
    rawData: optional(9, 'bytes'),
    doubleData: list(10, 'payload64', PER_GRAPH),
    uint64Data: list(11, 'payloadVarint', PER_GRAPH),
    docString: ignored(12),
    externalData: list(13, 'StringStringEntryProto'),
    dataLocation: optional(14, 'int'),
    metadataProps: dropped(16),
  },
  Segment: {
    begin: optional(1, 'int64'),
    end: optional(2, 'int64'),
  },
  SparseTensorProto: {
    values: optional(1, 'TensorProto'),
    indices: optional(2, 'TensorProto'),
    dims: sizes(3, 'int64'),
  },
  ValueInfoProto: {
    name: name(1),
    type: optional(2, 'TypeProto'),
    docString: text(3),
    metadataProps: dropped(4),
  },
  TypeProto: {
    tensorType: oneof(1, 'TensorType'),
    sequenceType: oneof(4, 'ElementType'),
    mapType: oneof(5, 'MapType'),
    denotation: ignored(6),
    opaqueType: oneof(7, 'OpaqueType'),
    sparseTensorType: oneof(8, 'TensorType'),
    optionalType: oneof(9, 'ElementType'),
  },
  TensorType: {
    elemType: optional(1, 'int'),
    shape: optional(2, 'TensorShapeProto'),
  },
  ElementType: {
    elemType: optional(1, 'TypeProto'),
  },
  MapType: {
    keyType: optional(1, 'int'),
    valueType: optional(2, 'TypeProto'),
  },
  OpaqueType: {
    domain: name(1),
    name: name(2),
  },
  TensorShapeProto: {
    dim: sizes(1, 'Dimension'),
  },
  Dimension: {
    dimValue: oneof(1, 'int64'),
    dimParam: oneof(2, 'string', { maxBytes: NAME }),
    denotation: ignored(3),
  },
} as const;

/** A message of the schema, by the name that ONNX gives it. */
export type MessageName = keyof typeof SCHEMA;
/** A message as it was decoded. */
export type Message<N extends MessageName> = protobuf.Message<typeof SCHEMA, N>;
/** A message that is to be encoded. */
export type MessageParts<N extends MessageName> = protobuf.MessageParts<typeof SCHEMA, N>;

/** Decodes and encodes the messages of ONNX; what it refuses, it names as ONNX does. */
export const onnxCodec = new protobuf.Codec(SCHEMA, (field) =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
);
