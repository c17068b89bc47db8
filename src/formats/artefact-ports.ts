import type { DataType } from '../model/index.js';
import type { ArtefactPort, ArtefactValue, FormatDeclaration, ImageOptions } from './format.js';
import type { Said } from './read-metadata.js';

const IMAGE_AXES = 4;

/** An input or output as the file itself has it. */
export interface FilePort {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly (number | undefined)[] | undefined;
}

/** A value of the file with what its metadata say. */
export function describeValue(name: string, { names, permutations }: Said): ArtefactValue {
  return { name, sourceName: names.get(name) ?? name, permutation: permutations.get(name) };
}

/** @param refuse makes the error where file and metadata cannot both be right */
export function describePort(port: FilePort, said: Said, refuse: (what: string) => Error): ArtefactPort {
  const described = { ...port, ...describeValue(port.name, said) };
  const { name, shape, permutation } = described;
  if (permutation && shape && shape.length !== permutation.length) {
    throw refuse(`the layout of ${name} has ${permutation.length} axes, ${name} itself ${shape.length}`);
  }
  return described;
}

/**
 * Says in which order the image among the inputs takes its colours: the one of four axes, of a float type, with as many
 * channels as the network was trained on, or any number.
 * @param refuse makes the error where there is not one such input
 */
export function withColours(
  inputs: readonly ArtefactPort[],
  image: ImageOptions,
  { colours }: Pick<FormatDeclaration, 'colours'>,
  refuse: (what: string) => Error,
): ArtefactPort[] {
  const isImage = ({ dtype, shape, permutation }: ArtefactPort) => {
    const channels = shape?.[permutation?.indexOf(1) ?? 1];
    const fits = channels === undefined || channels === image.mean.length;
    return shape?.length === IMAGE_AXES && (dtype?.startsWith('float') ?? false) && fits;
  };
  const found = inputs.filter(isImage);
  if (found.length !== 1) throw refuse(`it normalises an image, and ${found.length} of its inputs are one`);
  return inputs.map((port) => (port === found[0] ? { ...port, colours: colours(image.order) } : port));
}
