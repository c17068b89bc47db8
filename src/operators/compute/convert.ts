import { type DataType, isFloat, isInteger, numberToFloat16, Tensor } from '../../model/index.js';

/**
 * The elements in another type, as ONNX Runtime's CPU kernels convert them: to integers towards zero, between integers
 * by keeping the low bits, to bool by "is not 0", to float16 by way of float32.
 * @returns undefined where C++ leaves the result open (NaN or out of range to integer), where rounding twice shows, and
 *   for types other than numbers of a byte or more
 */
export function converted(tensor: Tensor, to: DataType): Tensor | undefined {
  const from = tensor.dtype;
  if (from === to) return tensor;
  if (!isNumber(from) || !isNumber(to)) return undefined;
  if (to === 'bool')
    return Tensor.from(
      'bool',
      tensor.shape,
      tensor.toFloat64().map((value) => (value === 0 ? 0 : 1)),
    );
  if (isInteger(to)) return isFloat(from) ? truncated(tensor, to) : wrapped(tensor, to);
  return rounded(tensor, to);
}

function isNumber(dtype: DataType): boolean {
  return isFloat(dtype) || isInteger(dtype) || dtype === 'bool';
}

/** Bits and sign of an integer type. */
function widthOf(dtype: DataType): { bits: number; isSigned: boolean } {
  return { bits: Number(/\d+$/.exec(dtype)?.[0] ?? 8), isSigned: dtype.startsWith('int') };
}

function truncated(tensor: Tensor, to: DataType): Tensor | undefined {
  const { bits, isSigned } = widthOf(to);
  const end = 2 ** (isSigned ? bits - 1 : bits);
  const least = isSigned ? -end : 0;
  const values = tensor.toFloat64().map(Math.trunc);
  if (!values.every((value) => value >= least && value < end)) return undefined;
  return Tensor.from(to, tensor.shape, values);
}

function wrapped(tensor: Tensor, to: DataType): Tensor {
  const { bits, isSigned } = widthOf(to);
  const wrap = isSigned ? BigInt.asIntN : BigInt.asUintN;
  const values = tensor.toBigInts().map((value) => wrap(bits, value));
  if (to === 'int64' || to === 'uint64') return Tensor.fromBigInts(to, tensor.shape, values);
  return Tensor.from(to, tensor.shape, values.map(Number));
}

function rounded(tensor: Tensor, to: DataType): Tensor | undefined {
  const values = tensor.toFloat64();
  // Which NaN a conversion gives depends on the machine.
  if (values.some(Number.isNaN)) return undefined;
  const isWide = tensor.dtype === 'int64' || tensor.dtype === 'uint64';
  if (isWide && to !== 'float64' && !values.every((value) => Math.abs(value) <= 2 ** 53)) return undefined;
  if (to === 'float32' || to === 'float64') return Tensor.from(to, tensor.shape, values);
  const once = values.map(Math.fround);
  if (to === 'float16' && !once.every((value, i) => numberToFloat16(value) === numberToFloat16(values[i] ?? 0))) {
    return undefined;
  }
  return Tensor.from(to, tensor.shape, once);
}
