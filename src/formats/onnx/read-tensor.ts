import {
  type Bytes,
  byteLengthOf,
  DATA_TYPES,
  type DataType,
  formatShape,
  InputError,
  type Integer,
  sizeOf,
  Tensor,
} from '../../model/index.js';
import { checkChecksum, type ExternalData, readExternalRange } from './external-data.js';
import { invalid } from './invalid.js';
import type { Message } from './schema.js';
import { typedBytes } from './typed-data.js';

const EXTERNAL = 1;
/** A Node 20 buffer ends there. */
const MAX_TENSOR_BYTES = 2 ** 32 - 1;

/** What reading tensors needs to know of the whole read. */
export interface TensorSource {
  readonly externalData: ExternalData | undefined;
  /** Locations whose checksum has been compared. */
  readonly checkedFiles: Set<string>;
  /** Bytes of constants that may still be read. */
  bytesLeft: number;
  /** Hears of every data file that a tensor lies in, whether or not it is ever read. */
  readonly onLocation?: ((location: string) => void) | undefined;
  note(text: string): void;
}

/** @throws InputError where ONNX has no such element type, or one that is too new */
export function readDataType(number: number | undefined, where: { value: string }): DataType {
  const dtype = DATA_TYPES[(number ?? 0) - 1];
  if (!dtype) throw invalid(`data type ${number ?? 0} is not known`, where);
  return dtype;
}

/** @throws InputError where a dimension is negative or over the integers that a number holds */
export function readDims(dims: readonly Integer[], where: { value: string }): number[] {
  return dims.map((dim) => {
    if (typeof dim === 'bigint') throw invalid(`dimension ${dim} is out of range (overflow)`, where);
    if (dim < 0) throw invalid(`dimension ${dim} is negative`, where);
    return dim;
  });
}

/**
 * A constant of the file. Its bytes are a view on the file, or are read from external data when first asked for.
 * @throws InputError where shape, type and bytes disagree
 */
export function readTensor(tensor: Message<'TensorProto'>, source: TensorSource): Tensor {
  const where = { value: tensor.name ?? '' };
  const dtype = readDataType(tensor.dataType, where);
  const shape = readDims(tensor.dims, where);
  if (tensor.segment) throw invalid('a tensor in segments, which no tool reads', where);
  const { dataLocation = 0 } = tensor;
  if (dataLocation !== 0 && dataLocation !== EXTERNAL)
    throw invalid(`data location ${dataLocation} is not known`, where);
  const isExternal = dataLocation === EXTERNAL;
  const hasTyped = holdsTypedData(tensor);
  const hasRaw = tensor.rawData !== undefined && tensor.rawData.length > 0;
  if (isExternal && (hasRaw || hasTyped)) throw invalid('a tensor has both external data and data in the file', where);
  if ((hasRaw && (hasTyped || tensor.stringData.length > 0)) || (hasTyped && tensor.stringData.length > 0)) {
    throw invalid('a tensor has its data twice, in two fields', where);
  }
  if (dtype === 'string') return readStrings(tensor, shape, isExternal, where);

  const asked = byteLengthOf(dtype, sizeOf(shape));
  source.bytesLeft -= asked;
  if (asked > MAX_TENSOR_BYTES)
    throw overLimit(`${asked} bytes in one tensor, the limit is ${MAX_TENSOR_BYTES}`, where);
  if (isExternal) return readExternal(tensor, dtype, shape, asked, source);
  const bytes = hasTyped ? typedBytes(tensor, dtype) : (tensor.rawData ?? new Uint8Array(0));
  if (bytes.length !== asked) {
    throw new InputError({
      what: `has ${bytes.length} bytes, shape asks ${asked} (${dtype} ${formatShape(shape)})`,
      where,
      todo: 'export or download the model again',
    });
  }
  if (source.bytesLeft < 0) throw overLimit('more bytes of constants than the limit', where, '--max-bytes');
  return new Tensor(dtype, shape, bytes);
}

function holdsTypedData({ floatData, int32Data, int64Data, doubleData, uint64Data }: Message<'TensorProto'>): boolean {
  const holds = (runs: readonly Bytes[]) => runs.some((run) => run.length > 0);
  return holds(floatData) || holds(int32Data) || holds(int64Data) || holds(doubleData) || holds(uint64Data);
}

function readStrings(
  tensor: Message<'TensorProto'>,
  shape: readonly number[],
  isExternal: boolean,
  where: { value: string },
): Tensor {
  if (isExternal) throw invalid('strings cannot be external data', where);
  const strings = tensor.stringData;
  if (strings.length !== sizeOf(shape)) {
    throw invalid(`${strings.length} strings, shape asks ${sizeOf(shape)} ${formatShape(shape)}`, where);
  }
  return new Tensor('string', shape, new Uint8Array(0), strings);
}

function readExternal(
  tensor: Message<'TensorProto'>,
  dtype: DataType,
  shape: readonly number[],
  asked: number,
  source: TensorSource,
): Tensor {
  const where = { value: tensor.name ?? '' };
  const ignored = (key: string) =>
    source.note(`external data: the key ${JSON.stringify(key.slice(0, 120))} was ignored`);
  const range = readExternalRange(tensor, asked, ignored);
  if (source.bytesLeft < 0) throw overLimit('more bytes of constants than the limit', where, '--max-bytes');
  const { externalData, checkedFiles } = source;
  const { location, offset, length } = range;
  source.onLocation?.(location);
  const open = (): Bytes => {
    if (!externalData) {
      throw new InputError({
        what: `the weights are external data in ${JSON.stringify(location)}, which was not given`,
        where,
        todo: 'read the model by its path, or pass externalData',
      });
    }
    if (!checkedFiles.has(location)) checkChecksum(range, externalData);
    checkedFiles.add(location);
    return externalData(location, offset, length);
  };
  return new Tensor(dtype, shape, open);
}

function overLimit(what: string, where: { value: string }, flag?: string): InputError {
  return new InputError({ what: `has ${what}`, where, ...(flag && { todo: `raise ${flag} if the file is honest` }) });
}
