import { float16ToNumber, numberToFloat16, sizeOf } from '../../../model/index.js';
import { blockOf, blocksAlong } from '../../blocks.js';
import type { Constant, MilOperation, MilValue } from '../program/program.js';
import { int } from './constants.js';
import { tableOf } from './table.js';

/** How weights are stored in fewer bits than they are computed with. */
export type Compression = 'int8' | 'pal6' | 'pal4';

/** A constant of fewer elements stays as it is: the file gets no smaller and the answer worse. */
const FEWEST = 64;
const LARGEST_STEP = 127;
const SMALLEST_SCALE = 2 ** -24;
/** Numbers that share a scale, along what is summed, and channels that share a table, as coremltools takes them. */
const [BLOCK, GROUP] = [32, 16];
/** A table of its own costs a group as much as so many numbers of it in float16. */
const NUMBERS_PER_ENTRY = 8;

/** The first version whose weights may be in blocks and in tables for groups of channels. */
const IN_BLOCKS = 9;

/**
 * The operations of a program with each weight of a product made of what is stored: steps or indices. The rest stays.
 * @param specification version of the format, which decides the form
 */
export function compressed(
  operations: readonly MilOperation[],
  how: Compression,
  specification: number,
): MilOperation[] {
  const axes = new Map<MilValue, Axes>();
  for (const { type, inputs } of operations) {
    for (const [name, values] of inputs) {
      const each = AXES.get(`${type} ${name}`);
      if (each !== undefined) for (const value of values) axes.set(value, each);
    }
  }
  return operations.map((operation) => {
    const [value] = operation.outputs;
    const [each, constant] = [value && axes.get(value), value?.constant];
    if (each === undefined || !constant || constant.data.length < FEWEST) return operation;
    const values = floatsOf(constant);
    if (!values?.every(Number.isFinite)) return operation;
    const rank = constant.shape.length;
    const [channels, summed] = [each.channels, each.summed].map((axis) => (axis < 0 ? rank + axis : axis));
    const weight = { constant, values, channels: channels ?? 0, summed: summed ?? 0 };
    return { ...operation, ...FORMS[specification < IN_BLOCKS ? 'plain' : 'blocks'](weight, how) };
  });
}

/** The axes of a weight, from the front, or from the back where they are negative. */
interface Axes {
  readonly channels: number;
  /** Along which products are summed. */
  readonly summed: number;
}

const AXES: ReadonlyMap<string, Axes> = new Map([
  ['conv weight', { channels: 0, summed: 1 }],
  ['conv_transpose weight', { channels: 1, summed: 0 }],
  ['linear weight', { channels: 0, summed: 1 }],
  ['matmul y', { channels: -1, summed: -2 }],
]);

interface Weight extends Axes {
  readonly constant: Constant;
  readonly values: Float32Array;
}

type Form = Pick<MilOperation, 'type' | 'attributes' | 'bound'>;

const FORMS: Readonly<Record<'plain' | 'blocks', (weight: Weight, how: Compression) => Form>> = {
  /** Of iOS 16: a scale for each channel, a table for all. */
  plain: (weight, how) => (how === 'int8' ? inSteps(weight) : inTable(weight, how === 'pal6' ? 6 : 4)),
  /** Of iOS 18: a scale for each block of a channel, a table for each group of channels. */
  blocks: (weight, how) => (how === 'int8' ? inBlocks(weight) : inTables(weight, how === 'pal6' ? 6 : 4)),
};

/** What a constant held before it was rounded, or what it holds where the source has it in float16 itself. */
function floatsOf({ dtype, exact, data }: Constant): Float32Array | undefined {
  if (exact?.length === data.length) return exact;
  if (dtype === 'fp16' && data instanceof Uint16Array) return Float32Array.from(data, float16ToNumber);
  return dtype === 'fp32' && data instanceof Float32Array ? data : undefined;
}

/** In 127 steps to each side of 0, each channel by a scale of its own. */
function inSteps(weight: Weight): Form {
  const { constant, channels } = weight;
  const { scales, steps } = stepped(weight, blocksAlong(constant.shape, channels));
  const count = scales.length;
  const attributes = new Map<string, Constant>([
    ['quantized_data', { dtype: 'int8', shape: constant.shape, data: steps }],
    ['zero_point', { dtype: 'int8', shape: [count], data: new Int8Array(count) }],
    ['scale', inTypeOf(constant, scales, [count])],
    ['axis', int(channels)],
  ]);
  return { type: 'constexpr_affine_dequantize', attributes };
}

/** The same, each channel cut into blocks along what is summed where that can be cut so. */
function inBlocks(weight: Weight): Form {
  const { constant, channels, summed } = weight;
  const { shape } = constant;
  const blocks = blocksAlong(shape, channels);
  const along = shape[summed] ?? 1;
  if (along % BLOCK === 0) blocks[summed] = along / BLOCK;
  const { scales, steps } = stepped(weight, blocks);
  const bound = new Map<string, Constant>([
    ['data', { dtype: 'int8', shape, data: steps }],
    ['scale', inTypeOf(constant, scales, blocks)],
  ]);
  return { type: 'constexpr_blockwise_shift_scale', bound };
}

/** Each element in steps of the scale of its block, which reach just as far as the block's numbers. */
function stepped({ constant, values }: Weight, blocks: readonly number[]) {
  const placeOf = blockOf(constant.shape, blocks);
  const largest = new Float64Array(sizeOf(blocks));
  for (let i = 0; i < values.length; i++) {
    const place = placeOf(i);
    largest[place] = Math.max(largest[place] ?? 0, Math.abs(values[i] ?? 0));
  }
  const scales = Array.from(largest, (each) => (each === 0 ? 1 : scaleFor(each, constant)));
  return { scales, steps: Int8Array.from(values, (value, i) => Math.round(value / (scales[placeOf(i)] ?? 1))) };
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
function inTable({ constant, values }: Weight, bits: number): Form {
  const { table, indexOf } = tableOf(values, 2 ** bits, rounding(constant));
  const packed = packedFrom(values, bits, indexOf);
  const attributes = new Map<string, Constant>([
    ['indices', { dtype: 'uint8', shape: [packed.length], data: packed }],
    ['lut', inTypeOf(constant, table, [table.length])],
    ['shape', { dtype: 'uint32', shape: [constant.shape.length], data: Uint32Array.from(constant.shape) }],
  ]);
  return { type: 'constexpr_lut_to_dense', attributes };
}

/** The same with a table for each group of channels, where a group has numbers enough for one. */
function inTables({ constant, values, channels }: Weight, bits: number): Form {
  const { shape } = constant;
  const [count = 1, size] = [shape[channels], 2 ** bits];
  const groups = count % GROUP === 0 ? count / GROUP : 1;
  const isWorth = values.length / groups >= size * NUMBERS_PER_ENTRY;
  const blocks = shape.map((_, axis) => (axis === channels && isWorth ? groups : 1));
  const placeOf = blockOf(shape, blocks);
  const members: number[][] = Array.from({ length: sizeOf(blocks) }, () => []);
  values.forEach((value, i) => {
    members[placeOf(i)]?.push(value);
  });
  const tables = members.map((each) => tableOf(Float32Array.from(each), size, rounding(constant)));
  const all = tables.flatMap(({ table }) => table);
  const bound = new Map<string, Constant>([
    [
      'indices',
      {
        dtype: bits === 6 ? 'uint6' : 'uint4',
        shape,
        data: packedFrom(values, bits, (value, i) => tables[placeOf(i)]?.indexOf(value) ?? 0),
      },
    ],
    ['lut', inTypeOf(constant, all, [...blocks, size, 1])],
  ]);
  return { type: 'constexpr_lut_to_dense', bound };
}

/** To what a table of this constant can hold. */
function rounding({ dtype }: Constant): (value: number) => number {
  return dtype === 'fp16' ? (value) => float16ToNumber(numberToFloat16(value)) : Math.fround;
}

function packedFrom(values: Float32Array, bits: number, indexOf: (value: number, index: number) => number): Uint8Array {
  const packed = new Uint8Array(Math.ceil((values.length * bits) / 8));
  for (let i = 0; i < values.length; i++) {
    const at = i * bits;
    const spread = indexOf(values[i] ?? 0, i) << (at & 7);
    packed[at >> 3] = (packed[at >> 3] ?? 0) | (spread & 0xff);
    if (spread > 0xff) packed[(at >> 3) + 1] = spread >> 8;
  }
  return packed;
}

/** Numbers that its type holds exactly, as a constant of that type. */
function inTypeOf({ dtype }: Constant, values: readonly number[], shape: readonly number[]): Constant {
  const data = dtype === 'fp16' ? Uint16Array.from(values, numberToFloat16) : Float32Array.from(values);
  return { dtype, shape, data };
}
