import { MIL_NUMBERS } from '../program/data-types.js';
import type { Constant, ConstantData, MilType, MilValue } from '../program/program.js';
import type { MessageParts } from '../program/schema.js';

/** A tensor type as the program declares it. */
export function tensorType({ dtype, shape }: MilType): MessageParts<'ValueType'> {
  return {
    tensorType: {
      dataType: MIL_NUMBERS[dtype].mil,
      rank: shape.length,
      dimensions: shape.map((size) => (typeof size === 'number' ? { constant: { size } } : { unknown: {} })),
    },
  };
}

/** A value by its name and type, as outputs and arguments of a program are declared. */
export function named(value: MilValue): MessageParts<'NamedValueType'> {
  return { name: value.name, type: tensorType(value.type) };
}

/** A constant whose elements stand in the program itself. Which field holds them depends on their type. */
export function immediate(constant: Constant): MessageParts<'Value'> {
  return { type: tensorType(constant), immediateValue: { tensor: tensorValue(constant) } };
}

/** A string that stands in the program itself. */
export function text(value: string): MessageParts<'Value'> {
  return immediate({ dtype: 'string', shape: [], data: value });
}

function tensorValue({ dtype, data }: Constant): MessageParts<'TensorValue'> {
  if (typeof data === 'string') return { strings: { values: [data] } };
  switch (dtype) {
    case 'fp16':
    case 'int8':
    case 'uint8':
    case 'uint32':
    case 'uint4':
    case 'uint6':
      return { bytes: { values: bytesOf(data) } };
    case 'bool':
      return { bools: { values: Array.from(data, (element) => element !== 0) } };
    case 'int32':
      return { ints: { values: data } };
    default:
      return { floats: { values: data } };
  }
}

/** The array's own bytes, a view on its memory: little-endian, as on every machine that runs this. */
export function bytesOf(data: Exclude<ConstantData, string>): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
