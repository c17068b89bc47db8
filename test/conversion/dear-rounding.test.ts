import { expect, test } from 'vitest';
import { dearRounding } from '../../src/conversion/dear-rounding.js';

const SCALED = 'on inputs times 2^6 its l2 is 2.8e-2, that of the unfused source in this precision 1.1e-2';

test('where the price itself is met, it is said what is not', () => {
  expect(dearRounding([{ failures: [] }, { failures: [SCALED] }])).toBe(`rounding would cost too much (${SCALED})`);
});

test('a price that is not met stands beside it anyway', () => {
  const price = 'l2 1.5e-1, allowed 2.0e-2';
  expect(dearRounding([{ failures: [SCALED] }, { failures: [price, SCALED] }])).toBe('rounding would cost too much');
});
