import type { ImageOptions } from '../formats/format.js';
import { formatShape, InputError, Tensor } from '../model/index.js';

/** The image input of an artefact that normalises pixels by itself. */
export interface PixelInput extends ImageOptions {
  readonly input: string;
}

/**
 * What a network was trained on, from pixels: y = (p / 255 - mean) / std for each channel, rounded once.
 * @param pixels [N, C, H, W], whole numbers from 0 to 255, channels in the network's order
 * @throws InputError where they are something else
 */
export function normalizePixels(pixels: Tensor, { mean, std }: ImageOptions): Tensor {
  const [, channels = 0, height = 0, width = 0] = pixels.shape;
  if (pixels.shape.length !== 4) {
    throw new InputError({ what: `pixels have the shape [N,C,H,W], not ${formatShape(pixels.shape)}` });
  }
  const plane = height * width;
  const values = pixels.toFloat64();
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / plane) % channels;
    const pixel = values[i] ?? 0;
    if (!(Number.isInteger(pixel) && pixel >= 0 && pixel <= 255)) {
      throw new InputError({
        what: `with --image the inputs hold pixels, whole numbers from 0 to 255, not ${pixel}`,
        todo: "give pixels in the source's axes and channel order",
      });
    }
    result[i] = (pixel / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  }
  return Tensor.from('float32', pixels.shape, result);
}
