import * as protobuf from '../../../protobuf/index.js';
import { map, oneof, optional, repeated, singular } from '../../../protobuf/index.js';

/**
 * The part of Core ML's protobuf schema that an ML Program needs. Numbers and names are facts of the format (`Model.proto`,
 * `FeatureTypes.proto`, `MIL.proto` of specification version 6 and later).
 */
const SCHEMA = {
  Model: {
    specificationVersion: singular(1, 'int'),
    description: singular(2, 'ModelDescription'),
    isUpdatable: singular(10, 'bool'),
    pipeline: oneof(202, 'Pipeline'),
    mlProgram: oneof(502, 'Program'),
    nonMaximumSuppression: oneof(610, 'NonMaximumSuppression'),
  },
  Pipeline: { models: repeated(1, 'Model'), names: repeated(2, 'string') },
  NonMaximumSuppression: {
    pickTop: optional(1, 'PickTop'),
    stringClassLabels: oneof(100, 'StringVector'),
    iouThreshold: singular(110, 'double'),
    confidenceThreshold: singular(111, 'double'),
    confidenceInputFeatureName: singular(200, 'string'),
    coordinatesInputFeatureName: singular(201, 'string'),
    iouThresholdInputFeatureName: singular(202, 'string'),
    confidenceThresholdInputFeatureName: singular(203, 'string'),
    confidenceOutputFeatureName: singular(210, 'string'),
    coordinatesOutputFeatureName: singular(211, 'string'),
  },
  PickTop: { perClass: singular(1, 'bool') },
  StringVector: { vector: repeated(1, 'string') },
  ModelDescription: {
    input: repeated(1, 'FeatureDescription'),
    output: repeated(10, 'FeatureDescription'),
    predictedFeatureName: singular(11, 'string'),
    predictedProbabilitiesName: singular(12, 'string'),
    metadata: singular(100, 'Metadata'),
  },
  Metadata: {
    shortDescription: singular(1, 'string'),
    versionString: singular(2, 'string'),
    author: singular(3, 'string'),
    license: singular(4, 'string'),
    userDefined: map(100, 'string'),
  },
  FeatureDescription: {
    name: singular(1, 'string'),
    shortDescription: singular(2, 'string'),
    type: singular(3, 'FeatureType'),
  },
  FeatureType: {
    int64Type: oneof(1, 'Empty'),
    doubleType: oneof(2, 'Empty'),
    stringType: oneof(3, 'Empty'),
    imageType: oneof(4, 'ImageFeatureType'),
    multiArrayType: oneof(5, 'ArrayFeatureType'),
    dictionaryType: oneof(6, 'DictionaryFeatureType'),
    isOptional: singular(1000, 'bool'),
  },
  Empty: {},
  ArrayFeatureType: {
    shape: repeated(1, 'int'),
    dataType: singular(2, 'int'),
    enumeratedShapes: oneof(21, 'EnumeratedShapes'),
    shapeRange: oneof(31, 'ShapeRange'),
  },
  EnumeratedShapes: { shapes: repeated(1, 'ListedShape') },
  ListedShape: { shape: repeated(1, 'int') },
  ShapeRange: { sizeRanges: repeated(1, 'SizeRange') },
  SizeRange: { lowerBound: singular(1, 'int'), upperBound: singular(2, 'int') },
  ImageFeatureType: {
    width: singular(1, 'int'),
    height: singular(2, 'int'),
    colorSpace: singular(3, 'int'),
    enumeratedSizes: oneof(21, 'EnumeratedImageSizes'),
    imageSizeRange: oneof(31, 'ImageSizeRange'),
  },
  EnumeratedImageSizes: { sizes: repeated(1, 'ImageSize') },
  ImageSize: { width: singular(1, 'int'), height: singular(2, 'int') },
  ImageSizeRange: { widthRange: singular(1, 'SizeRange'), heightRange: singular(2, 'SizeRange') },
  DictionaryFeatureType: { int64KeyType: oneof(1, 'Empty'), stringKeyType: oneof(2, 'Empty') },
  Program: {
    version: singular(1, 'int'),
    functions: map(2, 'Function'),
    docString: singular(3, 'string'),
    attributes: map(4, 'Value'),
  },
  Function: {
    inputs: repeated(1, 'NamedValueType'),
    opset: singular(2, 'string'),
    blockSpecializations: map(3, 'Block'),
    attributes: map(4, 'Value'),
  },
  Block: {
    inputs: repeated(1, 'NamedValueType'),
    outputs: repeated(2, 'string'),
    operations: repeated(3, 'Operation'),
    attributes: map(4, 'Value'),
  },
  Operation: {
    type: singular(1, 'string'),
    inputs: map(2, 'Argument'),
    outputs: repeated(3, 'NamedValueType'),
    blocks: repeated(4, 'Block'),
    attributes: map(5, 'Value'),
  },
  NamedValueType: { name: singular(1, 'string'), type: singular(2, 'ValueType') },
  Argument: { arguments: repeated(1, 'Binding') },
  Binding: { name: oneof(1, 'string'), value: oneof(2, 'Value') },
  Value: {
    docString: singular(1, 'string'),
    type: singular(2, 'ValueType'),
    immediateValue: oneof(3, 'ImmediateValue'),
    blobFileValue: oneof(5, 'BlobFileValue'),
  },
  ImmediateValue: {
    tensor: oneof(1, 'TensorValue'),
    list: oneof(3, 'ListValue'),
    dictionary: oneof(4, 'DictionaryValue'),
  },
  BlobFileValue: { fileName: singular(1, 'string'), offset: singular(2, 'int') },
  TensorValue: {
    floats: oneof(1, 'Floats'),
    ints: oneof(2, 'Integers'),
    bools: oneof(3, 'Booleans'),
    strings: oneof(4, 'Strings'),
    longInts: oneof(5, 'Integers'),
    doubles: oneof(6, 'Doubles'),
    bytes: oneof(7, 'RepeatedBytes'),
  },
  Floats: { values: repeated(1, 'float') },
  Doubles: { values: repeated(1, 'payload64') },
  Integers: { values: repeated(1, 'int') },
  Booleans: { values: repeated(1, 'bool') },
  Strings: { values: repeated(1, 'string') },
  RepeatedBytes: { values: singular(1, 'bytes') },
  ListValue: { values: repeated(1, 'Value') },
  DictionaryValue: { values: repeated(1, 'KeyValuePair') },
  KeyValuePair: { key: singular(1, 'Value'), value: singular(2, 'Value') },
  ValueType: {
    tensorType: oneof(1, 'TensorType'),
    listType: oneof(2, 'ListType'),
    dictionaryType: oneof(4, 'DictionaryType'),
  },
  TensorType: {
    dataType: singular(1, 'int'),
    rank: singular(2, 'int'),
    dimensions: repeated(3, 'Dimension'),
    attributes: map(4, 'Value'),
  },
  Dimension: { constant: oneof(1, 'ConstantDimension'), unknown: oneof(2, 'UnknownDimension') },
  ConstantDimension: { size: singular(1, 'int') },
  UnknownDimension: { variadic: singular(1, 'bool') },
  ListType: { type: singular(1, 'ValueType'), length: singular(2, 'Dimension') },
  DictionaryType: { keyType: singular(1, 'ValueType'), valueType: singular(2, 'ValueType') },
} as const;

/** A message of the schema, by the name that Core ML gives it. */
export type MessageName = keyof typeof SCHEMA;
/** A message as it was decoded. */
export type Message<N extends MessageName> = protobuf.Message<typeof SCHEMA, N>;
/** A message that is to be encoded. */
export type MessageParts<N extends MessageName> = protobuf.MessageParts<typeof SCHEMA, N>;

/** Decodes and encodes the messages of Core ML. */
export const coremlCodec = new protobuf.Codec(SCHEMA);
