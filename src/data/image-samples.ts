import { type ListedFile, readFile, sha256 } from '../files/index.js';
import { formatShape, InputError, type Tensor } from '../model/index.js';
import { permuteAxes } from '../trials/axes.js';
import { normalizePixels } from '../trials/pixels.js';
import type { Trial } from '../trials/trial.js';
import type { ImageInput } from './image-input.js';
import { decoderName, ImageDecoder, type Pixels } from './images/decode.js';
import { pictureOf, pixelsOf } from './images/preprocess.js';
import type { PreprocessingReport } from './report.js';

const LIMIT = { bytes: 2 ** 30, what: 'over the limit of 1 GiB for an image file', todo: 'give a smaller one' };
const CHANNELS_LAST = [0, 2, 3, 1];

/** Makes a sample of an image file, when it is asked for. @throws InputError, naming the file */
export function imageSamples(files: readonly ListedFile[], input: ImageInput): (index: number) => Promise<Trial> {
  const decoder = new ImageDecoder();
  return async (index) => {
    const { path: label, file } = files[index] ?? missing(index);
    const { bytes } = readFile(file, LIMIT);
    const pixels = await naming(file, () => pixelsOf(bytes, decoder, input.steps));
    const laidOut = (tensor: Tensor) => (input.isChannelsLast ? permuteAxes(tensor, CHANNELS_LAST) : tensor);
    const image = laidOut(pixels);
    if (!input.shape.every((size, axis) => size === undefined || size === image.shape[axis])) {
      throw new InputError({
        what: `the image becomes ${formatShape(image.shape)}, the input takes ${formatShape(input.shape.map((size) => size ?? '?'))}`,
        where: { file },
        todo: 'give the size with --resize or --crop',
      });
    }
    return {
      label,
      setting: 0,
      sha256: sha256([bytes]),
      artefactFeeds: new Map([[input.name, image]]),
      feeds: new Map([[input.name, laidOut(normalizePixels(pixels, input))]]),
    };
  };
}

/** The pictures that samples are made of. @throws InputError, naming the file */
export function imagePictures(files: readonly ListedFile[], { steps }: ImageInput): (index: number) => Promise<Pixels> {
  const decoder = new ImageDecoder();
  return (index) => {
    const { file } = files[index] ?? missing(index);
    return naming(file, () => pictureOf(readFile(file, LIMIT).bytes, decoder, steps));
  };
}

/** What is done to image files, with a hash of it and of the decoder's version. */
export function describePreprocessing({ steps, mean, std }: ImageInput): PreprocessingReport {
  const { resize, crop, interpolation, order } = steps;
  const described = { decoder: decoderName(), resize, interpolation, crop, order, mean, std };
  return { ...described, sha256: sha256([new TextEncoder().encode(JSON.stringify(described))]) };
}

async function naming<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const { what, todo } = cause;
    throw new InputError({ what, where: { file }, ...(todo ? { todo } : {}), cause });
  }
}

function missing(index: number): never {
  throw new RangeError(`there is no sample ${index}`);
}
