/** How a camera was held, as EXIF counts it: 1 is upright, 2 to 8 are turned or mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION = 0x112;
const SHORT = 3;
const PREFIX = 'Exif\0\0';

/**
 * The orientation that an EXIF block says, with or without its prefix `Exif`; 1 where it says none. A block that is broken
 * says none either: it is no part of the picture.
 */
export function orientationOf(exif: Uint8Array | undefined): Orientation {
  if (!exif) return 1;
  const start = isExif(exif) ? PREFIX.length : 0;
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.length - start);
  try {
    const byteOrder = view.getUint16(0);
    const isLittle = byteOrder === 0x4949;
    if ((!isLittle && byteOrder !== 0x4d4d) || view.getUint16(2, isLittle) !== 42) return 1;
    const directory = view.getUint32(4, isLittle);
    const entries = view.getUint16(directory, isLittle);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, isLittle) !== ORIENTATION || view.getUint16(entry + 2, isLittle) !== SHORT) continue;
      const value = view.getUint16(entry + 8, isLittle);
      return isOrientation(value) ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** Whether a block begins with the prefix that tells EXIF from other data of a JPEG file. */
export function isExif(block: Uint8Array): boolean {
  return [...PREFIX].every((letter, i) => block[i] === letter.charCodeAt(0));
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/**
 * The image as it was seen, whichever way the camera was held.
 * @param pixels one number a pixel, row by row
 * @returns pixels of an image whose sides have changed places for orientations from 5 on
 */
export function turnUpright(
  pixels: Uint32Array,
  width: number,
  height: number,
  orientation: Orientation,
): { readonly pixels: Uint32Array; readonly width: number; readonly height: number } {
  if (orientation === 1) return { pixels, width, height };
  const isTurned = orientation >= 5;
  const isMirrored = [2, 3, 7, 8].includes(orientation);
  const isUpsideDown = [3, 4, 6, 7].includes(orientation);
  const upright = new Uint32Array(pixels.length);
  const [across, down] = isTurned ? [height, width] : [width, height];
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const [x, y] = isTurned ? [row, column] : [column, row];
      const from = (isUpsideDown ? height - 1 - y : y) * width + (isMirrored ? width - 1 - x : x);
      upright[row * across + column] = pixels[from] ?? 0;
    }
  }
  return { pixels: upright, width: across, height: down };
}
