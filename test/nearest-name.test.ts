import { expect, test } from 'vitest';
import { nearestName, nearestToGlob } from '../src/nearest-name.js';

test.each([
  ['convrt', 'convert'],
  ['CONVERT', 'convert'],
  ['inspekt', 'inspect'],
  ['nothing like it', undefined],
])('nearest to %s is %s', (name, nearest) => {
  expect(nearestName(name, ['convert', 'inspect'])).toBe(nearest);
});

test.each([
  ['/stgae1*', '/stage1/Conv'],
  ['/head/*/Grmm', '/head/linear/Gemm'],
  ['*/Gem?', '/head/linear/Gemm'],
  ['nosuch*', undefined],
  ['*', '/stage1/Conv'],
])('nearest to the glob %s is %s: letters count, what stars stand for does not', (glob, nearest) => {
  expect(nearestToGlob(glob, ['/stage1/Conv', '/head/linear/Gemm'])).toBe(nearest);
});
