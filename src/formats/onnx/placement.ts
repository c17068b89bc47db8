import type { FilesOnDisk, Placement, SizeLimit } from '../../files/placement.js';
import { notOnnx } from './file-kind.js';

const VARINT = 0;
const LENGTH = 2;

/** Fields of `ModelProto` in ONNX's published schema, by number, with the wire type of each. */
const FIELDS: ReadonlyMap<number, number> = new Map([
  [1, VARINT], // ir_version
  [2, LENGTH], // producer_name
  [3, LENGTH], // producer_version
  [4, LENGTH], // domain
  [5, VARINT], // model_version
  [6, LENGTH], // doc_string
  [7, LENGTH], // graph
  [8, LENGTH], // opset_import
  [14, LENGTH], // metadata_props
  [20, LENGTH], // training_info
  [25, LENGTH], // functions
  [26, LENGTH], // configuration
]);
const GRAPH = 7;

/** A tag and a length, of ten bytes each at most. */
const LONGEST_HEAD = 20;

const DATA = /^\.[0-9a-f]{16}\.data$/;

/** Protobuf ends here, and with it every `.onnx` without external data. */
export const ONNX_LIMIT: SizeLimit = {
  bytes: 2 ** 31 - 1,
  what: 'over 2 GiB, which is more than one ONNX file can hold',
  todo: 'save its weights as external data beside it',
  instead: notOnnx,
};

/** One file, and beside it data files that bear its name and their content's. Any ONNX file may be replaced by another. */
export const onnxPlacement: Placement = {
  kind: 'file',
  main: '',
  largest: ONNX_LIMIT,
  ours: 'an ONNX file',
  owns: isOnnxFile,
  isData: (name, artefact) => name.startsWith(artefact) && DATA.test(name.slice(artefact.length)),
};

/** Whether a file is made of the fields of an ONNX model, a graph among them. Reads their heads alone, however large it is. */
export function isOnnxFile(files: FilesOnDisk): boolean {
  const size = files.size('') ?? 0;
  let hasGraph = false;
  for (let at = 0; at < size; ) {
    const head = files.read('', at, LONGEST_HEAD);
    const tag = varintAt(head, 0);
    const value = tag && varintAt(head, tag.end);
    if (!value || FIELDS.get(Math.floor(tag.value / 8)) !== tag.value % 8) return false;
    hasGraph ||= Math.floor(tag.value / 8) === GRAPH;
    at += value.end + (tag.value % 8 === LENGTH ? value.value : 0);
    if (at > size) return false;
  }
  return hasGraph;
}

function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let at = start; at < Math.min(bytes.length, start + 10); at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * 2 ** (7 * (at - start));
    if (byte < 128) return { value, end: at + 1 };
  }
  return undefined;
}
