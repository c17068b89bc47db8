import { byteLengthOf, type Dimension, isFloat, isInteger, sizeOf, Tensor } from '../model/index.js';
import type { InputSpec } from './input-spec.js';
import { normalizePixels, type PixelInput } from './pixels.js';
import { Random } from './random.js';
import { expectAffordable, type Trial, type Trials } from './trial.js';

/** Sizes for what is open, in two settings: the batch, height and width of an image, anything else. */
const SETTINGS = [
  { batch: 1, image: 224, other: 8 },
  { batch: 3, image: 160, other: 5 },
];
type Setting = (typeof SETTINGS)[number];

const DRAWS = ['normal 1', 'normal 2', 'uniform'] as const;
type Draw = (typeof DRAWS)[number];

const encoder = new TextEncoder();
const WORDS = ['', 'a', 'bc'].map((word) => encoder.encode(word));

/**
 * Trial inputs where the user gives none: two standard-normal draws and one uniform in [0, 1), the same on every run. An
 * input that takes pixels draws whole numbers from 0 to 255. Where sizes are open, all draws come in two settings of them.
 * @throws InputError where they would take too much memory
 */
export function seededTrials(specs: readonly InputSpec[], pixels?: PixelInput): Trials {
  const isOpen = specs.some(({ shape }) => shape.some((size) => typeof size === 'string'));
  const settings = isOpen ? SETTINGS : SETTINGS.slice(0, 1);
  const trials = settings.flatMap((setting, index) => {
    const shapes = settle(specs, setting);
    const bytes = specs.reduce((sum, { name, dtype }) => sum + byteLengthOf(dtype, sizeOf(shapes.get(name) ?? [])), 0);
    expectAffordable(shapes, bytes);
    return DRAWS.map((draw, k) =>
      drawTrial(specs, shapes, draw, index, new Random(1 + k + DRAWS.length * index), pixels),
    );
  });
  return { trials, isUserGiven: false, notes: [] };
}

/** Sizes for every input; a symbol means one size wherever it stands, that of its first place. */
function settle(specs: readonly InputSpec[], setting: Setting): Map<string, readonly number[]> {
  const symbols = new Map<string, number>();
  const sizeAt = (dimension: Dimension, axis: number, rank: number): number => {
    if (typeof dimension === 'number') return dimension;
    const known = symbols.get(dimension);
    if (known !== undefined) return known;
    const size = axis === 0 ? setting.batch : rank === 4 && axis >= 2 ? setting.image : setting.other;
    symbols.set(dimension, size);
    return size;
  };
  return new Map(specs.map(({ name, shape }) => [name, shape.map((size, axis) => sizeAt(size, axis, shape.length))]));
}

function drawTrial(
  specs: readonly InputSpec[],
  shapes: ReadonlyMap<string, readonly number[]>,
  draw: Draw,
  setting: number,
  random: Random,
  pixels: PixelInput | undefined,
): Trial {
  const feeds = new Map<string, Tensor>();
  const artefactFeeds = new Map<string, Tensor>();
  for (const spec of specs) {
    const shape = shapes.get(spec.name) ?? [];
    if (spec.name === pixels?.input) {
      const drawn = drawPixels(shape, draw, random);
      artefactFeeds.set(spec.name, drawn);
      feeds.set(spec.name, normalizePixels(drawn, pixels));
    } else {
      const drawn = drawTensor(spec, shape, draw, random);
      artefactFeeds.set(spec.name, drawn);
      feeds.set(spec.name, drawn);
    }
  }
  return { label: setting === 0 ? draw : `${draw}, other sizes`, setting, feeds, artefactFeeds };
}

function drawTensor({ dtype, below }: InputSpec, shape: readonly number[], draw: Draw, random: Random): Tensor {
  const size = sizeOf(shape);
  if (dtype === 'string') {
    const words = Array.from({ length: size }, () => WORDS[random.integer(WORDS.length)] ?? encoder.encode(''));
    return new Tensor('string', shape, new Uint8Array(), words);
  }
  if (isInteger(dtype) || dtype === 'bool') {
    return Tensor.from(
      dtype,
      shape,
      Float64Array.from({ length: size }, () => random.integer(below)),
    );
  }
  const values = isFloat(dtype) && dtype !== 'float64' ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = draw === 'uniform' ? random.uniform() : random.normal();
  return Tensor.from(dtype, shape, values);
}

/** Grey noise of two kinds: around the middle, as photographs have it, and even over the range. */
function drawPixels(shape: readonly number[], draw: Draw, random: Random): Tensor {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] =
      draw === 'uniform' ? random.integer(256) : Math.min(255, Math.max(0, Math.round(128 + 64 * random.normal())));
  }
  return Tensor.from('float32', shape, values);
}
