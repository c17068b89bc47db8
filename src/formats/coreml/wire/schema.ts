/**
 * The part of Core ML's protobuf schema that an ML Program needs, as data: message, field, number, type. Numbers and names
 * are facts of the format (`Model.proto`, `FeatureTypes.proto`, `MIL.proto` of specification version 6 and later).
 */

/** How numbers and bytes lie on the wire; every other type is the name of a message. */
export interface Scalars {
  /** A varint: int32, int64, uint64 and enumerations. Negative numbers take ten bytes. */
  int: number;
  bool: boolean;
  float: number;
  double: number;
  string: string;
  bytes: Uint8Array;
}

/**
 * `one` field; a list of `many` (numbers are packed); a `map` from strings; or a member of a oneof, which is written even
 * where it is zero or empty, and excludes the others of the same `group`.
 */
export interface Field {
  readonly id: number;
  readonly type: string;
  readonly form: 'one' | 'many' | 'map' | 'member';
  readonly group: string;
}

const one = <T extends string>(id: number, type: T) => ({ id, type, form: 'one', group: '' }) as const;
const many = <T extends string>(id: number, type: T) => ({ id, type, form: 'many', group: '' }) as const;
const map = <T extends string>(id: number, type: T) => ({ id, type, form: 'map', group: '' }) as const;
const member = <T extends string>(id: number, type: T, group = 'type') =>
  ({ id, type, form: 'member', group }) as const;

export const SCHEMA = {
  Model: {
    specificationVersion: one(1, 'int'),
    description: one(2, 'ModelDescription'),
    isUpdatable: one(10, 'bool'),
    mlProgram: member(502, 'Program'),
  },
  ModelDescription: {
    input: many(1, 'FeatureDescription'),
    output: many(10, 'FeatureDescription'),
    predictedFeatureName: one(11, 'string'),
    predictedProbabilitiesName: one(12, 'string'),
    metadata: one(100, 'Metadata'),
  },
  Metadata: {
    shortDescription: one(1, 'string'),
    versionString: one(2, 'string'),
    author: one(3, 'string'),
    license: one(4, 'string'),
    userDefined: map(100, 'string'),
  },
  FeatureDescription: { name: one(1, 'string'), shortDescription: one(2, 'string'), type: one(3, 'FeatureType') },
  FeatureType: {
    int64Type: member(1, 'Empty'),
    doubleType: member(2, 'Empty'),
    stringType: member(3, 'Empty'),
    imageType: member(4, 'ImageFeatureType'),
    multiArrayType: member(5, 'ArrayFeatureType'),
    dictionaryType: member(6, 'DictionaryFeatureType'),
    isOptional: one(1000, 'bool'),
  },
  Empty: {},
  ArrayFeatureType: { shape: many(1, 'int'), dataType: one(2, 'int') },
  ImageFeatureType: { width: one(1, 'int'), height: one(2, 'int'), colorSpace: one(3, 'int') },
  DictionaryFeatureType: { int64KeyType: member(1, 'Empty'), stringKeyType: member(2, 'Empty') },
  Program: {
    version: one(1, 'int'),
    functions: map(2, 'Function'),
    docString: one(3, 'string'),
    attributes: map(4, 'Value'),
  },
  Function: {
    inputs: many(1, 'NamedValueType'),
    opset: one(2, 'string'),
    blockSpecializations: map(3, 'Block'),
    attributes: map(4, 'Value'),
  },
  Block: {
    inputs: many(1, 'NamedValueType'),
    outputs: many(2, 'string'),
    operations: many(3, 'Operation'),
    attributes: map(4, 'Value'),
  },
  Operation: {
    type: one(1, 'string'),
    inputs: map(2, 'Argument'),
    outputs: many(3, 'NamedValueType'),
    blocks: many(4, 'Block'),
    attributes: map(5, 'Value'),
  },
  NamedValueType: { name: one(1, 'string'), type: one(2, 'ValueType') },
  Argument: { arguments: many(1, 'Binding') },
  Binding: { name: member(1, 'string', 'binding'), value: member(2, 'Value', 'binding') },
  Value: {
    docString: one(1, 'string'),
    type: one(2, 'ValueType'),
    immediateValue: member(3, 'ImmediateValue', 'value'),
    blobFileValue: member(5, 'BlobFileValue', 'value'),
  },
  ImmediateValue: {
    tensor: member(1, 'TensorValue'),
    list: member(3, 'ListValue'),
    dictionary: member(4, 'DictionaryValue'),
  },
  BlobFileValue: { fileName: one(1, 'string'), offset: one(2, 'int') },
  TensorValue: {
    floats: member(1, 'Floats'),
    ints: member(2, 'Integers'),
    bools: member(3, 'Booleans'),
    strings: member(4, 'Strings'),
    longInts: member(5, 'Integers'),
    doubles: member(6, 'Doubles'),
    bytes: member(7, 'RepeatedBytes'),
  },
  Floats: { values: many(1, 'float') },
  Doubles: { values: many(1, 'double') },
  Integers: { values: many(1, 'int') },
  Booleans: { values: many(1, 'bool') },
  Strings: { values: many(1, 'string') },
  RepeatedBytes: { values: one(1, 'bytes') },
  ListValue: { values: many(1, 'Value') },
  DictionaryValue: { values: many(1, 'KeyValuePair') },
  KeyValuePair: { key: one(1, 'Value'), value: one(2, 'Value') },
  ValueType: {
    tensorType: member(1, 'TensorType'),
    listType: member(2, 'ListType'),
    dictionaryType: member(4, 'DictionaryType'),
  },
  TensorType: {
    dataType: one(1, 'int'),
    rank: one(2, 'int'),
    dimensions: many(3, 'Dimension'),
    attributes: map(4, 'Value'),
  },
  Dimension: { constant: member(1, 'ConstantDimension'), unknown: member(2, 'UnknownDimension') },
  ConstantDimension: { size: one(1, 'int') },
  UnknownDimension: { variadic: one(1, 'bool') },
  ListType: { type: one(1, 'ValueType'), length: one(2, 'Dimension') },
  DictionaryType: { keyType: one(1, 'ValueType'), valueType: one(2, 'ValueType') },
} as const satisfies Record<string, Record<string, Field>>;

export type MessageName = keyof typeof SCHEMA;

type TypeOf<T> = T extends keyof Scalars ? Scalars[T] : T extends MessageName ? Message<T> : never;

type FieldValue<F> = F extends { type: infer T; form: infer Form }
  ? Form extends 'many'
    ? ArrayLike<TypeOf<T>>
    : Form extends 'map'
      ? ReadonlyMap<string, TypeOf<T>>
      : TypeOf<T>
  : never;

/** A message in memory. An absent field is zero, empty or not there, as proto3 has it. */
export type Message<N extends MessageName> = {
  readonly [K in keyof (typeof SCHEMA)[N]]?: FieldValue<(typeof SCHEMA)[N][K]>;
};

/** The fields of each message by name, for code that walks any of them. */
export const FIELDS: ReadonlyMap<string, ReadonlyMap<string, Field>> = new Map(
  Object.entries(SCHEMA).map(([name, fields]) => [name, new Map<string, Field>(Object.entries(fields))]),
);
