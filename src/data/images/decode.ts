import { readPackageFile } from '../../files/index.js';
import { turnUpright } from './exif.js';
import { damaged, type ImageHeader, readHeader } from './header.js';

/** Pixels of 8 bits, row by row, the channels of a pixel side by side. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 3: red, green, blue; 1: gray. */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Red, green, blue and alpha of each pixel. */
interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** @returns nothing where the file cannot be decoded; `complain` hears why */
type Codec = (bytes: Uint8Array, complain: (sentence: string) => void) => Decoded | null;

type Kind = ImageHeader['kind'];

const PACKAGES = ['@jsquash/jpeg', '@jsquash/png', '@jsquash/webp'];

/** What decodes, with versions: images are other numbers with another decoder. */
export function decoderName(): string {
  const versions = PACKAGES.map((name) => {
    const { version } = JSON.parse(new TextDecoder().decode(readPackageFile(`${name}/package.json`)));
    return `${name} ${version}`;
  });
  return versions.join(', ');
}

/** Decodes images as Pillow does; each codec is loaded when the first file of its kind comes. */
export class ImageDecoder {
  readonly #codecs = new Map<Kind, Promise<Codec>>();

  /**
   * The picture in a JPEG, PNG or WebP file, upright. Transparency is dropped, as Pillow's conversion to RGB does it.
   * @param channels 3, or 1 for gray by the weights of ITU-R BT.601
   * @throws InputError where it cannot be decoded
   */
  async decode(bytes: Uint8Array, channels: 1 | 3): Promise<Pixels> {
    const header = readHeader(bytes);
    const codec = await this.#codec(header.kind);
    const complaints: string[] = [];
    const decoded = decodeBy(codec, bytes, complaints);
    // What is missing was filled with gray.
    if (!decoded || complaints.some((sentence) => sentence.startsWith('Premature end'))) {
      throw damaged(complaints.at(-1) ?? 'it cannot be decoded');
    }
    const { data, width, height } = decoded;
    const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
    const upright = turnUpright(pixels, width, height, header.orientation);
    return { width: upright.width, height: upright.height, channels, data: withoutAlpha(upright.pixels, channels) };
  }

  #codec(kind: Kind): Promise<Codec> {
    const known = this.#codecs.get(kind);
    if (known) return known;
    const loading = LOADERS[kind]();
    this.#codecs.set(kind, loading);
    return loading;
  }
}

/** What WebAssembly throws when it gives up is an object of each codec's own. */
function decodeBy(codec: Codec, bytes: Uint8Array, complaints: string[]): Decoded | null {
  try {
    return codec(bytes, (sentence) => complaints.push(sentence));
  } catch {
    return null;
  }
}

const LOADERS: Readonly<Record<Kind, () => Promise<Codec>>> = {
  async jpeg() {
    const { default: start } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js');
    const { options, hearing } = startOptions('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
    const module = await start(options);
    return (bytes, complain) => {
      hearing.complain = complain;
      return module.decode(bytes, false);
    };
  },
  async png() {
    const { initSync, decode } = await import('@jsquash/png/codec/pkg/squoosh_png.js');
    initSync(readPackageFile('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
    return decode;
  },
  async webp() {
    const { default: start } = await import('@jsquash/webp/codec/dec/webp_dec.js');
    const { options, hearing } = startOptions('@jsquash/webp/codec/dec/webp_dec.wasm');
    const module = await start(options);
    return (bytes, complain) => {
      hearing.complain = complain;
      return module.decode(bytes);
    };
  },
};

/** Emscripten fetches its module, which Node cannot from a file, unless it is given; and prints what is wrong. */
function startOptions(wasm: string) {
  const hearing: { complain: (sentence: string) => void } = { complain: () => {} };
  const printErr = (sentence: string) => hearing.complain(sentence);
  return { options: { noInitialRun: true, wasmBinary: readPackageFile(wasm), printErr }, hearing };
}

/** Pixels that lie as little-endian numbers: red lowest, alpha highest. */
function withoutAlpha(pixels: Uint32Array, channels: 1 | 3): Uint8Array {
  const data = new Uint8Array(pixels.length * channels);
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i] ?? 0;
    const [red, green, blue] = [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255];
    if (channels === 1) {
      // The weights in units of 2^-16, rounded to the nearest: Pillow's conversion to L.
      data[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >>> 16;
    } else {
      data[3 * i] = red;
      data[3 * i + 1] = green;
      data[3 * i + 2] = blue;
    }
  }
  return data;
}
