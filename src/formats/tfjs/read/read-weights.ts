import { asOneChunk, countBytes, float16ToNumber, sizeOf } from '../../../model/index.js';
import type { ArtefactConstant, Held } from '../../format.js';
import type { Json } from '../../json.js';
import type { Kind } from '../program.js';
import { damaged } from './damaged.js';

/** A constant as the file holds it. */
export interface ReadWeight {
  readonly name: string;
  readonly dtype: Kind;
  readonly shape: readonly number[];
  readonly precision: Held;
  /** As the loader gives them to the engine: what is quantised is widened. */
  readonly elements: () => Float32Array | Int32Array | Uint8Array;
  /** The same as the file stores it. */
  readonly constant: ArtefactConstant;
}

/** The constants of a model, and the paths of the files that hold them, in the order in which those follow one another. */
export interface ReadWeights {
  readonly weights: readonly ReadWeight[];
  readonly paths: readonly string[];
}

/** How elements lie in a file. */
interface Storage {
  readonly bytes: number;
  readonly precision: Held;
  readonly read: (view: DataView, at: number) => number;
  readonly stored: ArtefactConstant['stored'];
  /** Of steps: their integers. */
  readonly readStored?: (view: DataView, at: number) => number;
}

type Files = ReadonlyMap<string, readonly Uint8Array[]>;

const KINDS: ReadonlyMap<unknown, Kind> = new Map([
  ['float32', 'float32'],
  ['int32', 'int32'],
  ['bool', 'bool'],
]);

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

const PLAIN: Readonly<Record<Kind, Storage>> = {
  float32: { bytes: 4, precision: 'fp32', read: (view, at) => view.getFloat32(at, true), stored: 'whole' },
  int32: { bytes: 4, precision: 'fp32', read: (view, at) => view.getInt32(at, true), stored: 'whole' },
  bool: { bytes: 1, precision: 'fp32', read: (view, at) => view.getUint8(at), stored: 'whole' },
};

const HALF: Storage = {
  bytes: 2,
  precision: 'fp16',
  read: (view, at) => float16ToNumber(view.getUint16(at, true)),
  stored: 'half',
};

/** 65,536 even steps are finer than binary16. */
const STEPS: ReadonlyMap<unknown, Pick<Storage, 'bytes' | 'precision' | 'read'>> = new Map([
  ['uint8', { bytes: 1, precision: 'int8', read: (view: DataView, at: number) => view.getUint8(at) }],
  ['uint16', { bytes: 2, precision: 'fp16', read: (view: DataView, at: number) => view.getUint16(at, true) }],
]);

/** @throws InputError where a file is missing, or its bytes are not those that the weights need */
export function readWeights(manifest: Json, files: Files): ReadWeights {
  const weights = new Map<string, ReadWeight>();
  const paths: string[] = [];
  for (const group of manifest.list()) {
    const own = group.at('paths').list().map(readPath);
    const chunks = own.flatMap((path) => chunksOf(path, files));
    let whole: Uint8Array | undefined;
    const content = () => {
      whole ??= asOneChunk(chunks);
      return whole;
    };
    let end = 0;
    for (const json of group.at('weights').list()) {
      const name = json.at('name').text();
      if (weights.has(name)) throw damaged(`two weights are called ${name}`);
      const [weight, bytes] = readWeight(json, name, content, end);
      weights.set(name, weight);
      end += bytes;
    }
    const held = countBytes(chunks);
    if (held !== end) throw damaged(`its weights take ${end} bytes, ${own.join(', ') || 'no file'} has ${held}`);
    paths.push(...own);
  }
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw damaged(`${twice} is named twice`);
  return { weights: [...weights.values()], paths };
}

function readPath(json: Json): string {
  const path = json.text();
  const isInside = path.split(/[/\\]/).every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isInside || path.includes(':')) throw json.refusal(`leaves the folder: ${path}`);
  return path;
}

function chunksOf(path: string, files: Files): readonly Uint8Array[] {
  const chunks = files.get(path);
  if (!chunks) throw damaged(`${path} is not there`);
  return chunks;
}

/** @returns the weight, and how many bytes it takes from `start` on */
function readWeight(json: Json, name: string, content: () => Uint8Array, start: number): [ReadWeight, number] {
  const dtype = json.at('dtype').oneOf(KINDS);
  const shape = json
    .at('shape')
    .list()
    .map((size) => size.integer(0));
  const count = sizeOf(shape);
  const { bytes, precision, read, stored, readStored = read } = storageOf(json.at('quantization'), dtype);
  const elementsBy = (each: Storage['read']) => {
    const { buffer, byteOffset, byteLength } = content();
    const view = new DataView(buffer, byteOffset, byteLength);
    const made = new ARRAYS[dtype](count);
    for (let index = 0; index < count; index++) made[index] = each(view, start + index * bytes);
    return made;
  };
  const constant = { shape, stored, elements: () => elementsBy(readStored) };
  return [{ name, dtype, shape, precision, elements: () => elementsBy(read), constant }, count * bytes];
}

function storageOf(quantization: Json, dtype: Kind): Storage {
  if (!quantization.isThere) return PLAIN[dtype];
  if (quantization.at('dtype').raw === 'float16') {
    if (dtype !== 'float32') throw quantization.refusal(`is float16 for ${dtype}`);
    return HALF;
  }
  const steps = quantization.at('dtype').oneOf(STEPS);
  const [scale, min] = [quantization.at('scale').number(), quantization.at('min').number()];
  if (dtype === 'bool') throw quantization.refusal('is there for bool');
  const round = dtype === 'int32' ? Math.round : (value: number) => value;
  const most = 2 ** (8 * steps.bytes) - 1;
  return {
    ...steps,
    read: (view, at) => round(steps.read(view, at) * scale + min),
    stored: { kind: 'steps', least: 0, most, scales: [scale], offsets: [min], blocks: [] },
    readStored: steps.read,
  };
}
