import type { ImageOptions } from '../formats/format.js';
import { InputError, isFloat, UsageError } from '../model/index.js';
import type { InputSpec, PixelInput } from '../trials/index.js';
import type { OpenCandidate } from './candidate.js';
import type { Reference } from './reference.js';

/** How a user says that pixels become inputs. */
export interface PixelsAsked {
  readonly image?: ImageOptions['order'] | undefined;
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/**
 * How pixels become what the network was trained on: as the user says, else as the first artefact says that normalises them
 * by itself. Those get pixels; all others what the pixels are normalised to.
 * @returns undefined where nobody takes pixels
 * @throws InputError where the reference has not one image input; UsageError where its channels are others
 */
export function pixelInput(
  { image, mean = [0], std = [1] }: PixelsAsked,
  reference: Reference,
  candidates: readonly OpenCandidate[],
): PixelInput | undefined {
  if (image) {
    const channels = image === 'gray' ? 1 : 3;
    const perChannel = (list: readonly number[]) => Array.from({ length: channels }, (_, c) => list[c] ?? list[0] ?? 0);
    const spec = imageSpec(reference.specs);
    const has = spec.shape[1];
    if (typeof has === 'number' && has !== channels) {
      throw new UsageError({ what: `--image ${image} is for ${channels} channels, input ${spec.name} has ${has}` });
    }
    return { order: image, mean: perChannel(mean), std: perChannel(std), input: spec.name };
  }
  const own = candidates.find(({ artefact }) => artefact.opened.image);
  const told = reference.image ?? own?.artefact.opened.image;
  const ports = reference.image ? reference.runs.inputs : (own?.runs.inputs ?? []);
  const port = ports.find(({ colours }) => colours !== undefined);
  return told && port ? { ...told, input: port.sourceName } : undefined;
}

function imageSpec(specs: readonly InputSpec[]): InputSpec {
  const images = specs.filter(
    ({ dtype, shape }) =>
      isFloat(dtype) && shape.length === 4 && (typeof shape[1] === 'string' || [1, 3, 4].includes(shape[1] ?? 0)),
  );
  const [spec] = images;
  if (spec && images.length === 1) return spec;
  throw new InputError({
    what: `--image needs one image input of the shape [N,C,H,W], the reference has ${images.length}`,
    todo: 'leave out --image',
  });
}
