import { bitsOf, formatShape, isFloat, Tensor } from '../../dist/model/index.js';

const decoder = new TextDecoder();

/**
 * What is wrong with a set of answers, in a few words; undefined where all are right. Floats are right within the tolerance
 * that the test brings along, as `numpy.testing.assert_allclose` takes it; all else only where equal.
 * @param {Pick<import('./cases.js').Case, 'outputs' | 'rtol' | 'atol'>} test
 * @param {ReadonlyMap<string, import('../../src/model/index.js').Tensor>} answers by the names of the test's outputs
 * @returns {string | undefined}
 */
export function difference({ outputs, rtol, atol }, answers) {
  for (const [name, expected] of outputs) {
    const actual = answers.get(name);
    const problem = actual ? problemOf(expected, actual, rtol, atol) : 'is missing';
    if (problem) return `${name} ${problem}`;
  }
  return undefined;
}

function problemOf(expected, actual, rtol, atol) {
  if (formatShape(expected.shape) !== formatShape(actual.shape)) {
    return `has the shape ${formatShape(actual.shape)}, not ${formatShape(expected.shape)}`;
  }
  const [wanted, given] = [elements(expected), elements(narrowed(actual, expected.dtype))];
  for (let i = 0; i < wanted.length; i++) {
    const [x, y] = [wanted[i], given[i]];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const isClose = isFloat(expected.dtype) && Number.isFinite(x) && Math.abs(x - y) <= atol + rtol * Math.abs(x);
    if (!isClose) return `is ${y} at ${i}, not ${x} (${expected.dtype})`;
  }
  return undefined;
}

/**
 * A target that computes in a wider type is asked for the nearest number of the test's own: the tolerance of a float16 test is
 * one step of float16, of which half would go for the answer's not being rounded.
 */
function narrowed(actual, dtype) {
  const isWider = bitsOf(dtype) === 16 && isFloat(dtype) && actual.dtype === 'float32';
  return isWider ? Tensor.from(dtype, actual.shape, actual.toFloat64()) : actual;
}

/** What `===` can compare: 64-bit integers beyond a number as text, types that have no number here as their bytes. */
function elements(tensor) {
  const { dtype, strings, bytes } = tensor;
  if (strings) return strings.map((text) => decoder.decode(text));
  if (dtype === 'int64' || dtype === 'uint64') {
    return tensor.toBigInts().map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`));
  }
  if (bitsOf(dtype) < 8 || dtype.startsWith('float8') || dtype.startsWith('complex')) return bytes;
  return tensor.toFloat64();
}
