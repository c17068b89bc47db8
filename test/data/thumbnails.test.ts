import { expect, test } from 'vitest';
import { ImageDecoder, type Pixels } from '../../src/data/images/decode.js';
import { thumbnailOf } from '../../src/data/thumbnails.js';

/** A picture that tells its rows, columns and colours apart. */
function picture(width: number, height: number, channels: 1 | 3): Pixels {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return 20 + Math.floor(pixel / width) + 60 * (i % channels) + ((pixel % width) >> 2);
  });
  return { width, height, channels, data };
}

/** The picture in an address. */
function read(address: string, channels: 1 | 3): Promise<Pixels> {
  const [, content = ''] = /^data:image\/png;base64,(.*)$/.exec(address) ?? [];
  return new ImageDecoder().decode(new Uint8Array(Buffer.from(content, 'base64')), channels);
}

test.each([1, 3] as const)('a small picture of %i channels is held as it is', async (channels) => {
  const small = picture(32, 20, channels);
  expect(await read(await thumbnailOf(small), channels)).toEqual(small);
});

test('a large one becomes small, with its sides in proportion', async () => {
  const { width, height } = await read(await thumbnailOf(picture(300, 200, 3)), 3);
  expect([width, height]).toEqual([128, 85]);
  const { width: least } = await read(await thumbnailOf(picture(1, 1000, 1)), 1);
  expect(least).toBe(1);
});
