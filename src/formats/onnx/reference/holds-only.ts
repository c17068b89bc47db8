import type { onnx } from 'onnx-proto';
import { float16ToNumber, InputError } from '../../../model/index.js';
import type { ExternalData } from '../external-data.js';

const EXTERNAL = 1;

interface Coding {
  readonly size: number;
  readonly read: (bytes: DataView, at: number) => number;
  /** Where a file that holds numbers one by one has them. */
  readonly listed: (tensor: onnx.ITensorProto) => readonly number[];
}

/** By ONNX's number of the element type. */
const CODINGS: ReadonlyMap<number, Coding> = new Map([
  [
    1,
    {
      size: 4,
      read: (bytes: DataView, at: number) => bytes.getFloat32(at, true),
      listed: ({ floatData }: onnx.ITensorProto) => floatData ?? [],
    },
  ],
  [
    10,
    {
      size: 2,
      read: (bytes: DataView, at: number) => float16ToNumber(bytes.getUint16(at, true)),
      listed: ({ int32Data }: onnx.ITensorProto) => (int32Data ?? []).map(float16ToNumber),
    },
  ],
  [
    11,
    {
      size: 8,
      read: (bytes: DataView, at: number) => bytes.getFloat64(at, true),
      listed: ({ doubleData }: onnx.ITensorProto) => doubleData ?? [],
    },
  ],
]);

/** Whether all elements of a tensor of floats are one number. An empty one holds none. */
export function holdsOnly(tensor: onnx.ITensorProto, number: number, externalData: ExternalData | undefined): boolean {
  const coding = CODINGS.get(tensor.dataType ?? 0);
  if (!coding) return false;
  const listed = coding.listed(tensor);
  if (listed.length > 0) return listed.every((element) => element === number);
  const size = (tensor.dims ?? []).reduce<number>((product, dim) => product * Number(dim), 1);
  const bytes = bytesIn(tensor, size * coding.size, externalData);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < size; i++) if (coding.read(view, i * coding.size) !== number) return false;
  return size > 0;
}

function bytesIn(tensor: onnx.ITensorProto, length: number, externalData: ExternalData | undefined): Uint8Array {
  if (tensor.dataLocation !== EXTERNAL) return tensor.rawData ?? new Uint8Array(length);
  if (!externalData) throw new InputError({ what: 'external data was not given', where: { value: tensor.name ?? '' } });
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value ?? '']));
  return externalData(entries.get('location') ?? '', Number(entries.get('offset') ?? 0), length);
}
