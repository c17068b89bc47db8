import {
  admits,
  byteLengthOf,
  type Dimension,
  formatAsked,
  formatShape,
  InputError,
  isFloat,
  isInteger,
  sizeOf,
  Tensor,
} from '../model/index.js';
import { castTensor } from './axes.js';
import type { InputSpec } from './input-spec.js';
import type { UserArrays } from './npz.js';
import { normalizePixels, type PixelInput } from './pixels.js';
import { expectAffordable, type Trial, type Trials } from './trial.js';

/**
 * Trial inputs from a user's arrays, in the source's layout. Where the source fixes axis 0 and the arrays hold a multiple
 * of it, they are cut into as many trials.
 * @throws InputError where an array has a name that is no input
 * @throws InputError where an input has no array, or one that it cannot take
 */
export function userTrials(arrays: UserArrays, specs: readonly InputSpec[], pixels?: PixelInput): Trials {
  const chosen = assign(arrays, specs);
  const notes: string[] = [];
  const fitted = specs.map((spec) => {
    const isPixels = spec.name === pixels?.input;
    const tensor = fitArray(chosen.get(spec.name), spec, isPixels, notes);
    return { spec, tensor, slices: slicesOf(tensor, spec) };
  });
  const slices = Math.max(...fitted.map((input) => input.slices));
  const uneven = fitted.find((input) => input.slices !== slices);
  if (uneven) {
    throw new InputError({
      what: `the inputs hold ${slices} batches, but ${uneven.slices} for this one`,
      where: { value: uneven.spec.name },
    });
  }
  const trialOf = (i: number): Trial => {
    const artefactFeeds = new Map(fitted.map(({ spec, tensor }) => [spec.name, sliceOf(tensor, i, slices)]));
    const shapes = new Map([...artefactFeeds].map(([name, tensor]) => [name, tensor.shape]));
    expectAffordable(
      shapes,
      [...artefactFeeds.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0),
    );
    const feeds = new Map(artefactFeeds);
    const image = pixels && feeds.get(pixels.input);
    if (image) feeds.set(pixels.input, normalizePixels(image, pixels));
    return { label: `inputs ${i + 1}`, setting: 0, feeds, artefactFeeds };
  };
  const trials = Array.from({ length: slices }, (_, i) => trialOf(i));
  notes.push(...fitted.flatMap(({ spec, tensor }) => unlikeSizes(spec, tensor)));
  return { settings: [[() => trials]], isUserGiven: true, notes, others: [] };
}

/** Names of dimensions to which an array gives more than one size: the file's equal names are a hint, no law. */
function unlikeSizes({ name, shape }: InputSpec, tensor: Tensor): string[] {
  const sizes = new Map<string, number>();
  const unlike = new Set<string>();
  shape.forEach((dimension, axis) => {
    const size = tensor.shape[axis] ?? 0;
    if (typeof dimension === 'string' && (sizes.get(dimension) ?? size) !== size) unlike.add(dimension);
    if (typeof dimension === 'string') sizes.set(dimension, size);
  });
  return Array.from(
    unlike,
    (dimension) =>
      `the file calls two sizes of ${name} by one name, ${dimension}: the array's ${formatShape(tensor.shape)} is taken`,
  );
}

function assign(arrays: UserArrays, specs: readonly InputSpec[]): Map<string, Tensor> {
  const names = specs.map(({ name }) => name);
  const unnamed = arrays.get(undefined);
  const [only] = names;
  if (unnamed) {
    if (names.length === 1 && only !== undefined) return new Map([[only, unnamed]]);
    throw new InputError({
      what: `one array for ${names.length} inputs`,
      todo: `give an npz file with ${names.join(', ')}`,
    });
  }
  const chosen = new Map<string, Tensor>();
  for (const [name = '', tensor] of arrays) {
    if (!names.includes(name)) {
      throw new InputError({ what: `${name} is no input of the model; its inputs are ${names.join(', ')}` });
    }
    chosen.set(name, tensor);
  }
  return chosen;
}

/** The array in the type that the input has; the shape must be one that it can take. */
function fitArray(given: Tensor | undefined, spec: InputSpec, isPixels: boolean, notes: string[]): Tensor {
  const { name, dtype, shape, asked } = spec;
  const where = { value: name };
  if (!given) throw new InputError({ what: 'the inputs hold no array for this input', where });
  const fixedBatch = typeof shape[0] === 'number' ? shape[0] : undefined;
  const fitsAxis = (size: Dimension, axis: number) => {
    const actual = given.shape[axis] ?? 0;
    if (axis === 0 && fixedBatch) return actual > 0 && actual % fixedBatch === 0;
    return typeof size === 'string' || size === actual;
  };
  const isAdmitted = !asked || admits(asked, given.shape);
  if (given.shape.length !== shape.length || !shape.every(fitsAxis) || !isAdmitted) {
    throw new InputError({
      what: `the array has the shape ${formatShape(given.shape)}, the input takes ${asked ? formatAsked(asked) : formatShape(shape)}`,
      where,
    });
  }
  // Pixels come as bytes or as floats; whether they are whole and in range, their normalisation judges.
  if (isPixels && given.dtype === 'uint8') return castTensor(given, 'float32');
  const isSameKind = isFloat(dtype) ? isFloat(given.dtype) : isInteger(dtype) && isInteger(given.dtype);
  if (given.dtype !== dtype && !isSameKind) {
    throw new InputError({
      what: `the array holds ${given.dtype}, the input takes ${dtype}`,
      where,
      todo:
        isInteger(given.dtype) && isFloat(dtype) ? `normalise it to ${dtype}, or give --image` : `save it as ${dtype}`,
    });
  }
  if (!isPixels && isFloat(dtype) && looksLikePixels(given)) {
    notes.push(
      `the array for ${name} holds whole numbers up to 255; if the network expects normalised pixels, use --image`,
    );
  }
  return given.dtype === dtype ? given : converted(given, spec);
}

function converted(given: Tensor, { name, dtype }: InputSpec): Tensor {
  const result = castTensor(given, dtype);
  const [before, after] = [given.toFloat64(), result.toFloat64()];
  const lost = isInteger(dtype)
    ? after.findIndex((value, i) => value !== before[i])
    : after.findIndex((value) => !Number.isFinite(value));
  if (lost < 0) return result;
  throw new InputError({ what: `${before[lost]} is out of the range of ${dtype}`, where: { value: name } });
}

function looksLikePixels(tensor: Tensor): boolean {
  const values = tensor.toFloat64();
  return values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255) && values.some((v) => v > 127);
}

function slicesOf(tensor: Tensor, { shape: [batch] }: InputSpec): number {
  return typeof batch === 'number' && batch > 0 ? (tensor.shape[0] ?? batch) / batch : 1;
}

function sliceOf(tensor: Tensor, index: number, slices: number): Tensor {
  if (slices === 1) return tensor;
  const [size = 0, ...rest] = tensor.shape;
  const length = byteLengthOf(tensor.dtype, sizeOf(tensor.shape)) / slices;
  const bytes = tensor.bytes.slice(index * length, (index + 1) * length);
  return new Tensor(tensor.dtype, [size / slices, ...rest], bytes);
}
