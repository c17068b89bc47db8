import { describe, expect, test } from 'vitest';
import { isFloat, type Tensor } from '../../src/model/index.js';
import { resultsFor } from '../../src/operators/index.js';
import { inferNode } from '../../src/operators/infer.js';
import { type Case, casesIn, nodeOf } from './cases.js';

const cases = casesIn('computed-cases.jsonl');

/** One step of IEEE arithmetic, or none: there is one right answer, to the last bit. */
const EXACT = [
  ...[
    'Abs',
    'Add',
    'Ceil',
    'Clip',
    'Div',
    'Floor',
    'Identity',
    'LeakyRelu',
    'Max',
    'Min',
    'Mod',
    'Mul',
    'Neg',
    'PRelu',
  ],
  ...[
    'Reciprocal',
    'Relu',
    'Round',
    'Shrink',
    'Sign',
    'Sqrt',
    'Sub',
    'ThresholdedRelu',
    'Where',
    'ReduceMax',
    'ReduceMin',
  ],
];

const types = ({ operands }: Case) => operands.map((tensor) => tensor?.dtype);
const hasNan = (tensor: Tensor | undefined) => tensor?.toFloat64().some(Number.isNaN) ?? false;

/** What is left to the engine: what is undefined in C, what engines disagree about, and what nobody writes as constants. */
function isLeftOpen(given: Case): boolean {
  const { operator, attributes, operands } = given;
  const [type = 'float32'] = types(given);
  switch (operator) {
    case 'BitShift':
      return !type.startsWith('u');
    case 'Mod':
      return isFloat(type) && !(attributes.fmod?.kind === 'int' && attributes.fmod.value === '1');
    case 'ReduceMax':
    case 'ReduceMin':
      return type === 'bool' || hasNan(operands[0]) || operands[0]?.size === 0;
    default:
      return false;
  }
}

/** Operators whose further results (statistics) stay with the node. */
const FIRST_ALONE = ['BatchNormalization', 'LayerNormalization'];

/** Sums are added in any order, and functions rounded once; ONNX's own tests allow 1e-3. */
function isNear(value: number, right: number, scale: number): boolean {
  if (Object.is(value, right) || value === right) return true;
  return Math.abs(value - right) <= 1e-6 * Math.max(Math.abs(right), scale);
}

describe('operators on constants', () => {
  test.each(cases)('$operator ($opset): $name gives what $source gives, or is left to the engine', (given) => {
    const node = nodeOf(given);
    const results = resultsFor(node, given.operands);
    if (isLeftOpen(given)) return expect(results).toBeUndefined();
    const wanted = FIRST_ALONE.includes(given.operator) ? given.results.slice(0, 1) : given.results;
    expect(results?.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
      wanted.map(({ dtype, shape }) => ({ dtype, shape })),
    );
    results?.forEach((result, index) => {
      const right = given.results[index];
      if (!right || !isFloat(right.dtype) || EXACT.includes(given.operator)) {
        expect(result.bytes).toEqual(right?.bytes);
        return;
      }
      const [values, expected] = [[...result.toFloat64()], [...right.toFloat64()]];
      const scale = Math.max(...expected.filter(Number.isFinite).map(Math.abs), 0);
      expect(values.filter((value, i) => !isNear(value, expected[i] ?? 0, scale))).toEqual([]);
    });
  });

  test.each(cases)('$operator ($opset): $name has its types before it is computed', (given) => {
    const node = nodeOf(given);
    inferNode(node);
    node.outputs.forEach((value, index) => {
      const right = given.results[index];
      expect(value?.dtype).toBe(right?.dtype);
      expect(value?.shape).toEqual(right?.shape);
      if (value?.elements) expect(value.elements).toEqual(right?.toIntegers());
    });
  });
});
