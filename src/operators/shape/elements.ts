import { type Dimension, isInteger, isStatic, type Shape, sizeOf, type Tensor, type Value } from '../../model/index.js';

/** Shape arithmetic works on vectors as long as a shape; anything longer is data. */
export const LONGEST = 64;

/**
 * The elements of a constant that may take part in shape arithmetic: an integer tensor of rank 0 or 1 that is short, or one of booleans as 0 and 1.
 * undefined for all others, so that no weight is ever read for this.
 */
export function elementsOfConstant(value: Value): readonly Dimension[] | undefined {
  return value.constant && elementsOfTensor(value.constant);
}

/** The same for a tensor. */
export function elementsOfTensor(tensor: Tensor): readonly Dimension[] | undefined {
  if (!mayHaveElements(tensor.shape) || !(isInteger(tensor.dtype) || tensor.dtype === 'bool')) return undefined;
  const elements: number[] = [];
  for (const exact of tensor.toBigInts()) {
    const element = Number(exact);
    // The largest int64 stands for "to the end" in Slice and is no size; the row that knows reads the constant itself.
    if (!Number.isSafeInteger(element)) return undefined;
    elements.push(element);
  }
  return elements;
}

/** Whether a result of this shape is small enough for its elements to be followed. */
export function mayHaveElements(shape: Shape | undefined): shape is readonly number[] {
  return isStatic(shape) && shape.length <= 1 && sizeOf(shape) <= LONGEST;
}

/** One element as often as a small result of rank 0 or 1 has places; undefined where it is no such result. */
export function repeated(element: Dimension | undefined, shape: Shape | undefined): Dimension[] | undefined {
  if (element === undefined || !mayHaveElements(shape)) return undefined;
  return new Array<Dimension>(sizeOf(shape)).fill(element);
}

/** The elements of an operand where all are known numbers, constants included. */
export function knownIntegers(value: Value | undefined): readonly number[] | undefined {
  const elements = value?.elements;
  if (elements?.every((element) => typeof element === 'number')) return elements;
  return value?.constant && isInteger(value.constant.dtype) ? value.constant.toIntegers() : undefined;
}
