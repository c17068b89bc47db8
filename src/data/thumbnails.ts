import type { Pixels } from './images/decode.js';
import { encodePng } from './images/encode.js';
import { resize } from './images/resize.js';

/** Pixels of the longer side. */
const LONGEST = 128;

/** A small picture as a `data:` address, which a page holds in itself. Larger than that it becomes; smaller it stays. */
export async function thumbnailOf(picture: Pixels): Promise<string> {
  const factor = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const [height, width] = [picture.height, picture.width].map((size) => Math.max(1, Math.round(factor * size)));
  const small = factor === 1 ? picture : resize(picture, height ?? 1, width ?? 1, 'bilinear');
  const bytes = await encodePng(small);
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
