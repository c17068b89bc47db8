import { type ListedFile, listFiles, sha256 } from '../files/index.js';
import { InputError, UsageError } from '../model/index.js';
import type { GivenArrays, InputSpec, PixelInput } from '../trials/index.js';
import { type ArrayRequest, samplesOfArrays, samplesOfFile, samplesOfFiles } from './array-samples.js';
import { expectOneAtATime, type ImageRequest, imageInputOf } from './image-input.js';
import { describePreprocessing, imagePictures, imageSamples } from './image-samples.js';
import type { Samples } from './samples.js';
import { type Classes, readTruth, type Truth } from './truth.js';

/** What samples are made for, and how. */
export interface SamplesRequest extends ImageRequest {
  readonly specs: readonly InputSpec[];
  /** `folders`, or a CSV file of `file,label`. */
  readonly truth?: string | undefined;
  readonly classes: Classes;
  readonly maxBytes: number;
}

const IMAGE = /\.(jpe?g|png|webp)$/i;
const ARRAY = /\.np[yz]$/i;

/** Whether a file of a folder of samples is one, by its name. */
export function isSample(file: string): boolean {
  return IMAGE.test(file) || ARRAY.test(file);
}

/**
 * A user's samples: rows of arrays in memory or in an `.npy` or `.npz` file, the files of a folder of these, or of a folder of images.
 * @throws InputError where there is nothing of the kind, or it cannot become the inputs
 * @throws UsageError for options that are for other data
 */
export function openSamples(place: string | GivenArrays, request: SamplesRequest): Samples {
  if (typeof place !== 'string') return samplesInMemory(place, request);
  const all = listFiles(place);
  if (!all) return samplesIn(place, request);
  const images = all.filter(({ path }) => IMAGE.test(path));
  const arrays = all.filter(({ path }) => ARRAY.test(path));
  if (images.length > 0 && arrays.length > 0) {
    throw new InputError({ what: 'the folder holds both images and arrays', where: { file: place } });
  }
  const files = images.length > 0 ? images : arrays;
  if (files.length === 0) {
    throw new InputError({ what: 'the folder holds no JPEG, PNG, WebP, npy or npz file', where: { file: place } });
  }
  const truth = request.truth === undefined ? undefined : readTruth(request.truth, files, request.classes);
  const others = all.length - files.length;
  const notes = [
    ...(others > 0 ? [`${others} other ${others === 1 ? 'file' : 'files'} of ${place} left out`] : []),
    ...(truth?.notes ?? []),
  ];
  const shared = { size: files.length, isUserGiven: true, listing: listingOf(files), notes, ...truthBy(truth) };
  if (files === arrays) {
    expectNoImageSteps(place, request);
    return { ...shared, sample: samplesOfFiles(files, arrayRequest(request)), preprocessing: null };
  }
  const input = imageInputOf(request.specs, request);
  expectOneAtATime(input);
  return {
    ...shared,
    sample: imageSamples(files, input),
    picture: imagePictures(files, input),
    preprocessing: describePreprocessing(input),
  };
}

function samplesIn(file: string, request: SamplesRequest): Samples {
  expectNoImageSteps(file, request);
  if (request.truth !== undefined) {
    throw new UsageError({ what: '--truth is for a folder of samples, and this is a file', where: { file } });
  }
  return rows(samplesOfFile(file, arrayRequest(request)));
}

function samplesInMemory(arrays: GivenArrays, request: SamplesRequest): Samples {
  expectNoImageSteps(undefined, request);
  if (request.truth !== undefined) {
    throw new UsageError({ what: '--truth is for a folder of samples, and these are arrays' });
  }
  return rows(samplesOfArrays(arrays, arrayRequest(request)));
}

function rows({ samples, sha256: listing, notes }: ReturnType<typeof samplesOfFile>): Samples {
  return {
    size: samples.length,
    sample(index) {
      const sample = samples[index];
      if (!sample) throw new RangeError(`there is no sample ${index}`);
      return sample;
    },
    isUserGiven: true,
    preprocessing: null,
    listing,
    notes,
  };
}

function expectNoImageSteps(file: string | undefined, { resize, crop, interpolation }: ImageRequest): void {
  const given = Object.entries({ resize, crop, interpolation }).find(([, value]) => value !== undefined);
  if (given)
    throw new UsageError({
      what: `--${given[0]} is for a folder of images, and this holds arrays`,
      where: file === undefined ? {} : { file },
    });
}

function arrayRequest({ specs, image, maxBytes }: SamplesRequest): ArrayRequest {
  return { specs, pixels: image && pixelInput(specs, image), maxBytes };
}

/** Which input holds pixels: the one that could. */
function pixelInput(specs: readonly InputSpec[], image: NonNullable<ImageRequest['image']>): PixelInput {
  const { name, mean, std, order } = imageInputOf(
    specs.filter(({ shape }) => shape.length === 4),
    { image },
  );
  return { input: name, mean, std, order };
}

function truthBy(truth: Truth | undefined): Pick<Samples, 'truth'> {
  return truth ? { truth: (index) => truth.classes[index] } : {};
}

function listingOf(files: readonly ListedFile[]): string {
  return sha256([new TextEncoder().encode(files.map(({ path, size }) => `${size} ${path}\n`).join(''))]);
}
