import { asOneChunk, type Model } from '../../model/index.js';
import { describePort, describeValue, type FilePort } from '../artefact-ports.js';
import type { Artefact, ArtefactPort, ImageOptions, Opened } from '../format.js';
import { nodesOf } from '../graph-piece.js';
import { readMetadata } from '../read-metadata.js';
import { mostHeldIn } from '../weight-precision.js';
import { COLOR_SPACES } from './program/data-types.js';
import { damaged } from './read/damaged.js';
import { readPackage } from './read/read-package.js';

const COLOURS: ReadonlyMap<number | undefined, ImageOptions['order']> = new Map([
  [COLOR_SPACES.gray, 'gray'],
  [COLOR_SPACES.rgb, 'rgb'],
  [COLOR_SPACES.bgr, 'bgr'],
]);

/**
 * What a package says of itself. A classifier's label is an output of no type; its table is one of as many floats as there
 * are classes, as `runnable` gives it.
 * @throws InputError where the package is damaged, contradicts itself, or holds what is no plain ML Program
 */
export function open({ files }: Artefact): Opened<Model> {
  const content = readPackage(new Map(Array.from(files, ([path, chunks]) => [path, asOneChunk(chunks)])));
  const { model, description, classifier, values, held } = content;
  const said = readMetadata(model.metadata, damaged);
  const { inputs, outputs } = model.graph;
  const tensors = new Map([...inputs, ...outputs].map((value) => [value.name, value]));
  const portOf = (name: string): ArtefactPort => {
    const { dtype, shape } = tensors.get(name) ?? {};
    const sizes = shape?.map((size) => (typeof size === 'number' ? size : undefined));
    const port: FilePort = { name, dtype, shape: sizes };
    return describePort(port, said, damaged);
  };
  return {
    image: said.image,
    origins: said.origins,
    inputs: description.input.map(({ name = '', type }) => ({
      ...portOf(name),
      colours: COLOURS.get(type?.imageType?.colorSpace),
    })),
    outputs: description.output.map(({ name = '' }) => portOf(name)),
    values: values.map((name) => describeValue(name, said)),
    nodes: () => nodesOf(model.graph),
    labels: classifier?.labels ?? said.labels,
    precision: mostHeldIn(held),
    metadata: new Map(description.metadata?.userDefined),
    notes: model.notes,
    content: model,
  };
}
