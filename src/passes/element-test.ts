import { type DataType, isFloat, isInteger, Tensor } from '../model/index.js';

function isNumeric(dtype: DataType): boolean {
  return isFloat(dtype) || isInteger(dtype);
}

/** Whether all elements are the number `value`, by their bits: -0 is not 0. Stops at the first that is not. */
export function isEveryElement(tensor: Tensor, value: number): boolean {
  if (!isNumeric(tensor.dtype)) return false;
  const pattern = Tensor.from(tensor.dtype, [1], [value]).bytes;
  const { bytes } = tensor;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== pattern[i % pattern.length]) return false;
  return true;
}

/** The number that a constant of one element holds, whatever its rank; undefined for all other tensors. */
export function soleNumber(tensor: Tensor | undefined): number | undefined {
  return tensor?.size === 1 && isNumeric(tensor.dtype) ? tensor.toFloat64()[0] : undefined;
}

/** Rounding steps of the type near 1, twice over: exporters compute constants in float32 or in float64 before they round. */
const CLOSE: ReadonlyMap<DataType, number> = new Map([
  ['float64', 2 ** -22],
  ['float32', 2 ** -22],
  ['float16', 2 ** -9],
  ['bfloat16', 2 ** -6],
]);

/** Whether a number in a graph of this type is `expected`, as an exporter would round it. */
export function isNear(value: number | undefined, expected: number, dtype: DataType | undefined): boolean {
  const step = dtype && CLOSE.get(dtype);
  return value !== undefined && step !== undefined && Math.abs(value - expected) <= step * Math.abs(expected);
}

/** Whether a constant of one float element is `expected`, as an exporter would round it. */
export function isAbout(tensor: Tensor | undefined, expected: number): boolean {
  return isNear(soleNumber(tensor), expected, tensor?.dtype);
}
