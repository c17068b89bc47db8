import type { onnx } from 'onnx-proto';
import { bytesOf, float16ToNumber, InputError } from '../../../model/index.js';
import type { ExternalData } from '../external-data.js';
import { isOnnx, nodeLists } from './graphs.js';

const FLOAT = 1;
const FLOAT16 = 10;
const EXTERNAL = 1;
/** Attributes that say an element type. */
const TYPE_ATTRIBUTES = new Set(['to', 'dtype', 'output_dtype', 'output_datatype', 'stash_type']);

/** float16 to float32 throughout a model. @returns how many constants, types and attributes were changed */
export function widen(model: onnx.IModelProto, externalData: ExternalData | undefined): number {
  let changed = 0;
  const tensor = (proto: onnx.ITensorProto) => {
    if (proto.dataType !== FLOAT16) return;
    widenTensor(proto, externalData);
    changed++;
  };
  const type = ({ type: proto }: onnx.IValueInfoProto) => {
    if (proto?.tensorType?.elemType !== FLOAT16) return;
    proto.tensorType.elemType = FLOAT;
    changed++;
  };
  for (const { nodes, graph } of nodeLists(model)) {
    graph?.initializer?.forEach(tensor);
    for (const list of [graph?.input, graph?.output, graph?.valueInfo]) list?.forEach(type);
    for (const node of nodes) {
      for (const attribute of node.attribute ?? []) {
        if (attribute.t) tensor(attribute.t);
        attribute.tensors?.forEach(tensor);
        if (!TYPE_ATTRIBUTES.has(attribute.name ?? '') || Number(attribute.i ?? 0) !== FLOAT16) continue;
        if (!isOnnx(node, node.opType ?? '')) continue;
        attribute.i = FLOAT;
        changed++;
      }
    }
  }
  return changed;
}

function widenTensor(tensor: onnx.ITensorProto, externalData: ExternalData | undefined): void {
  const bits = bitsOf(tensor, externalData);
  tensor.dataType = FLOAT;
  tensor.rawData = bytesOf(Float32Array.from(bits, float16ToNumber));
  tensor.int32Data = [];
  tensor.externalData = [];
  tensor.dataLocation = 0;
}

function bitsOf(tensor: onnx.ITensorProto, externalData: ExternalData | undefined): Uint16Array {
  if (tensor.dataLocation !== EXTERNAL) {
    return tensor.rawData && tensor.rawData.length > 0
      ? halves(tensor.rawData)
      : Uint16Array.from(tensor.int32Data ?? []);
  }
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value ?? '']));
  if (!externalData) throw new InputError({ what: 'external data was not given', where: { value: tensor.name ?? '' } });
  const size = (tensor.dims ?? []).reduce<number>((product, dim) => product * Number(dim), 1);
  return halves(externalData(entries.get('location') ?? '', Number(entries.get('offset') ?? 0), 2 * size));
}

function halves(bytes: Uint8Array): Uint16Array {
  // Not `slice`: that of a Buffer is a view, which may lie on an odd byte.
  const copy = new Uint8Array(bytes);
  return new Uint16Array(copy.buffer);
}
