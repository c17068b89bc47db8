import type { Node, Tensor, Value } from '../../model/index.js';
import { tensorOfConstant } from './constant-node.js';
import { limitList } from './limits.js';

/** The constant behind a value, whether it is an initialiser or made by a `Constant` node. */
export function constantOf(value: Value | undefined): Tensor | undefined {
  if (value?.constant) return value.constant;
  const producer = value?.producer;
  return producer?.is('Constant') && producer.output(0) === value ? tensorOfConstant(producer) : undefined;
}

/**
 * The integers of an operand of rank 0 or 1, where all are known.
 * @throws InputError where it has a higher rank, another type, or integers beyond those that a number holds exactly
 */
export function integersAt(node: Node, index: number, name: string): readonly number[] | undefined {
  const value = node.inputs[index];
  const known = value?.elements;
  if (known) {
    const numbers = known.filter((element) => typeof element === 'number');
    return numbers.length === known.length ? numbers : undefined;
  }
  return integerTensorAt(node, index, name)
    ?.toBigInts()
    .map((exact) => {
      const integer = Number(exact);
      if (!Number.isSafeInteger(integer)) throw node.invalid(`${name}: ${exact} is out of range`);
      return integer;
    });
}

const FARTHEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Like `integersAt`, but integers too large for a number become the largest one: for bounds that mean "to the end".
 * @throws InputError where they are no integers, or no vector
 */
export function boundsAt(node: Node, index: number, name: string): readonly number[] | undefined {
  const tensor = integerTensorAt(node, index, name);
  return tensor ? tensor.toBigInts().map(toBound) : integersAt(node, index, name);
}

/** Exact where a number can hold it, else the farthest exact integer of its sign. */
export function toBound(exact: number | bigint): number {
  if (typeof exact === 'number') return exact;
  if (exact > FARTHEST) return Number.MAX_SAFE_INTEGER;
  return exact < -FARTHEST ? -Number.MAX_SAFE_INTEGER : Number(exact);
}

function integerTensorAt(node: Node, index: number, name: string): Tensor | undefined {
  const tensor = constantOf(node.inputs[index]);
  if (!tensor) return undefined;
  if (tensor.dtype !== 'int64' && tensor.dtype !== 'int32') throw node.invalid(`${name} is ${tensor.dtype}, not int64`);
  if (tensor.shape.length > 1) throw node.invalid(`${name} has rank ${tensor.shape.length}, not 1`);
  limitList(node, name, tensor.size);
  return tensor;
}

/**
 * The one number of a constant scalar (or tensor of one element); undefined where it is computed or absent.
 * @throws InputError where there are several, or an integer is out of range
 */
export function scalarAt(node: Node, index: number, name: string): number | undefined {
  const value = node.inputs[index];
  const known = value?.elements;
  const tensor = constantOf(value);
  if (tensor && tensor.size !== 1) throw node.invalid(`${name} has ${tensor.size} elements, not 1`);
  if (known) return known.length === 1 && typeof known[0] === 'number' ? known[0] : undefined;
  if (!tensor || tensor.dtype === 'string') return undefined;
  return tensor.toFloat64()[0];
}
