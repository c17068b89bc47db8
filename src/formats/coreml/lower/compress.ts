import { float16ToNumber, numberToFloat16, sizeOf } from '../../../model/index.js';
import type { Constant, MilOperation, MilValue } from '../program/program.js';
import { int } from './constants.js';
import { tableOf } from './table.js';

/** How weights are stored in fewer bits than they are computed with. */
export type Compression = 'int8' | 'pal6' | 'pal4';

/** A constant of fewer elements stays as it is: the file gets no smaller and the answer worse. */
const FEWEST = 64;
const LARGEST_STEP = 127;
const SMALLEST_SCALE = 2 ** -24;

/** Which axis of the weight of an operation holds its channels, from the front, or from the back where it is negative. */
const CHANNELS: ReadonlyMap<string, number> = new Map([
  ['conv weight', 0],
  ['conv_transpose weight', 1],
  ['linear weight', 0],
  ['matmul y', -1],
]);

/** The operations of a program with each weight of a product made of what is stored: steps or indices. The rest stays. */
export function compressed(operations: readonly MilOperation[], how: Compression): MilOperation[] {
  const axes = new Map<MilValue, number>();
  for (const { type, inputs } of operations) {
    for (const [name, values] of inputs) {
      const axis = CHANNELS.get(`${type} ${name}`);
      if (axis !== undefined) for (const value of values) axes.set(value, axis);
    }
  }
  return operations.map((operation) => {
    const [value] = operation.outputs;
    const [axis, constant] = [value && axes.get(value), value?.constant];
    if (axis === undefined || !constant || constant.data.length < FEWEST) return operation;
    const values = floatsOf(constant);
    if (!values?.every(Number.isFinite)) return operation;
    const along = axis < 0 ? constant.shape.length + axis : axis;
    const attributes =
      how === 'int8' ? inSteps(constant, values, along) : inTable(constant, values, how === 'pal6' ? 6 : 4);
    const type = how === 'int8' ? 'constexpr_affine_dequantize' : 'constexpr_lut_to_dense';
    return { ...operation, type, attributes };
  });
}

function floatsOf({ dtype, exact, data }: Constant): Float32Array | undefined {
  if (exact?.length === data.length) return exact;
  return dtype === 'fp32' && data instanceof Float32Array ? data : undefined;
}

/** In 127 steps to each side of 0, each channel by a scale of its own. */
function inSteps(constant: Constant, values: Float32Array, axis: number): Map<string, Constant> {
  const { shape } = constant;
  const channels = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const largest = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(values[i] ?? 0));
  }
  const scales = Array.from(largest, (each) => (each === 0 ? 1 : scaleFor(each, constant)));
  const steps = Int8Array.from(values, (value, i) => Math.round(value / (scales[channelOf(i)] ?? 1)));
  return new Map<string, Constant>([
    ['quantized_data', { dtype: 'int8', shape, data: steps }],
    ['zero_point', { dtype: 'int8', shape: [channels], data: new Int8Array(channels) }],
    ['scale', inTypeOf(constant, scales)],
    ['axis', int(axis)],
  ]);
}

/** The nearest scale of the constant's type, or the next where that would not reach the largest number. */
function scaleFor(largest: number, { dtype }: Constant): number {
  const wanted = Math.max(largest / LARGEST_STEP, dtype === 'fp16' ? SMALLEST_SCALE : 0);
  if (dtype !== 'fp16') return Math.fround(wanted);
  const bits = numberToFloat16(wanted);
  const scale = float16ToNumber(bits);
  return Math.round(largest / scale) > LARGEST_STEP ? float16ToNumber(bits + 1) : scale;
}

/** Indices of a few bits each, packed from the lowest bit on, into one table for all. */
function inTable(constant: Constant, values: Float32Array, bits: number): Map<string, Constant> {
  const round = constant.dtype === 'fp16' ? (x: number) => float16ToNumber(numberToFloat16(x)) : Math.fround;
  const { table, indexOf } = tableOf(values, 2 ** bits, round);
  const packed = new Uint8Array(Math.ceil((values.length * bits) / 8));
  for (let i = 0; i < values.length; i++) {
    const at = i * bits;
    const spread = indexOf(values[i] ?? 0) << (at & 7);
    packed[at >> 3] = (packed[at >> 3] ?? 0) | (spread & 0xff);
    if (spread > 0xff) packed[(at >> 3) + 1] = spread >> 8;
  }
  return new Map<string, Constant>([
    ['indices', { dtype: 'uint8', shape: [packed.length], data: packed }],
    ['lut', inTypeOf(constant, table)],
    ['shape', { dtype: 'uint32', shape: [constant.shape.length], data: Uint32Array.from(constant.shape) }],
  ]);
}

/** Numbers that its type holds exactly, as a vector of that type. */
function inTypeOf({ dtype }: Constant, values: readonly number[]): Constant {
  const data = dtype === 'fp16' ? Uint16Array.from(values, numberToFloat16) : Float32Array.from(values);
  return { dtype, shape: [values.length], data };
}
