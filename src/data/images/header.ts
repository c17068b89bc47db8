import { InputError } from '../../model/index.js';
import { isExif, type Orientation, orientationOf } from './exif.js';

/** What a file says of its image before anything is decoded. */
export interface ImageHeader {
  readonly kind: 'jpeg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

/** As many as Pillow decodes before it calls a file a decompression bomb. */
const MOST_PIXELS = 178_956_970;

/**
 * Reads what is asked before an image is decoded.
 * @throws InputError for what is no JPEG, PNG or WebP, for kinds of them that hold no RGB or gray image of 8 bits, and
 *   where it is damaged or too large
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = headerOf(bytes, view);
  const { width, height } = header;
  if (width === 0 || height === 0) throw damaged(`its size is ${width} x ${height}`);
  if (width * height > MOST_PIXELS) {
    throw new InputError({ what: `limit: the image has ${width} x ${height} pixels, more than ${MOST_PIXELS}` });
  }
  return header;
}

function headerOf(bytes: Uint8Array, view: DataView): ImageHeader {
  try {
    if (startsWith(bytes, 0, 0xff, 0xd8, 0xff)) return jpegHeader(bytes, view);
    if (startsWith(bytes, 0, 0x89, 0x50, 0x4e, 0x47)) return pngHeader(bytes, view);
    if (textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP') return webpHeader(bytes, view);
  } catch (error) {
    if (error instanceof RangeError) throw damaged('it is cut off');
    throw error;
  }
  throw new InputError({ what: 'neither a JPEG nor a PNG nor a WebP file' });
}

/** Frames that hold no size: Huffman tables, arithmetic conditioning, and one that is reserved. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;

/** ITU-T T.81, annex B: markers with their lengths, up to the first scan. */
function jpegHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  let exif: Uint8Array | undefined;
  let frame: { width: number; height: number } | undefined;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) throw damaged('a marker is missing');
    const marker = view.getUint8(at + 1);
    // Any number of these may stand before a marker.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) break;
    const length = view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, at + 2 + length);
    if (marker === APP1 && isExif(content)) exif ??= content;
    if ((marker & 0xf0) === 0xc0 && !NO_FRAME.includes(marker)) {
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      expectRgbOrGray(view.getUint8(at + 4), view.getUint8(at + 9));
    }
    at += 2 + length;
  }
  if (!frame) throw damaged('it has no frame');
  return { kind: 'jpeg', ...frame, orientation: orientationOf(exif) };
}

function expectRgbOrGray(bits: number, components: number): void {
  if (bits !== 8) throw unfit(`a JPEG of ${bits} bits a colour`);
  if (components === 4) throw unfit('a CMYK JPEG');
  if (components !== 1 && components !== 3) throw unfit(`a JPEG of ${components} colours`);
}

/** W3C, Portable Network Graphics, section 5: chunks of length, type, content and checksum. */
function pngHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits, colours] = [view.getUint8(24), view.getUint8(25)];
  // Pillow keeps these alone in 16 bits, and clips what it makes of them at 255.
  if (bits === 16 && colours === 0) throw unfit('a gray PNG of 16 bits');
  let exif: Uint8Array | undefined;
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (textAt(bytes, at + 4) === 'eXIf') exif = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
  }
  return { kind: 'png', width, height, orientation: orientationOf(exif) };
}

const ANIMATED = 2;

/** RFC 9649: chunks of type, length and content, padded to even lengths. */
function webpHeader(bytes: Uint8Array, view: DataView): ImageHeader {
  let size: { width: number; height: number } | undefined;
  let exif: Uint8Array | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = textAt(bytes, at);
    const length = view.getUint32(at + 4, true);
    const content = at + 8;
    if (type === 'VP8X') {
      if (view.getUint8(content) & ANIMATED) throw unfit('an animated WebP');
      size = { width: 1 + uint24(view, content + 4), height: 1 + uint24(view, content + 7) };
    } else if (type === 'VP8 ') {
      size ??= {
        width: view.getUint16(content + 6, true) & 0x3fff,
        height: view.getUint16(content + 8, true) & 0x3fff,
      };
    } else if (type === 'VP8L') {
      const packed = view.getUint32(content + 1, true);
      size ??= { width: 1 + (packed & 0x3fff), height: 1 + ((packed >>> 14) & 0x3fff) };
    } else if (type === 'EXIF') {
      exif = bytes.subarray(content, content + length);
    }
    at = content + length + (length % 2);
  }
  if (!size) throw damaged('it has no frame');
  return { kind: 'webp', ...size, orientation: orientationOf(exif) };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
}

function startsWith(bytes: Uint8Array, at: number, ...expected: number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** An image that is read as something else by other tools, or by none. */
function unfit(what: string): InputError {
  return new InputError({ what: `${what} is not read`, todo: 'convert it to RGB or gray of 8 bits' });
}

/** What is wrong with an image file. */
export function damaged(why: string): InputError {
  return new InputError({ what: `a damaged image: ${why}` });
}
