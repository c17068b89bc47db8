import { MIL_NUMBERS } from '../program/data-types.js';
import type { Constant, MilType, MilValue } from '../program/program.js';
import type { Message } from '../wire/schema.js';

/** A fixed tensor type as the program declares it. */
export function tensorType({ dtype, shape }: MilType): Message<'ValueType'> {
  return {
    tensorType: {
      dataType: MIL_NUMBERS[dtype].mil,
      rank: shape.length,
      dimensions: shape.map((size) => ({ constant: { size } })),
    },
  };
}

export function named(value: MilValue): Message<'NamedValueType'> {
  return { name: value.name, type: tensorType(value.type) };
}

/** A constant whose elements stand in the program itself. Which field holds them depends on their type. */
export function immediate(constant: Constant): Message<'Value'> {
  return { type: tensorType(constant), immediateValue: { tensor: tensorValue(constant) } };
}

export function text(value: string): Message<'Value'> {
  return immediate({ dtype: 'string', shape: [], data: value });
}

function tensorValue({ dtype, data }: Constant): Message<'TensorValue'> {
  if (typeof data === 'string') return { strings: { values: [data] } };
  switch (dtype) {
    case 'fp16':
      return { bytes: { values: bytesOf(data) } };
    case 'bool':
      return { bools: { values: Array.from(data, (element) => element !== 0) } };
    case 'int32':
      return { ints: { values: data } };
    default:
      return { floats: { values: data } };
  }
}

export function bytesOf(data: Float32Array | Uint16Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
