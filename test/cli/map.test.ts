import { expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

test.each([
  ['image=logits', '--map: of image and logits one is an input, one an output; name one of image'],
  ['logits=image', '--map: of logits and image one is an input, one an output; name one of logits'],
  ['imag=image', '--map: no candidate has an input or output "imag"; did you mean image?'],
  ['image=image:012', '--map: 012 orders 3 axes, image has 4; give each axis once'],
  ['image=image:0231', '--map: image [1,1,32,32] is not image [1,1,32,32] in the order 0231; write image:0123'],
])('--map %s is told what is wrong with it', async (map, told) => {
  const { code, stderr } = await mobileone(scratch(), ['verify', DIGITS, DIGITS, '--map', map, '-q']);
  expect([code, stderr]).toEqual([2, `mobileone: ${DIGITS}: ${told}\n`]);
});
