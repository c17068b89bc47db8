import { expect, test } from 'vitest';
import { float16ArrayFrom, float16ToNumber } from '../../src/model/index.js';

const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);
const float32 = new Float32Array(1);
const asBits = new Uint32Array(float32.buffer);

/** The float32 number one step above (or below) a positive float32 number. */
function beside(value: number, steps: number): number {
  float32[0] = value;
  asBits[0] = (asBits[0] ?? 0) + steps;
  return float32[0] ?? 0;
}

const converted = (values: readonly number[]) => Array.from(float16ArrayFrom(Float32Array.from(values)).bits);

test('every binary16 number, of either sign, comes back as it was', () => {
  expect(converted(finite.map(float16ToNumber))).toEqual(finite);
  expect(converted(finite.map((bits) => -float16ToNumber(bits)))).toEqual(finite.map((bits) => bits | 0x8000));
});

test('halfway between any two neighbours goes to the even one, and a float32 step beside it to the nearer one', () => {
  const lower = finite.slice(0, -1);
  const halfway = lower.map((bits) => (float16ToNumber(bits) + float16ToNumber(bits + 1)) / 2);
  expect(converted(halfway)).toEqual(lower.map((bits) => bits + (bits & 1)));
  expect(converted(halfway.map((value) => beside(value, -1)))).toEqual(lower);
  expect(converted(halfway.map((value) => beside(value, 1)))).toEqual(lower.map((bits) => bits + 1));
});

test('from 65520 on a number is infinite, and the array says that it overflowed', () => {
  expect(float16ArrayFrom(Float32Array.of(beside(65520, -1)))).toEqual({
    bits: Uint16Array.of(0x7bff),
    overflows: false,
  });
  expect(float16ArrayFrom(Float32Array.of(-65520, 1))).toEqual({
    bits: Uint16Array.of(0xfc00, 0x3c00),
    overflows: true,
  });
});

test('infinity and NaN stay what they are and are no overflow', () => {
  const { bits, overflows } = float16ArrayFrom(Float32Array.of(Number.POSITIVE_INFINITY, -Infinity, Number.NaN));
  expect(Array.from(bits, float16ToNumber)).toEqual([Number.POSITIVE_INFINITY, -Infinity, Number.NaN]);
  expect(overflows).toBe(false);
});

test('what lies below half of the smallest step is a zero of its sign', () => {
  expect(converted([2 ** -26, -(2 ** -26), 2 ** -149, 0, -0])).toEqual([0, 0x8000, 0, 0, 0x8000]);
});

test('a view that starts in the middle of a buffer is read where it starts', () => {
  expect(converted(Array.from(new Float32Array(Float32Array.of(9, 1, 2).buffer, 4)))).toEqual([0x3c00, 0x4000]);
  expect(Array.from(float16ArrayFrom(new Float32Array(Float32Array.of(9, 1, 2).buffer, 4)).bits)).toEqual([
    0x3c00, 0x4000,
  ]);
});
