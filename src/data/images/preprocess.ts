import { formatShape, InputError, Tensor } from '../../model/index.js';
import type { ImageDecoder, Pixels } from './decode.js';
import { type Interpolation, resize } from './resize.js';

/** What becomes of an image file before it is normalised. */
export interface ImageSteps {
  /** [H, W], or [N] for a shorter side of N; null: as the file is. */
  readonly resize: readonly number[] | null;
  /** [H, W] from the middle; null: all. */
  readonly crop: readonly [number, number] | null;
  readonly interpolation: Interpolation;
  /** Of colours along the channel axis. */
  readonly order: 'rgb' | 'bgr' | 'gray';
}

/**
 * Makes pixels of an image file, as the network gets them before they are normalised.
 * @returns float32 [1, C, H, W], whole numbers from 0 to 255
 * @throws InputError where it cannot be decoded, or is smaller than the crop
 */
export async function pixelsOf(bytes: Uint8Array, decoder: ImageDecoder, steps: ImageSteps): Promise<Tensor> {
  return asTensor(await pictureOf(bytes, decoder, steps), steps.order === 'bgr');
}

/**
 * An image file as the network sees it: decoded, turned upright, in gray where that is asked for, resized, cropped.
 * @throws InputError where it cannot be decoded, or is smaller than the crop
 */
export async function pictureOf(bytes: Uint8Array, decoder: ImageDecoder, steps: ImageSteps): Promise<Pixels> {
  const decoded = await decoder.decode(bytes, steps.order === 'gray' ? 1 : 3);
  const [height, width] = sizeAfter(decoded, steps.resize);
  const resized = resize(decoded, height, width, steps.interpolation);
  return steps.crop ? cropMiddle(resized, steps.crop) : resized;
}

/** The longer side is rounded down, as torchvision does. */
function sizeAfter({ height, width }: Pixels, size: ImageSteps['resize']): readonly [number, number] {
  if (!size) return [height, width];
  const [first = 0, second] = size;
  if (second !== undefined) return [first, second];
  const longer = Math.trunc((first * Math.max(height, width)) / Math.min(height, width));
  return height < width ? [first, longer] : [longer, first];
}

function cropMiddle(image: Pixels, [height, width]: readonly [number, number]): Pixels {
  if (height > image.height || width > image.width) {
    throw new InputError({
      what: `the image is ${formatShape([image.height, image.width])} after resizing, smaller than the crop ${formatShape([height, width])}`,
      todo: 'give a larger --resize or a smaller --crop',
    });
  }
  const top = halfToEven(image.height - height);
  const left = halfToEven(image.width - width);
  const row = width * image.channels;
  const data = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * image.channels;
    data.set(image.data.subarray(from, from + row), y * row);
  }
  return { width, height, channels: image.channels, data };
}

/** Half of a whole number, rounded to the even one where it lies between two: as Python, and so torchvision, rounds. */
function halfToEven(value: number): number {
  const half = Math.floor(value / 2);
  return value % 2 === 0 ? half : half + (half % 2);
}

/** From side by side to one plane a channel. */
function asTensor({ width, height, channels, data }: Pixels, isReversed: boolean): Tensor {
  const plane = height * width;
  const values = new Float32Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    const from = isReversed ? channels - 1 - channel : channel;
    for (let i = 0; i < plane; i++) values[channel * plane + i] = data[i * channels + from] ?? 0;
  }
  return Tensor.from('float32', [1, channels, height, width], values);
}
