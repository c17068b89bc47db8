import { DATA_TYPES, type DataType, Tensor } from '../model/index.js';
import { EngineFailure } from './failure.js';
import type { TensorHeader } from './protocol.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A tensor as a frame carries it: elements of strings in the header, all others as they are. */
export function toWire(name: string, tensor: Tensor): { readonly header: TensorHeader; readonly bytes: Uint8Array } {
  const { dtype, shape, strings } = tensor;
  if (!strings) return { header: { name, dtype, shape }, bytes: tensor.bytes };
  return { header: { name, dtype, shape, strings: strings.map((s) => decoder.decode(s)) }, bytes: new Uint8Array() };
}

/** @throws EngineFailure for an element type that is not ONNX's */
export function fromWire({ name, dtype, shape, strings }: TensorHeader, bytes: Uint8Array): Tensor {
  return new Tensor(
    dataTypeOf(name, dtype),
    shape,
    bytes,
    strings?.map((text) => encoder.encode(text)),
  );
}

function dataTypeOf(name: string, text: string): DataType {
  const found = DATA_TYPES.find((dtype) => dtype === text);
  if (!found) throw new EngineFailure('refused', `output ${name} has the element type ${text}`);
  return found;
}
