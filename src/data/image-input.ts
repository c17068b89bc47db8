import type { ImageOptions } from '../formats/format.js';
import { formatShape, InputError, isFloat, UsageError } from '../model/index.js';
import type { InputSpec } from '../trials/index.js';
import type { ImageSteps } from './images/preprocess.js';

/** What may be asked of files of images. */
export interface ImageRequest {
  /** [N] for the shorter side, or [H, W]. */
  readonly resize?: readonly number[] | undefined;
  /** [N] for a square, or [H, W]. */
  readonly crop?: readonly number[] | undefined;
  readonly interpolation?: ImageSteps['interpolation'] | undefined;
  /** How pixels become what the reference was trained on; where nothing is said, p / 255. */
  readonly image?: ImageOptions | undefined;
}

/** The input that images go into, and what is done to them on the way. */
export interface ImageInput extends ImageOptions {
  readonly name: string;
  /** [N, C, H, W] or [N, H, W, C]; sizes that are open are undefined. */
  readonly shape: readonly (number | undefined)[];
  readonly isChannelsLast: boolean;
  readonly steps: ImageSteps;
}

/**
 * Finds the input that images go into: the one input, a float of rank 4 with 1 or 3 channels.
 * @throws InputError where there is none, or it has other channels
 * @throws UsageError where the colours that were asked for are not its own
 */
export function imageInputOf(specs: readonly InputSpec[], request: ImageRequest): ImageInput {
  const [spec, second] = specs;
  if (!spec || second) {
    throw new InputError({
      what: `a folder of images is for one input, the reference has ${specs.length}`,
      todo: 'give arrays: an npz file, or a folder of them',
    });
  }
  const shape = spec.shape.map((size) => (typeof size === 'number' ? size : undefined));
  const isChannelsLast = !hasColours(shape[1]) && hasColours(shape[3]);
  const channels = isChannelsLast ? shape[3] : shape[1];
  if (shape.length !== 4 || !isFloat(spec.dtype) || (channels !== undefined && !hasColours(channels))) {
    throw new InputError({
      what: `images cannot go into an input of ${spec.dtype} ${formatShape(spec.shape)}: it takes no gray or RGB`,
      where: { value: spec.name },
      todo: 'give arrays: an npy file, or a folder of them',
    });
  }
  const image = coloursOf(request.image, channels, spec.name);
  const inner = isChannelsLast ? shape.slice(1, 3) : shape.slice(2);
  return { name: spec.name, shape, isChannelsLast, ...image, steps: stepsFor(request, inner, image.order) };
}

/** @throws InputError where an input takes more than one image at a time: each file is a sample of its own */
export function expectOneAtATime({ name, shape: [batch] }: ImageInput): void {
  if (batch === undefined || batch === 1) return;
  throw new InputError({
    what: `the input takes ${batch} images at a time, and each image is a sample of its own`,
    where: { value: name },
    todo: `give npy files of ${batch} images each, or a reference with a batch of 1`,
  });
}

function hasColours(channels: number | undefined): boolean {
  return channels === 1 || channels === 3;
}

function coloursOf(asked: ImageOptions | undefined, channels: number | undefined, input: string): ImageOptions {
  const { order, mean, std } = asked ?? { order: channels === 1 ? 'gray' : 'rgb', mean: [0], std: [1] };
  const wanted = order === 'gray' ? 1 : 3;
  if (channels !== undefined && channels !== wanted) {
    throw new UsageError({ what: `--image ${order} is for ${wanted} channels, input ${input} has ${channels}` });
  }
  const perChannel = (list: readonly number[]) => Array.from({ length: wanted }, (_, k) => list[k] ?? list[0] ?? 0);
  return { order, mean: perChannel(mean), std: perChannel(std) };
}

/** Where nothing is asked, an image gets the size of the input, or keeps its own where that is open. */
function stepsFor(
  { resize, crop, interpolation = 'bilinear' }: ImageRequest,
  [height, width]: readonly (number | undefined)[],
  order: ImageOptions['order'],
): ImageSteps {
  const own = height !== undefined && width !== undefined ? [height, width] : null;
  const [first = 0, second = first] = crop ?? [];
  return {
    resize: resize ?? (crop ? null : own),
    crop: crop ? [first, second] : null,
    interpolation,
    order,
  };
}
