import { isStatic, sizeOf } from '../../../model/index.js';
import { BLOB_FILE_NAME, LEGAL_NAME, MIL_NUMBERS, type MilDataType } from '../program/data-types.js';
import type { Constant, FixedType, MilType } from '../program/program.js';
import type { Message } from '../program/schema.js';
import type { BlobReader } from './blob-reader.js';
import { damaged } from './damaged.js';

const DTYPES: ReadonlyMap<number, MilDataType> = new Map([
  [MIL_NUMBERS.fp16.mil, 'fp16'],
  [MIL_NUMBERS.fp32.mil, 'fp32'],
  [MIL_NUMBERS.int32.mil, 'int32'],
  [MIL_NUMBERS.bool.mil, 'bool'],
  [MIL_NUMBERS.string.mil, 'string'],
  [MIL_NUMBERS.uint32.mil, 'uint32'],
]);

const HIGHEST_RANK = 5;

/** A fixed tensor type. @throws InputError where it is another, or beyond what Core ML takes */
export function readType(type: Message<'ValueType'> | undefined, where: string, highestRank = HIGHEST_RANK): FixedType {
  const { dtype, shape } = readOpenType(type, where, () => '?', highestRank);
  if (!isStatic(shape)) throw damaged('a dimension is not fixed', where);
  sizeOf(shape);
  return { dtype, shape };
}

/** A tensor type whose sizes may be open. @param symbol stands for such a size */
export function readOpenType(
  type: Message<'ValueType'> | undefined,
  where: string,
  symbol: () => string,
  highestRank = HIGHEST_RANK,
): MilType {
  const tensor = type?.tensorType;
  if (!tensor) throw damaged('a type is no tensor', where);
  const dtype = DTYPES.get(tensor.dataType ?? 0);
  if (!dtype) throw damaged(`data type ${tensor.dataType ?? 0} is none that a program of this kind holds`, where);
  const { dimensions } = tensor;
  if ((tensor.rank ?? 0) !== dimensions.length) {
    throw damaged(`a type says rank ${tensor.rank ?? 0} and has ${dimensions.length} dimensions`, where);
  }
  if (dimensions.length > highestRank) throw damaged(`rank ${dimensions.length} is over ${highestRank}`, where);
  if (tensor.attributes.size > 0) throw damaged('a type has attributes', where);
  const shape = dimensions.map(({ constant, unknown }) => {
    if (unknown?.variadic) throw damaged('a dimension stands for any number of them', where);
    if (unknown) return symbol();
    if (!constant?.size || constant.size < 1) throw damaged('a dimension is not positive', where);
    return constant.size;
  });
  return { dtype, shape };
}

/** A name as Core ML allows them. @throws InputError for all else, and where there is none */
export function readName(name: string | undefined, what: string): string {
  if (!name || !LEGAL_NAME.test(name)) throw damaged(`${what} has the name ${JSON.stringify(name ?? '')}`);
  return name;
}

/** A constant, inline or out of weight.bin. @throws InputError where elements and type do not fit */
export function readConstant(
  value: Message<'Value'>,
  blobs: BlobReader | undefined,
  where: string,
  highestRank?: number,
): Constant {
  const type = readType(value.type, where, highestRank);
  const count = sizeOf(type.shape);
  if (value.blobFileValue) {
    const { fileName = '', offset = 0 } = value.blobFileValue;
    if (fileName !== (blobs?.fileName ?? BLOB_FILE_NAME))
      throw damaged(`the blob file ${fileName} leaves the package or is not its own`, where);
    const code = MIL_NUMBERS[type.dtype].blob;
    if (code === undefined) throw damaged(`${type.dtype} cannot lie in weight.bin`, where);
    if (!blobs) throw damaged('weight.bin is named and is not there', where);
    const bytes = blobs.read(offset, code, count * (type.dtype === 'fp16' ? 2 : 4));
    // Data begin at multiples of 64 in the file; only where the file itself does not in memory are they copied.
    const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    const data =
      type.dtype === 'fp16' ? new Uint16Array(buffer, byteOffset, count) : new Float32Array(buffer, byteOffset, count);
    return { ...type, data };
  }
  const tensor = value.immediateValue?.tensor;
  if (!tensor) throw damaged('a constant has no value', where);
  const constant = immediate(type, tensor, where);
  const held = typeof constant.data === 'string' ? 1 : constant.data.length;
  if (held !== count) throw damaged(`a constant has ${held} elements for [${type.shape}]`, where);
  return constant;
}

function immediate(type: FixedType, tensor: Message<'TensorValue'>, where: string): Constant {
  const wrongField = () => damaged(`a constant of ${type.dtype} lies in the field of another type`, where);
  switch (type.dtype) {
    case 'fp32':
      if (!tensor.floats) throw wrongField();
      return { ...type, data: Float32Array.from(tensor.floats.values) };
    case 'fp16': {
      const bytes = tensor.bytes?.values;
      if (!bytes || bytes.length % 2) throw wrongField();
      return { ...type, data: new Uint16Array(new Uint8Array(bytes).buffer) };
    }
    case 'int32': {
      if (!tensor.ints) throw wrongField();
      return { ...type, data: Int32Array.from(tensor.ints.values) };
    }
    case 'uint32': {
      const bytes = tensor.bytes?.values;
      if (!bytes || bytes.length % 4) throw wrongField();
      return { ...type, data: new Uint32Array(new Uint8Array(bytes).buffer) };
    }
    case 'bool':
      if (!tensor.bools) throw wrongField();
      return { ...type, data: Uint8Array.from(tensor.bools.values, Number) };
    default: {
      const [text, ...more] = tensor.strings?.values ?? [];
      if (text === undefined || more.length > 0) throw wrongField();
      return { ...type, data: text };
    }
  }
}
