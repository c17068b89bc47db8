import { describe, expect, test } from 'vitest';
import * as rows from '../../src/operators/rows/index.js';
import { existsAt } from '../../src/operators/schema.js';

describe('the list of operator names', () => {
  test.each([
    ['Conv', 7, 'yes'],
    ['Conv', 26, 'yes'],
    ['Gelu', 19, 'too new'],
    ['Gelu', 20, 'yes'],
    ['Upsample', 9, 'yes'],
    ['Upsample', 10, 'removed'],
    ['Scatter', 11, 'removed'],
    ['GroupNormalization', 20, 'removed'],
    ['GroupNormalization', 21, 'yes'],
    ['Convv', 17, 'unknown'],
    ['__proto__', 17, 'unknown'],
    ['conv', 17, 'unknown'],
  ] as const)('%s at operator set %i: %s', (name, opset, answer) => {
    expect(existsAt(name, opset)).toBe(answer);
  });

  test('every row of the table is an operator of the list, and none has two rows', () => {
    const names = Object.values(rows).map((row) => row.name);
    expect(names.filter((name) => existsAt(name, 9) === 'unknown')).toEqual([]);
    expect(names.length).toBe(new Set(names).size);
  });
});
