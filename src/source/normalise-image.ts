import type { ImageOptions } from '../formats/format.js';
import {
  formatShape,
  type Graph,
  InputError,
  isFloat,
  type Model,
  Tensor,
  UsageError,
  type Value,
} from '../model/index.js';

/** How an image input is normalised, and which it is. */
export type ImageInput = ImageOptions & { readonly input: string };

/**
 * Lets the one image input take pixels: y = (p / 255 - mean) / std per channel, as p * scale + shift, each constant
 * rounded once. Fusing merges both into the first convolution where its border allows that.
 * @param mean, std one value, or one per channel; 0 and 1 where they are missing
 * @throws InputError where no input, or more than one, is an image; UsageError where it has other channels than `order`
 */
export function normaliseImage(
  model: Model,
  order: ImageOptions['order'],
  mean?: readonly number[],
  std?: readonly number[],
): ImageInput {
  const { graph } = model;
  if (!mean && !std) {
    model.notes.push(
      'pixels are divided by 255 and no more; what the network was trained with goes into --mean and --std',
    );
  }
  const input = imageInput(graph);
  const channels = order === 'gray' ? 1 : 3;
  const has = input.shape?.[1];
  if (typeof has === 'number' && has !== channels) {
    throw new UsageError({ what: `--image ${order} is for ${channels} channels, input ${input.name} has ${has}` });
  }
  const perChannel = (list: readonly number[]) => Array.from({ length: channels }, (_, c) => list[c] ?? list[0] ?? 0);
  const image = { order, mean: perChannel(mean ?? [0]), std: perChannel(std ?? [1]), input: input.name };
  const dtype = input.dtype ?? 'float32';
  const constant = (values: readonly number[], name: string) =>
    graph.addConstant(Tensor.from(dtype, [1, channels, 1, 1], values), `${input.name}_${name}`);
  const readers = input.uses;
  const scaled = graph.insert({
    operator: 'Mul',
    inputs: [
      input,
      constant(
        image.std.map((s) => 1 / (255 * s)),
        'scale',
      ),
    ],
    origin: [],
  });
  const shift = constant(
    image.mean.map((m, c) => -m / (image.std[c] ?? 1)),
    'shift',
  );
  const shifted = graph.insert({ operator: 'Add', inputs: [scaled.output(), shift], origin: [] });
  for (const { node, index } of readers) node.graph.setInput(node, index, shifted.output());
  for (const node of [scaled, shifted]) {
    node.output().dtype = input.dtype;
    node.output().shape = input.shape;
  }
  return image;
}

/** Turns the channels round at the image input, so that the artefact takes the other order. */
export function reverseChannels(model: Model, image: ImageInput): void {
  const { graph } = model;
  const input = graph.inputs.find((value) => value.name === image.input);
  if (!input) throw new Error(`the image input ${image.input} is gone`);
  const readers = input.uses;
  const order = graph.addConstant(Tensor.fromBigInts('int64', [3], [2n, 1n, 0n]), `${input.name}_order`);
  const turned = graph.insert({ operator: 'Gather', inputs: [input, order], attributes: { axis: 1 }, origin: [] });
  turned.output().dtype = input.dtype;
  turned.output().shape = input.shape;
  for (const { node, index } of readers) node.graph.setInput(node, index, turned.output());
}

function imageInput(graph: Graph): Value {
  const images = graph.inputs.filter(isImage);
  const [input] = images;
  if (input && images.length === 1) return input;
  const list = graph.inputs.map((value) => `${value.name} ${formatShape(value.shape)}`).join(', ');
  throw new InputError({
    what: `--image needs one image input of the shape [N,C,H,W], this model has ${images.length} (inputs: ${list})`,
    todo: 'leave out --image',
  });
}

function isImage({ dtype, shape }: Value): boolean {
  const channels = shape?.[1];
  return (
    isFloat(dtype) &&
    shape?.length === 4 &&
    (typeof channels === 'string' || channels === 1 || channels === 3 || channels === 4)
  );
}
