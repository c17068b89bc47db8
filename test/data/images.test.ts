import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ImageDecoder } from '../../src/data/images/decode.js';
import { readHeader } from '../../src/data/images/header.js';
import { pixelsOf } from '../../src/data/images/preprocess.js';
import { type Interpolation, resize } from '../../src/data/images/resize.js';
import { InputError } from '../../src/model/index.js';
import { readNpy } from '../../src/trials/npy.js';

const FOLDER = new URL('../../fixtures/images/', import.meta.url).pathname;
const decoder = new ImageDecoder();

const read = (file: string) => new Uint8Array(readFileSync(path.join(FOLDER, file)));
const filesIn = (folder: string, suffix: RegExp) =>
  readdirSync(path.join(FOLDER, folder)).filter((file) => suffix.test(file));

const images = filesIn('', /\.(jpg|png|webp)$/);

test('there are files of every kind to judge by', () => {
  expect(images.filter((file) => file.endsWith('.jpg')).length).toBeGreaterThan(12);
  expect(images.filter((file) => file.endsWith('.png')).length).toBeGreaterThan(7);
  expect(images.filter((file) => file.endsWith('.webp')).length).toBeGreaterThan(3);
});

test.each(images)('%s has the pixels that Pillow decodes, upright', async (file) => {
  const expected = readNpy(read(`${file}.npy`));
  const { height, width, channels, data } = await decoder.decode(read(file), 3);
  expect([height, width, channels]).toEqual(expected.shape);
  const differences = data.map((value, i) => Math.abs(value - (expected.bytes[i] ?? 0)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(file.endsWith('.jpg') ? 1 : 0);
});

test('gray is what Pillow makes of colours', async () => {
  const { data } = await decoder.decode(read('scene.png'), 1);
  expect(data).toEqual(readNpy(read('gray.npy')).bytes);
});

test.each(filesIn('resized', /npy$/))('resized to %s, a picture is bit for bit as Pillow makes it', async (file) => {
  const [, interpolation, height, width] = /^(\w+)_(\d+)x(\d+)\.npy$/.exec(file) ?? [];
  const scene = await decoder.decode(read('scene.png'), 3);
  const resized = resize(scene, Number(height), Number(width), interpolation as Interpolation);
  expect(resized.data).toEqual(readNpy(read(`resized/${file}`)).bytes);
});

test.each(filesIn('crops', /npy$/))('resized and cropped to %s, it is as torchvision makes it', async (file) => {
  const [first = '', second = ''] = file.replace('.npy', '').split('_');
  const [height = 0, width = height] = second.split('x').map(Number);
  const steps = { resize: first.split('x').map(Number), crop: [height, width] as const };
  const pixels = await pixelsOf(read('scene.png'), decoder, { ...steps, interpolation: 'bilinear', order: 'rgb' });
  const expected = readNpy(read(`crops/${file}`));
  expect(pixels.shape).toEqual([1, 3, height, width]);
  const planes = [0, 1, 2].flatMap((channel) => [...expected.bytes].filter((_, i) => i % 3 === channel));
  expect([...pixels.toFloat64()]).toEqual(planes);
});

test('bgr turns the channels around', async () => {
  const steps = { resize: null, crop: null, interpolation: 'bilinear' } as const;
  const rgb = await pixelsOf(read('scene.png'), decoder, { ...steps, order: 'rgb' });
  const bgr = await pixelsOf(read('scene.png'), decoder, { ...steps, order: 'bgr' });
  const plane = rgb.size / 3;
  const [red, green, blue] = [0, 1, 2].map((k) => rgb.toFloat64().subarray(k * plane, (k + 1) * plane));
  expect(bgr.toFloat64()).toEqual(Float64Array.from([...(blue ?? []), ...(green ?? []), ...(red ?? [])]));
});

test.each([
  ['cmyk.jpg', 'a CMYK JPEG is not read'],
  ['gray_16.png', 'a gray PNG of 16 bits is not read'],
  ['animated.webp', 'an animated WebP is not read'],
  ['picture.gif', 'neither a JPEG nor a PNG nor a WebP file'],
  ['half_of_baseline_420.jpg', 'a damaged image: Premature end of JPEG file'],
  ['half_of_scene.png', 'a damaged image: it cannot be decoded'],
  ['half_of_lossy.webp', 'a damaged image: it cannot be decoded'],
])('%s is refused: %s', async (file, what) => {
  await expect(decoder.decode(read(`refused/${file}`), 3)).rejects.toMatchObject({ name: 'InputError', what });
  // A codec that gave up once still decodes the next.
  await expect(decoder.decode(read('baseline_420.jpg'), 3)).resolves.toMatchObject({ width: 53 });
});

test('a file cut anywhere, or with any byte of its head changed, is refused or has a size, and nothing else', () => {
  for (const file of ['held_6.jpg', 'held_6.png', 'held_5.webp', 'lossy.webp']) {
    const whole = read(file);
    for (let at = 0; at < Math.min(whole.length, 400); at++) {
      const changed = whole.slice();
      changed[at] = 255 - (changed[at] ?? 0);
      for (const bytes of [whole.subarray(0, at), changed]) {
        try {
          expect(readHeader(bytes).width).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }
    }
  }
});

test('an image with more pixels than a decoder should unpack is refused by its head', () => {
  const bytes = read('scene.png');
  new DataView(bytes.buffer).setUint32(16, 0x7fffffff);
  expect(() => readHeader(bytes)).toThrow(/^limit: /);
});

test('a crop larger than the picture is refused with both sizes', async () => {
  const steps = { resize: null, crop: [40, 40], interpolation: 'bilinear', order: 'rgb' } as const;
  await expect(pixelsOf(read('scene.png'), decoder, steps)).rejects.toThrow(
    'the image is [37,53] after resizing, smaller than the crop [40,40]',
  );
});
