import { describe, expect, test } from 'vitest';
import { inferNode } from '../../src/operators/infer.js';
import { casesIn, nodeOf } from './cases.js';

const cases = casesIn('type-cases.jsonl');

/** The number of boxes is in the data; only the rank, and the triples, are known before. */
const SIZED_BY_DATA = ['NonMaxSuppression'];

describe('operators of which only types are known', () => {
  let judged = 0;

  test.each(cases)('$operator ($opset): $name has the types that $source gives', (given) => {
    const node = nodeOf(given);
    inferNode(node);
    node.outputs.forEach((value, index) => {
      const right = given.results[index];
      expect(value?.dtype).toBe(right?.dtype);
      if (SIZED_BY_DATA.includes(given.operator)) expect(value?.shape).toHaveLength(right?.shape.length ?? 0);
      else expect(value?.shape).toEqual(right?.shape);
    });
  });

  test.each(cases)('$operator ($opset): $name contradicts no size where the operands have names for sizes', (given) => {
    const node = nodeOf(given);
    const names = new Map<string, number>();
    for (const input of node.inputs) {
      if (!input || input.constant) continue;
      // Equal sizes may or may not be one; a name of its own for each is the weaker claim.
      input.shape = input.shape?.map((size, axis) => {
        names.set(`${input.name}_${axis}`, Number(size));
        return `${input.name}_${axis}`;
      });
    }
    inferNode(node);
    node.outputs.forEach((value, index) => {
      const right = given.results[index]?.shape;
      if (!value?.shape) return;
      judged++;
      expect(
        value.shape.map((size, axis) => (typeof size === 'number' ? size : (names.get(size) ?? right?.[axis]))),
      ).toEqual(right);
    });
  });

  test('most keep their shapes when sizes have names', () => {
    expect(judged).toBeGreaterThan(cases.length);
  });
});
