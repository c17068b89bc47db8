import { type Bytes, InputError, Model } from '../../model/index.js';
import { WireError } from '../../protobuf/index.js';
import type { ExternalData } from './external-data.js';
import { notOnnx } from './file-kind.js';
import { Functions } from './functions.js';
import { invalid } from './invalid.js';
import { addUnusedOpset, checkOpset, LAST_IR_VERSION, readOpsets } from './opsets.js';
import { GraphReader } from './read-graph.js';
import type { TensorSource } from './read-tensor.js';
import { TypeReader } from './read-type.js';
import { type Message, onnxCodec } from './schema.js';
import { Scope } from './scope.js';

const DEFAULT_MAX_NODES = 200_000;
const DEFAULT_MAX_BYTES = 16 * 2 ** 30;
const MAX_FILE_BYTES = 2 ** 31 - 1;
/** Limits that go with the nodes allowed do not fall below those of so many: a small model may have one wide node. */
const LEAST_SCALE = DEFAULT_MAX_NODES;
const RAISE = 'raise --max-nodes if the file is honest';

/** Where weights are found, and what a file may hold before it is refused. */
export interface ReadOptions {
  /** How weights beside the file are read; without it they are refused when first needed. */
  readonly externalData?: ExternalData | undefined;
  /** Hears of every data file that a tensor lies in, whether or not it is ever read. */
  readonly onLocation?: ((location: string) => void) | undefined;
  /** Nodes, those of subgraphs and inlined functions included. Default 200,000. */
  readonly maxNodes?: number | undefined;
  /** Bytes of the file's constants, external data included. Default 16 GiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * Reads an ONNX file. Weights are views on `bytes`, or are read from external data when first asked for.
 * @throws InputError where the bytes are not ONNX, the model breaks the standard, or it is over a limit
 * @throws UnsupportedError where a function of the model takes the name of one of ONNX's own operators
 * @example const model = readOnnx(await readFile('model.onnx'));
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Model {
  const { externalData, onLocation, maxNodes = DEFAULT_MAX_NODES, maxBytes = DEFAULT_MAX_BYTES } = options;
  if (bytes.length > MAX_FILE_BYTES) {
    throw new InputError({
      what: 'is over 2 GiB, where protobuf ends',
      todo: 'save its weights as external data',
    });
  }
  const { proto, graph, dropped } = decode(bytes, maxNodes);
  expectUnderstood(Number(proto.irVersion ?? 0), dropped);
  const opsets = readOpsets(proto.opsetImport);
  const functions = new Functions(proto.functions, opsets);
  addUnusedOpset(opsets, graph);
  checkOpset(opsets, bytes.length);
  checkCount(functions.countNodes(graph.node), maxNodes);

  const model = new Model({ opsets, metadata: readMetadata(proto), provenance: readProvenance(proto) });
  takeNames(graph, model);
  for (const { name = '', docString } of [...graph.input, ...graph.output]) {
    if (docString) model.described.set(name, docString);
  }
  const types = new TypeReader(model, bytes);
  const note = (text: string) => {
    if (!model.notes.includes(text)) model.notes.push(text);
  };
  const tensors: TensorSource = { externalData, onLocation, checkedFiles: new Set(), bytesLeft: maxBytes, note };
  const reader = new GraphReader({ model, file: bytes, types, functions, tensors });
  reader.read(graph, model.graph, new Scope());

  if (model.provenance.irVersion > LAST_IR_VERSION) {
    note(`IR version ${model.provenance.irVersion} is newer than ${LAST_IR_VERSION}; read and written as that`);
  }
  if (!proto.irVersion) note('the file says no IR version; taken as the latest');
  if (reader.fixedInputs > 0) note(`${reader.fixedInputs} inputs were weights with a default; now fixed`);
  if (reader.isReordered) note('nodes were not in order; sorted');
  if (types.negativeDims > 0) note(`${types.negativeDims} dimensions were negative; taken as unknown`);
  if (functions.count > 0) note(`${functions.count} functions of the model were inlined`);
  if (dropped.size > 0) note(noteDropped(dropped));
  return model;
}

function decode(bytes: Bytes, maxNodes: number) {
  if (bytes.length === 0) throw new InputError({ what: 'is empty: not an ONNX model', todo: 'download it again' });
  const dropped = new Map<string, number>();
  let proto: Message<'ModelProto'>;
  try {
    proto = onnxCodec.decode('ModelProto', bytes, { scale: Math.max(maxNodes, LEAST_SCALE), todo: RAISE, dropped });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw refusalOf(bytes) ?? error;
  }
  const { graph } = proto;
  if (!graph) {
    const todo = 'export or download the model again';
    throw (
      refusalOf(bytes) ??
      new InputError({ what: `not an ONNX model, or truncated at byte ${bytes.length}: it has no graph`, todo })
    );
  }
  return { proto, graph, dropped };
}

function refusalOf(bytes: Bytes): InputError | undefined {
  const refusal = notOnnx(bytes);
  return refusal && new InputError(refusal);
}

function checkCount(count: number, maxNodes: number): void {
  if (count <= maxNodes) return;
  throw new InputError({
    what: `has more than ${maxNodes} nodes once its functions are inlined, the limit`,
    todo: RAISE,
  });
}

/** One note for the file. Fields that are known describe it alone; of others nobody can say so. */
function noteDropped(dropped: ReadonlyMap<string, number>): string {
  const fields = Array.from(dropped, ([field, count]) => `${field} (${count})`).join(', ');
  const areKnown = [...dropped.keys()].every((field) => !/\.\d+$/.test(field));
  return `dropped: ${fields}${areKnown ? '; no result depends on them' : ''}`;
}

/** Messages that say what is computed, and on what; a field of the others describes. */
const MEANING = /^(?:NodeProto|AttributeProto|(?:Sparse)?TensorProto|TypeProto[.\w]*|TensorShapeProto[.\w]*)\.\d+$/;

/** @throws InputError where a version newer than we know has put something into a message that may change its meaning */
function expectUnderstood(irVersion: number, dropped: ReadonlyMap<string, number>): void {
  if (irVersion <= LAST_IR_VERSION) return;
  const field = [...dropped.keys()].find((name) => MEANING.test(name));
  if (field === undefined) return;
  throw new InputError({
    what: `IR version ${irVersion} has field ${field}, which is not known; the latest known version is ${LAST_IR_VERSION}`,
    todo: 'save it with an older onnx, or look for a newer mobileone',
  });
}

function readProvenance(proto: Message<'ModelProto'>) {
  const irVersion = Number(proto.irVersion ?? 0);
  if (irVersion < 0) throw invalid(`the IR version is ${irVersion}`);
  return {
    irVersion,
    producerName: proto.producerName ?? '',
    producerVersion: proto.producerVersion ?? '',
    domain: proto.domain ?? '',
    modelVersion: BigInt(proto.modelVersion ?? 0),
    docString: proto.docString ?? '',
  };
}

function readMetadata(proto: Message<'ModelProto'>): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const { key = '', value = '' } of proto.metadataProps) if (!metadata.has(key)) metadata.set(key, value);
  return metadata;
}

/** Marks every name of the file as taken before the first fresh one is made, those of graphs read later included. */
function takeNames(proto: Message<'GraphProto'>, model: Model): void {
  const take = (name: string) => {
    model.takeName(name);
    model.addSourceName(name);
  };
  const graphs = [proto];
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    for (const { name } of [graph.initializer, graph.input].flat()) if (name) take(name);
    for (const sparse of graph.sparseInitializer) if (sparse.values?.name) take(sparse.values.name);
    for (const node of graph.node) {
      for (const name of node.output) take(name);
      for (const { g, graphs: inner } of node.attribute) graphs.push(...(g ? [g] : []), ...inner);
    }
  }
}
