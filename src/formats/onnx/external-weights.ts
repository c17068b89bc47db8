import { allNodes, type Bytes, type Graph, type Model, type Tensor } from '../../model/index.js';
import type { Artefact, Hash } from '../format.js';
import { asText, provenance, withoutTraces } from '../metadata.js';
import type { MessageParts } from './schema.js';
import { trace } from './trace.js';
import { encodeModel, inFile } from './write.js';
import { numberOf } from './write-type.js';
import type { WrittenNames } from './written-names.js';

/** Room for everything but weights below protobuf's 2 GiB. */
const MAX_WEIGHTS_IN_FILE = 2 ** 31 - 2 ** 26;
/** Smaller constants stay in the file, where shape inference can see them. */
const SMALLEST_OUTSIDE = 1024;
/** Offsets are multiples of a page, so that a reader can map the file into memory. */
const PAGE = 4096;
const EXTERNAL = 1;

/**
 * The file, with its weights in a second one beside it where they are over 2 GiB. That is named by its content: new data
 * beside an old model would be a wrong answer without an error.
 * @param fileName of the model, without a folder
 * @param largest bytes of weights that the file itself may hold
 */
export function encodeArtefact(model: Model, fileName: string, hash: Hash, largest = MAX_WEIGHTS_IN_FILE): Artefact {
  const tensors = constantsOf(model.graph);
  let total = 0;
  for (const tensor of tensors) total += tensor.byteLength;
  const metadataOf = (names: WrittenNames) =>
    new Map([...withoutTraces(model.metadata), ...provenance(trace(model, names)).map(asText)]);
  if (total <= largest) return { files: new Map([['', encodeModel(model, inFile, metadataOf)]]), commits: '' };

  const outside = new Map<Tensor, number>();
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.byteLength < SMALLEST_OUTSIDE || tensor.strings) continue;
    outside.set(tensor, end);
    end = Math.ceil((end + tensor.byteLength) / PAGE) * PAGE;
  }
  const data = chunksOf(outside);
  const location = `${fileName}.${hash(data).slice(0, 16)}.data`;
  const place = (tensor: Tensor): MessageParts<'TensorProto'> => {
    const offset = outside.get(tensor);
    if (offset === undefined) return inFile(tensor);
    const entries = { location, offset: String(offset), length: String(tensor.byteLength) };
    return {
      dims: tensor.shape,
      dataType: numberOf(tensor.dtype),
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
      dataLocation: EXTERNAL,
    };
  };
  return {
    files: new Map([
      [location, data],
      ['', encodeModel(model, place, metadataOf)],
    ]),
    commits: '',
  };
}

/** Each once, in the order in which they are read. */
function constantsOf(graph: Graph): Set<Tensor> {
  const found = new Set<Tensor>();
  for (const node of allNodes(graph)) {
    for (const value of node.inputs) if (value?.constant) found.add(value.constant);
    for (const attribute of node.attributes.values()) if (attribute.kind === 'tensor') found.add(attribute.value);
  }
  return found;
}

function chunksOf(outside: ReadonlyMap<Tensor, number>): Bytes[] {
  const chunks: Bytes[] = [];
  let end = 0;
  for (const [tensor, offset] of outside) {
    if (offset > end) chunks.push(new Uint8Array(offset - end));
    chunks.push(tensor.bytes);
    end = offset + tensor.byteLength;
  }
  return chunks;
}
