import type { DataType } from '../model/index.js';
import type { ArtefactPort, ArtefactValue, FormatDeclaration, ImageOptions, Opened } from './format.js';
import { readMetadata, type Said } from './read-metadata.js';

const IMAGE_AXES = 4;

/** An input or output as the file itself has it. */
export interface FilePort {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly (number | undefined)[] | undefined;
  readonly asked?: ArtefactPort['asked'];
  readonly colours?: ImageOptions['order'] | undefined;
}

/** What a format finds in its file. */
interface FileFacts extends Pick<Opened, 'metadata'> {
  readonly inputs: readonly FilePort[];
  readonly outputs: readonly FilePort[];
  /** What its nodes give, by name. */
  readonly values: readonly string[];
}

/** What an artefact says of itself in any format: the file's own ports and values, with what the metadata say of them. */
export function describeArtefact(
  { metadata, inputs, outputs, values }: FileFacts,
  refuse: (what: string) => Error,
): Omit<Opened, 'nodes' | 'program' | 'precision' | 'coarsest' | 'quantization' | 'graph' | 'notes' | 'content'> {
  const said = readMetadata(metadata, refuse);
  const describe = (port: FilePort) => describePort(port, said, refuse);
  return {
    metadata,
    saysLayout: metadata.has('mobileone.layout'),
    inputs: inputs.map(describe),
    outputs: outputs.map((port) => withRows(describe(port), said, outputs, refuse)),
    values: values.map((name) => describeValue(name, said)),
    labels: said.labels,
    image: said.image,
    origins: said.origins,
  };
}

function describeValue(name: string, { names, permutations }: Said): ArtefactValue {
  return { name, sourceName: names.get(name) ?? name, permutation: permutations.get(name) };
}

function describePort(port: FilePort, said: Said, refuse: (what: string) => Error): ArtefactPort {
  const described = { ...port, ...describeValue(port.name, said) };
  const { name, shape, permutation } = described;
  if (permutation && shape && shape.length !== permutation.length) {
    throw refuse(`the layout of ${name} has ${permutation.length} axes, ${name} itself ${shape.length}`);
  }
  return described;
}

function withRows(
  port: ArtefactPort,
  { rows }: Said,
  outputs: readonly FilePort[],
  refuse: (what: string) => Error,
): ArtefactPort {
  const axis = rows?.axes.get(port.name);
  if (!rows || axis === undefined) return port;
  const isCounted = outputs.some(({ name }) => name === rows.count);
  if (!isCounted || axis >= (port.shape?.length ?? 0)) {
    throw refuse(`the rows of ${port.name} are said to lie along axis ${axis}, counted by ${rows.count}`);
  }
  return { ...port, rows: { axis, count: rows.count } };
}

/**
 * Says in which order the image among the inputs takes its colours, where the file normalises one: the input of four axes,
 * of a float type, with as many channels as the network was trained on, or any number.
 * @param refuse makes the error where there is not one such input
 */
export function withColours(
  { inputs, image }: Pick<Opened, 'inputs' | 'image'>,
  { colours }: Pick<FormatDeclaration, 'colours'>,
  refuse: (what: string) => Error,
): readonly ArtefactPort[] {
  if (!image) return inputs;
  const isImage = ({ dtype, shape, permutation }: ArtefactPort) => {
    const channels = shape?.[permutation?.indexOf(1) ?? 1];
    const fits = channels === undefined || channels === image.mean.length;
    return shape?.length === IMAGE_AXES && (dtype?.startsWith('float') ?? false) && fits;
  };
  const found = inputs.filter(isImage);
  if (found.length !== 1) throw refuse(`it normalises an image, and ${found.length} of its inputs are one`);
  return inputs.map((port) => (port === found[0] ? { ...port, colours: colours(image.order) } : port));
}
