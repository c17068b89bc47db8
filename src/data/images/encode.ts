import { readPackageFile } from '../../files/index.js';
import type { Pixels } from './decode.js';

/** A picture as a PNG file; what encodes is loaded when it is first needed. */
export async function encodePng({ width, height, channels, data }: Pixels): Promise<Uint8Array> {
  const { initSync, encode } = await import('@jsquash/png/codec/pkg/squoosh_png.js');
  initSync(readPackageFile('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
  const withAlpha = new Uint8Array(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      withAlpha[4 * pixel + colour] = data[channels * pixel + (colour % channels)] ?? 0;
    }
  }
  return encode(withAlpha, width, height, 8);
}
