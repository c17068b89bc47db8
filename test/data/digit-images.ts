import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import startJpeg from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions } from '@jsquash/jpeg/meta.js';
import { encode as encodePng, initSync } from '@jsquash/png/codec/pkg/squoosh_png.js';
import { readNpy } from '../../src/trials/npy.js';

const DIGITS = new URL('../../fixtures/digits/', import.meta.url).pathname;
const require = createRequire(import.meta.url);

/** How they were trained on: y = (p / 255 - 0.5) / 0.5. */
export const DIGITS_PIXELS = { image: 'gray', mean: [0.5], std: [0.5] } as const;

/**
 * Writes the digits of the corpus as images, each into a folder that is called like its class: `3/017.png`. Every fourth is
 * a JPEG, the others are PNG.
 * @param count so many, the 200 of the corpus again and again
 */
export async function writeDigits(folder: string, count = 200): Promise<void> {
  initSync(readFileSync(require.resolve('@jsquash/png/codec/pkg/squoosh_png_bg.wasm')));
  const wasmBinary = readFileSync(require.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const options = { noInitialRun: true, wasmBinary };
  const jpeg = await startJpeg(options);
  const images = readNpy(new Uint8Array(readFileSync(path.join(DIGITS, 'images.npy')))).toFloat64();
  const labels = readNpy(new Uint8Array(readFileSync(path.join(DIGITS, 'labels.npy')))).toFloat64();
  const [side, plane] = [32, 32 * 32];
  for (let i = 0; i < count; i++) {
    const place = i % labels.length;
    const pixels = new Uint8ClampedArray(4 * plane).fill(255);
    for (let k = 0; k < plane; k++)
      pixels.fill(Math.round(127.5 * ((images[place * plane + k] ?? 0) + 1)), 4 * k, 4 * k + 3);
    const isJpeg = i % 4 === 3;
    const bytes = isJpeg
      ? new Uint8Array(jpeg.encode(pixels, side, side, { ...defaultOptions, quality: 95 }))
      : encodePng(new Uint8Array(pixels.buffer), side, side, 8);
    const file = path.join(folder, String(labels[place]), `${String(i).padStart(5, '0')}.${isJpeg ? 'jpg' : 'png'}`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
