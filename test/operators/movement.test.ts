import { describe, expect, test } from 'vitest';
import { isAnonymous, type Tensor } from '../../src/model/index.js';
import { resultsFor } from '../../src/operators/index.js';
import { inferNode } from '../../src/operators/infer.js';
import { type Case, casesIn, nodeOf } from './cases.js';

const cases = casesIn('movement-cases.jsonl');

/** Operators whose sizes are in the data itself. */
const SIZED_BY_DATA = ['NonZero', 'Unique', 'Compress'];
/** Operators of this family that only have types; and what is left to the engine although others of its kind are computed. */
const NOT_COMPUTED = [...['CenterCropPad', 'Col2Im', 'ReverseSequence', 'Unique']];

function isLeftOpen({ operator, attributes, operands, name }: Case): boolean {
  const { reduction } = attributes;
  if (NOT_COMPUTED.includes(operator)) return true;
  // Two readings of the standard, of which ONNX Runtime has one and its reference implementation the other.
  if (name === 'slice: backwards to the largest integer' || name === 'non zero: of a scalar') return true;
  if (reduction?.kind === 'string' && reduction.value !== 'none') return true;
  const [operand] = operands;
  const isConverted = operator === 'Cast' || operator === 'CastLike';
  // Which NaN comes of another type's NaN depends on the machine; integers beyond 2^53 would be rounded twice.
  if (isConverted && operand && isNumeric(operand) && operand.toFloat64().some(Number.isNaN)) return true;
  return name.startsWith('test_range_') && /float16/.test(name);
}

const isNumeric = ({ dtype }: Tensor) => dtype !== 'string';

describe('operators that move data', () => {
  test.each(cases)('$operator ($opset): $name gives what $source gives, or is left to the engine', (given) => {
    const node = nodeOf(given);
    const results = resultsFor(node, given.operands);
    if (isLeftOpen(given)) return expect(results).toBeUndefined();
    expect(results?.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
      given.results.map(({ dtype, shape }) => ({ dtype, shape })),
    );
    expect(results?.map(({ bytes }) => [...bytes])).toEqual(given.results.map(({ bytes }) => [...bytes]));
  });

  test.each(cases)('$operator ($opset): $name has its types before it is computed', (given) => {
    const node = nodeOf(given);
    inferNode(node);
    node.outputs.forEach((value, index) => {
      const right = given.results[index];
      expect(value?.dtype).toBe(right?.dtype);
      if (!SIZED_BY_DATA.includes(given.operator) && !isLeftOpen(given)) expect(value?.shape).toEqual(right?.shape);
      else expect(value?.shape?.every((size, axis) => isAnonymous(size) || size === right?.shape[axis])).toBe(true);
      if (value?.elements) expect(value.elements).toEqual(right?.toIntegers());
    });
  });

  const ofActivations = cases.filter(({ operator, operands }) => operands.length > 0 && operator !== 'Range');
  test.each(ofActivations)('$operator ($opset): $name has its types where the data is computed', (given) => {
    const node = nodeOf(given, [0]);
    inferNode(node);
    node.outputs.forEach((value, index) => {
      const right = given.results[index];
      expect(value?.dtype).toBe(right?.dtype);
      expect(value?.rank).toBe(right?.shape.length);
    });
  });
});
