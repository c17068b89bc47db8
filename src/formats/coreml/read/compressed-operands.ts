import { float16ToNumber, sameShape, sizeOf } from '../../../model/index.js';
import { blockOf } from '../../blocks.js';
import type { ArtefactConstant } from '../../format.js';
import type { FixedType } from '../program/program.js';
import type { Message } from '../program/schema.js';
import type { BlobReader } from './blob-reader.js';
import type { Compression } from './compressed-constants.js';
import { damaged, notKnown } from './damaged.js';
import { readPackedIntegers } from './packed-integers.js';
import { readConstant } from './read-values.js';

/** What a compressed weight is, element by element. */
interface Expanded {
  readonly values: Float64Array;
  /** undefined: each element is held as it is. */
  readonly how: Compression | undefined;
  /** As it is stored, where that is in few steps. */
  readonly stored?: ArtefactConstant | undefined;
}

/** An operation in the form of iOS 18, whose operands are constants in their place. */
interface Operands {
  readonly inputs: Message<'Operation'>['inputs'];
  readonly type: FixedType;
  readonly blobs: BlobReader | undefined;
  readonly where: string;
}

const FORMS: Readonly<Record<string, (operands: Operands) => Expanded>> = {
  constexpr_blockwise_shift_scale: fromBlocks,
  constexpr_lut_to_dense: fromTables,
  constexpr_sparse_to_dense: fromMask,
};

/**
 * The weight that an operation of iOS 18 stands for, before it is rounded.
 * @throws InputError where operands are missing or contradict each other
 * @throws EngineError for a form that is not read here, as where one compression stands on another
 */
export function expandOperands(operation: string, operands: Operands): Expanded {
  const form = FORMS[operation];
  if (!form) throw notKnown(`the operation ${operation}`, operands.where);
  return form(operands);
}

/** Whether a compressed weight is read from operands. */
export function hasOperandForm(operation: string): boolean {
  return Object.hasOwn(FORMS, operation);
}

/** (stored - offset) x scale, one of each for a block; fewer than 256 steps are judged as a table is. */
function fromBlocks(operands: Operands): Expanded {
  const { shape, bits, isSigned, values } = integers(operands, 'data');
  const scale = floats(operands, 'scale');
  const offset = operands.inputs.has('offset') ? integers(operands, 'offset') : undefined;
  if (offset && !sameShape(offset.shape, scale.shape)) throw misfit(operands, 'offset');
  const block = blocksOf(operands, shape, scale.shape);
  const scales = Array.from(scale.values);
  const offsets = scales.map((each, at) => -(offset?.values[at] ?? 0) * each);
  const [least, most] = rangeOf(bits, isSigned);
  const steps = { kind: 'steps', least, most, scales, offsets, blocks: scale.shape } as const;
  return {
    how: bits === 8 ? 'weights' : 'palette',
    values: Float64Array.from(values, (value, index) => {
      const at = block(index);
      return (value - (offset?.values[at] ?? 0)) * (scale.values[at] ?? 0);
    }),
    stored: { shape, stored: steps, elements: () => values },
  };
}

/** Signed steps reach as far to each side, one value aside. */
function rangeOf(bits: number, isSigned: boolean): readonly [least: number, most: number] {
  const reach = 2 ** (bits - 1) - 1;
  return isSigned ? [-reach, reach] : [0, 2 ** bits - 1];
}

/** Places in a table, one table for each block: [blocks…, length of a table, 1]. */
function fromTables(operands: Operands): Expanded {
  const { shape, bits, values } = integers(operands, 'indices');
  const table = floats(operands, 'lut');
  const length = 2 ** bits;
  if (table.shape.at(-1) !== 1) throw notKnown('constexpr_lut_to_dense of vectors', operands.where);
  if (table.shape.at(-2) !== length) throw misfit(operands, 'lut');
  const blocks = table.shape.slice(0, -2);
  const block = blocksOf(operands, shape, blocks);
  const expanded = Float64Array.from(
    values,
    (value, index) => table.values[block(index) * length + value] ?? Number.NaN,
  );
  const tables = Array.from({ length: sizeOf(blocks) }, (_, at) =>
    table.values.subarray(at * length, (at + 1) * length),
  );
  return {
    how: 'palette',
    values: expanded,
    stored: { shape, stored: { kind: 'table', tables, blocks }, elements: () => expanded },
  };
}

/** What is not 0, in order, and where it stands. */
function fromMask(operands: Operands): Expanded {
  const mask = integers(operands, 'mask');
  const { values } = floats(operands, 'nonzero_data');
  expectShape(operands, mask.shape);
  if (mask.values.reduce((sum, bit) => sum + bit, 0) !== values.length) throw misfit(operands, 'nonzero_data');
  let next = 0;
  return { how: undefined, values: Float64Array.from(mask.values, (bit) => (bit === 0 ? 0 : (values[next++] ?? 0))) };
}

/** The block in which an element lies, where axes are cut into as many blocks as `blocks` says. */
function blocksOf(operands: Operands, shape: readonly number[], blocks: readonly number[]): (index: number) => number {
  expectShape(operands, shape);
  const isCut = blocks.length === shape.length && shape.every((size, axis) => size % (blocks[axis] ?? 0) === 0);
  if (!isCut) throw misfit(operands, 'blocks');
  return blockOf(shape, blocks);
}

function expectShape({ type, where }: Operands, shape: readonly number[]): void {
  if (!sameShape(type.shape, shape))
    throw damaged(`a compressed weight of [${shape}] is declared [${type.shape}]`, where);
}

function integers(operands: Operands, name: string) {
  return readPackedIntegers(operandOf(operands, name), operands.blobs, operands.where);
}

function floats(operands: Operands, name: string) {
  const { dtype, shape, data } = readConstant(operandOf(operands, name), operands.blobs, operands.where, 7);
  if (typeof data === 'string' || (dtype !== 'fp16' && dtype !== 'fp32')) throw misfit(operands, name);
  return { shape, values: Float64Array.from({ length: sizeOf(shape) }, (_, i) => numberOf(data[i] ?? 0, dtype)) };
}

function numberOf(stored: number, dtype: 'fp16' | 'fp32'): number {
  return dtype === 'fp16' ? float16ToNumber(stored) : stored;
}

/** One compression may stand on what another makes: then the operand has a name. */
function operandOf({ inputs, where }: Operands, name: string): Message<'Value'> {
  const [binding, ...more] = inputs.get(name)?.arguments ?? [];
  if (binding?.name) throw notKnown('a weight that is compressed twice', where);
  if (!binding?.value || more.length > 0) throw damaged(`a compressed weight has no ${name}`, where);
  return binding.value;
}

function misfit({ where }: Operands, name: string): Error {
  return damaged(`the ${name} of a compressed weight does not fit it`, where);
}
