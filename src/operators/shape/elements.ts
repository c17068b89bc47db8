import { type Dimension, isInteger, type Value } from '../../model/index.js';

/** Shape arithmetic works on vectors as long as a shape; anything longer is data. */
const LONGEST = 64;

/**
 * The elements of a constant that may take part in shape arithmetic: an integer tensor of rank 0 or 1 that is short.
 * undefined for all others, so that no weight is ever read for this.
 */
export function elementsOfConstant(value: Value): readonly Dimension[] | undefined {
  const tensor = value.constant;
  if (!tensor || tensor.shape.length > 1 || tensor.size > LONGEST || !isInteger(tensor.dtype)) return undefined;
  const elements: number[] = [];
  for (const exact of tensor.toBigInts()) {
    const element = Number(exact);
    // The largest int64 stands for "to the end" in Slice and is no size; the row that knows reads the constant itself.
    if (!Number.isSafeInteger(element)) return undefined;
    elements.push(element);
  }
  return elements;
}

/** The elements of an operand where all are known numbers, constants included. */
export function knownIntegers(value: Value | undefined): readonly number[] | undefined {
  const elements = value?.elements;
  if (elements?.every((element) => typeof element === 'number')) return elements;
  return value?.constant && isInteger(value.constant.dtype) ? value.constant.toIntegers() : undefined;
}
