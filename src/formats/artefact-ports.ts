import type { DataType } from '../model/index.js';
import type { ArtefactPort, ImageOptions } from './format.js';
import type { Said } from './read-metadata.js';

const NHWC = [0, 2, 3, 1];

/** An input or output as the file itself has it. */
export interface FilePort {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly (number | undefined)[] | undefined;
}

/** A port of the file with what its metadata say. @param refuse makes the error where the two cannot both be true */
export function describePort(port: FilePort, { layout, names }: Said, refuse: (what: string) => Error): ArtefactPort {
  const { name, shape } = port;
  const isTurned = layout.get(name) === 'nhwc';
  if (isTurned && shape && shape.length !== NHWC.length) throw refuse(`${name} is nhwc and has ${shape.length} axes`);
  return { ...port, sourceName: names.get(name) ?? name, permutation: isTurned ? NHWC : undefined };
}

/**
 * Says in which order the image among the inputs takes its colours: the one of four axes, of a float type, with as many
 * channels as the network was trained on, or any number.
 * @param refuse makes the error where there is not one such input
 */
export function withColours(
  inputs: readonly ArtefactPort[],
  image: ImageOptions,
  colours: ImageOptions['order'],
  refuse: (what: string) => Error,
): ArtefactPort[] {
  const isImage = ({ dtype, shape, permutation }: ArtefactPort) => {
    const channels = shape?.[permutation?.indexOf(1) ?? 1];
    const fits = channels === undefined || channels === image.mean.length;
    return shape?.length === NHWC.length && (dtype?.startsWith('float') ?? false) && fits;
  };
  const found = inputs.filter(isImage);
  if (found.length !== 1) throw refuse(`it normalises an image, and ${found.length} of its inputs are one`);
  return inputs.map((port) => (port === found[0] ? { ...port, colours } : port));
}
