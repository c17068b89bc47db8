import {
  type AskedShape,
  byteLengthOf,
  type Dimension,
  innerShapes,
  isFloat,
  isInteger,
  outermostShapes,
  sameShape,
  sizeOf,
  Tensor,
} from '../model/index.js';
import type { InputSpec } from './input-spec.js';
import { normalizePixels, type PixelInput } from './pixels.js';
import { Random } from './random.js';
import { drawScene } from './scene.js';
import { type Draw, expectAffordable, type Trial, type Trials } from './trial.js';

/** Sizes for what is open: the batch, height and width of an image, anything else. */
interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly other: number;
}

const FIRST: Sizes = { batch: 1, height: 224, width: 224, other: 8 };
/** Two settings, each with what stands in where the source refuses it. Even squares alone would hide rules of borders. */
const SETTINGS: readonly (readonly Sizes[])[] = [
  [FIRST],
  [
    { batch: 3, height: 161, width: 225, other: 5 },
    { batch: 3, height: 160, width: 160, other: 5 },
  ],
];

type Kind = 'normal' | 'scene' | 'small' | 'uniform';
type Kinds = readonly (readonly [label: string, kind: Kind])[];

const DRAWS: Kinds = [
  ['normal 1', 'normal'],
  ['normal 2', 'normal'],
  ['scene', 'scene'],
];
/** Gentler draws, for sources that answer chaotically to those. */
const OTHER_DRAWS: readonly Kinds[] = [['small 1', 'small'] as const, ['uniform 1', 'uniform'] as const].map(
  ([label, kind]) => ['1', '2', '3'].map((number) => [label.replace('1', number), kind] as const),
);
const SMALL = 2 ** -6;

const encoder = new TextEncoder();
const WORDS = ['', 'a', 'bc'].map((word) => encoder.encode(word));

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Trial inputs where the user gives none: two standard-normal draws, and one in [0, 1) that is a scene where the input is
 * an image and uniform elsewhere; the same on every run. An input that takes pixels draws whole numbers from 0 to 255.
 * Where sizes are open, all draws come in two settings of them; where they have bounds, at the smallest, the largest and one
 * within.
 * @param seed of other draws of the same kinds
 * @throws InputError where they would take too much memory
 */
export function seededTrials(specs: readonly InputSpec[], pixels?: PixelInput, seed = 1): Trials {
  const isOpen = specs.some(({ shape }) => shape.some((size) => typeof size === 'string'));
  const isBounded = specs.some(({ asked }) => asked);
  const settings = isBounded
    ? settleWithin(specs)
    : (isOpen ? SETTINGS : SETTINGS.slice(0, 1)).map((sizes) => waysToSettle(specs, sizes));
  for (const shapes of settings.flat()) expectAffordable(shapes, bytesOf(specs, shapes));
  const drawAll = (kinds: Kinds, seed: number) =>
    settings.map((ways, setting) =>
      ways.map(
        (shapes): Draw =>
          () =>
            kinds.map(([label, kind], k) =>
              drawTrial(specs, shapes, { label, kind }, setting, new Random(seed + k + kinds.length * setting), pixels),
            ),
      ),
    );
  const given = { isUserGiven: false, required: isBounded ? 2 : 1, notes: [], others: [] };
  return {
    ...given,
    settings: drawAll(DRAWS, seed),
    others: OTHER_DRAWS.map((kinds, i) => ({ ...given, settings: drawAll(kinds, 101 + 100 * i) })),
  };
}

/** The sizes of the first setting, which all trials of one have: batch 1, images of 224 by 224, and 8 of what else is open. */
export function usualSizes(specs: readonly InputSpec[]): ReadonlyMap<string, readonly number[]> {
  return waysToSettle(specs, SETTINGS[0] ?? [])[0] ?? new Map();
}

/**
 * Shapes for one setting, best first. One name on two axes of an input may be two sizes, so it is tried as two; then as
 * one, for sources that do need them to be equal.
 */
function waysToSettle(specs: readonly InputSpec[], alternatives: readonly Sizes[]): Shapes[] {
  const ways: Shapes[] = [];
  for (const bound of [false, true]) {
    for (const sizes of alternatives) {
      const shapes = settle(specs, sizes, bound);
      if (!ways.some((known) => specs.every(({ name }) => sameShape(known.get(name), shapes.get(name))))) {
        ways.push(shapes);
      }
    }
  }
  return ways;
}

/** The smallest, the largest and one within the bounds, for which there may be several, best first. */
function settleWithin(specs: readonly InputSpec[]): Shapes[][] {
  const others = SETTINGS.map(([sizes]) => settle(specs, sizes ?? FIRST, false));
  const shapesOf = (setting: number, chosen: (asked: AskedShape) => readonly number[] | undefined): Shapes =>
    new Map(
      specs.map(({ name, asked }) => [name, (asked && chosen(asked)) ?? others[Math.min(setting, 1)]?.get(name) ?? []]),
    );
  const ways = Math.max(...specs.map(({ asked }) => (asked ? innerShapes(asked).length : 0)));
  const inner = Array.from({ length: ways }, (_, way) =>
    shapesOf(1, (asked) => innerShapes(asked)[way] ?? innerShapes(asked)[0] ?? outermostShapes(asked).largest),
  );
  return [
    [shapesOf(0, (asked) => outermostShapes(asked).smallest)],
    [shapesOf(1, (asked) => outermostShapes(asked).largest)],
    ...(ways > 0 ? [inner] : []),
  ];
}

/**
 * Sizes for every input. A name means one size in all inputs, that of its first place.
 * @param bound whether that holds for several axes of one input, too; else its first, second, … place in an input do
 */
function settle(specs: readonly InputSpec[], sizes: Sizes, bound: boolean): Shapes {
  const known = new Map<string, number>();
  const sizesOf = ({ shape }: InputSpec) => {
    const seen = new Map<string, number>();
    return shape.map((dimension: Dimension, axis) => {
      if (typeof dimension === 'number') return dimension;
      const place = seen.get(dimension) ?? 0;
      seen.set(dimension, place + 1);
      const key = bound ? dimension : `${place} ${dimension}`;
      const size = known.get(key) ?? openSize(sizes, axis, shape.length);
      known.set(key, size);
      return size;
    });
  };
  return new Map(specs.map((spec) => [spec.name, sizesOf(spec)]));
}

function openSize({ batch, height, width, other }: Sizes, axis: number, rank: number): number {
  if (axis === 0) return batch;
  if (rank !== 4 || axis === 1) return other;
  return axis === 2 ? height : width;
}

function bytesOf(specs: readonly InputSpec[], shapes: Shapes): number {
  return specs.reduce((sum, { name, dtype }) => sum + byteLengthOf(dtype, sizeOf(shapes.get(name) ?? [])), 0);
}

function drawTrial(
  specs: readonly InputSpec[],
  shapes: Shapes,
  { label, kind }: { readonly label: string; readonly kind: Kind },
  setting: number,
  random: Random,
  pixels: PixelInput | undefined,
): Trial {
  const feeds = new Map<string, Tensor>();
  const artefactFeeds = new Map<string, Tensor>();
  for (const spec of specs) {
    const shape = shapes.get(spec.name) ?? [];
    if (spec.name === pixels?.input) {
      const drawn = drawPixels(shape, kind, random);
      artefactFeeds.set(spec.name, drawn);
      feeds.set(spec.name, normalizePixels(drawn, pixels));
    } else {
      const drawn = drawTensor(spec, shape, kind, random);
      artefactFeeds.set(spec.name, drawn);
      feeds.set(spec.name, drawn);
    }
  }
  return { label: setting === 0 ? label : `${label}, other sizes`, setting, feeds, artefactFeeds };
}

function drawTensor({ dtype, below }: InputSpec, shape: readonly number[], kind: Kind, random: Random): Tensor {
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
  if (kind === 'scene' && isFloat(dtype) && isImage(shape)) return Tensor.from(dtype, shape, drawScene(shape, random));
  const values = isFloat(dtype) && dtype !== 'float64' ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = drawNumber(kind, random);
  return Tensor.from(dtype, shape, values);
}

function drawNumber(kind: Kind, random: Random): number {
  if (kind === 'normal') return random.normal();
  return kind === 'small' ? SMALL * random.normal() : random.uniform();
}

function isImage(shape: readonly number[]): boolean {
  return shape.length === 4 && [1, 3, 4].includes(shape[1] ?? 0);
}

/** Noise around the middle, as photographs have it, a scene, or noise that is even over the range. */
function drawPixels(shape: readonly number[], kind: Kind, random: Random): Tensor {
  if (kind === 'scene') {
    return Tensor.from(
      'float32',
      shape,
      drawScene(shape, random).map((value) => Math.floor(256 * value)),
    );
  }
  const deviation = kind === 'small' ? 4 : 64;
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] =
      kind === 'uniform'
        ? random.integer(256)
        : Math.min(255, Math.max(0, Math.round(128 + deviation * random.normal())));
  }
  return Tensor.from('float32', shape, values);
}
