import { expect, test } from 'vitest';
import { Names } from '../../src/formats/names.js';

const names = () =>
  new Names(
    (wanted) => wanted.replaceAll('.', '_'),
    (name) => name === 'a' || name === 'b_1' || name === 'c_d',
  );

test('a value of the source keeps its name, whatever else wants it', () => {
  const given = names();
  expect([given.fresh('a'), given.own('a'), given.fresh('a')]).toEqual(['a_2', 'a', 'a_3']);
});

test('a name that the grammar forbids becomes none that another value of the source has', () => {
  expect([names().own('b.1'), names().own('c.d'), names().own('e.f')]).toEqual(['b_1_2', 'c_d_2', 'e_f']);
});

test('each name is given once', () => {
  const given = names();
  expect([given.own('x'), given.own('x'), given.fresh('x')]).toEqual(['x', 'x_2', 'x_3']);
});
