import {
  type Attribute,
  type Bytes,
  concatBytes,
  countBytes,
  type Graph,
  type Model,
  type Node,
  OutputError,
  type Tensor,
  type Value,
} from '../../model/index.js';
import { LAST_IR_VERSION } from './opsets.js';
import { type MessageParts, onnxCodec } from './schema.js';
import { completeType, encodeType, numberOf } from './write-type.js';
import { WrittenNames } from './written-names.js';

/** The first IR version in which a constant need not be an input too. */
const OLDEST_IR_VERSION = 4;
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** Where a large constant goes: into the file, or beside it. */
export type PlaceTensor = (tensor: Tensor) => MessageParts<'TensorProto'>;

/**
 * A model as an ONNX file: nodes in order, each constant once, the same bytes for the same model. Types of inner values
 * are left out, since every reader infers them.
 * @throws OutputError where it would be over 2 GiB
 * @example await writeFile('fused.onnx', writeOnnx(model));
 */
export function writeOnnx(model: Model): Uint8Array {
  const chunks = encodeModel(model);
  if (countBytes(chunks) > MAX_FILE_BYTES) {
    throw new OutputError({
      what: 'the model is over 2 GiB, where protobuf ends',
      todo: 'convert it to a file instead',
    });
  }
  return concatBytes(chunks);
}

/**
 * The file in chunks that follow one another; weights are not copied.
 * @param metadataOf the metadata of a file that has these names; by default the model's own
 */
export function encodeModel(
  model: Model,
  place: PlaceTensor = inFile,
  metadataOf: (names: WrittenNames) => ReadonlyMap<string, string> = () => model.metadata,
): Bytes[] {
  const { provenance: source } = model;
  const names = new WrittenNames(model);
  return onnxCodec.encode('ModelProto', {
    irVersion: Math.min(LAST_IR_VERSION, Math.max(OLDEST_IR_VERSION, source.irVersion || 8)),
    producerName: source.producerName || undefined,
    producerVersion: source.producerVersion || undefined,
    domain: source.domain || undefined,
    modelVersion: source.modelVersion || undefined,
    docString: source.docString || undefined,
    graph: encodeGraph(model.graph, names, place),
    opsetImport: [...model.opsets].map(([domain, version]) => ({ domain, version })),
    metadataProps: [...metadataOf(names)].map(([key, value]) => ({ key, value })),
  });
}

/** A tensor with its bytes, none of which is copied. */
export function inFile(tensor: Tensor): MessageParts<'TensorProto'> {
  const { dtype, shape, strings } = tensor;
  const parts = { dims: shape, dataType: numberOf(dtype) };
  return strings ? { ...parts, stringData: strings } : { ...parts, rawData: tensor.bytes };
}

function encodeGraph(graph: Graph, names: WrittenNames, place: PlaceTensor): MessageParts<'GraphProto'> {
  const nameOf = (symbol: string) => graph.model.dimensionName(symbol);
  const node = graph.sorted().map((each) => encodeNode(each, names, place));
  const output = graph.outputs.map((value) => {
    if (graph.parent && !isOwn(value, graph)) {
      // ONNX lets a subgraph give back what is made in it, not what it only sees.
      const own = names.fresh(`${value.name}_output`);
      node.push({ opType: 'Identity', input: [names.of(value)], output: [own] });
      return { name: own, type: encodeType(value, nameOf) };
    }
    const declared = graph.parent ? undefined : graph.model.declaredOutputs.get(value.name);
    const type = encodeType(completeType(value, declared, nameOf), nameOf);
    return { name: names.of(value), type, docString: graph.parent ? undefined : graph.model.described.get(value.name) };
  });
  return {
    node,
    name: graph.name || 'graph',
    initializer: names.constantsOf(graph).map(({ name, tensor }) => ({ name, ...place(tensor) })),
    input: graph.inputs.map((value) => ({
      name: names.of(value),
      type: encodeType(value, nameOf),
      docString: graph.parent ? undefined : graph.model.described.get(value.name),
    })),
    output,
  };
}

function isOwn(value: Value, graph: Graph): boolean {
  return value.constant === undefined && value.graph === graph;
}

function encodeNode(node: Node, names: WrittenNames, place: PlaceTensor): MessageParts<'NodeProto'> {
  return {
    input: node.inputs.map((value) => (value ? names.of(value) : '')),
    output: node.outputs.map((value) => (value ? names.of(value) : '')),
    name: names.ofNode(node),
    opType: node.operator,
    attribute: [...node.attributes].map(([name, attribute]) => encodeAttribute(name, attribute, names, place)),
    domain: node.domain || undefined,
  };
}

function encodeAttribute(
  name: string,
  attribute: Attribute,
  names: WrittenNames,
  place: PlaceTensor,
): MessageParts<'AttributeProto'> | Bytes {
  switch (attribute.kind) {
    case 'float':
      return { name, f: attribute.value, type: 1 };
    case 'int':
      return { name, i: attribute.value, type: 2 };
    case 'string':
      return { name, s: attribute.value, type: 3 };
    case 'tensor':
      return { name, t: place(attribute.value), type: 4 };
    case 'graph':
      return { name, g: encodeGraph(attribute.value, names, place), type: 5 };
    case 'floats':
      return { name, floats: attribute.value, type: 6 };
    case 'ints':
      return { name, ints: attribute.value, type: 7 };
    case 'strings':
      return { name, strings: attribute.value, type: 8 };
    case 'tensors':
      return { name, tensors: attribute.value.map(place), type: 9 };
    case 'graphs':
      return { name, graphs: attribute.value.map((graph) => encodeGraph(graph, names, place)), type: 10 };
    case 'raw':
      return attribute.value;
  }
}
