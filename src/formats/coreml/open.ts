import { type AskedShape, type AskedSize, asOneChunk, isFlexible, type Model } from '../../model/index.js';
import { describeArtefact, type FilePort } from '../artefact-ports.js';
import type { Artefact, ImageOptions, Opened } from '../format.js';
import { nodesOf } from '../graph-piece.js';
import { coarsestOf, mostHeldIn } from '../weight-precision.js';
import { COLOR_SPACES } from './program/data-types.js';
import type { Message } from './program/schema.js';
import { damaged } from './read/damaged.js';
import { flexibleShape } from './read/read-description.js';
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
  const { model, description, labels, values, held, compressed, computesInHalf, program } = content;
  const { metadata, graph, notes } = model;
  const tensors = new Map([...graph.inputs, ...graph.outputs].map((value) => [value.name, value]));
  const filePort = ({ name = '', type }: Message<'FeatureDescription'>): FilePort => {
    const { dtype, shape } = tensors.get(name) ?? {};
    const sizes = shape?.map((size) => (typeof size === 'number' ? size : undefined));
    const asked = flexibleShape(type);
    return {
      name,
      dtype,
      shape: sizes,
      asked: isBounded(asked) ? asked : undefined,
      colours: COLOURS.get(type?.imageType?.colorSpace),
    };
  };
  const [inputs, outputs] = [description.input.filter(isNeeded).map(filePort), description.output.map(filePort)];
  const said = describeArtefact({ metadata, inputs, outputs, values }, damaged);
  return {
    ...said,
    nodes: () => nodesOf(graph),
    program: () => program,
    labels: labels ?? said.labels,
    precision: mostHeldIn(held),
    coarsest: coarsestOf([...held.map(([precision]) => precision), computesInHalf ? 'fp16' : 'fp32']),
    quantization: compressed.some(([how]) => how === 'palette') ? 'palette' : compressed[0]?.[0],
    graph,
    notes,
    content: model,
  };
}

/** Whether sizes vary between bounds that somebody chose. */
function isBounded(asked: AskedShape | undefined): boolean {
  const most = (size: AskedSize) => (typeof size === 'object' && 'most' in size ? size.most : 0);
  return asked?.some(isFlexible) === true && asked.every((size) => most(size) < Number.MAX_SAFE_INTEGER);
}

/** What has no value of its own where an app gives none. */
function isNeeded({ type }: Message<'FeatureDescription'>): boolean {
  return type?.isOptional !== true;
}
