import { VERSION } from '../version.js';
import type { About } from './about.js';
import type { LowerOptions } from './format.js';

const NAMES = 'mobileone.names';
const ORIGINS = 'mobileone.origins';

/** What an artefact says of the values in it, by the names that it calls them. */
export interface Traced {
  /** What the source calls values that bear another name. */
  readonly names: ReadonlyMap<string, string>;
  /** The nodes of the source that each node stands for. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/** Outputs that have more rows than count. */
export interface RowsOfOutputs {
  /** The output that says how many do. */
  readonly count: string;
  /** Along which axis they lie, by output. */
  readonly axes: ReadonlyMap<string, number>;
}

/** What a detector says of a box. */
export type DetectedColumn = 'boxes' | 'scores' | 'labels';

/** How the outputs of a detector follow from the confidence and coordinates that stand in their place. */
export interface DetectionsOfOutputs {
  /** What the source's outputs are, by name: one thing, or columns of several. */
  readonly outputs: ReadonlyMap<string, DetectedColumn | readonly DetectedColumn[]>;
  /** The number of the first class. */
  readonly firstLabel: number;
  /** How the source has boxes: centre and size, or corners with x or y first. */
  readonly form: 'centre' | 'xy' | 'yx';
  /** How wide and high the image is in the units of its boxes. */
  readonly size: readonly [width: number, height: number];
  /** What the source calls the triples of the selected boxes. */
  readonly selected: string;
}

type Entry = readonly [key: string, value: unknown];

/**
 * What an application needs to know before it can feed the model: values of JSON by our own keys.
 * @param layout of images, and of every other value whose axes are not where the source has them
 */
export function description(
  { labels, image }: LowerOptions,
  layout: ReadonlyMap<string, 'nchw' | 'nhwc' | readonly number[]>,
): readonly Entry[] {
  return [
    ['mobileone.version', VERSION],
    ['mobileone.layout', Object.fromEntries(layout)],
    ...(labels ? [['mobileone.labels', labels] as const] : []),
    ...(image ? [['mobileone.image', { order: image.order, mean: image.mean, std: image.std }] as const] : []),
  ];
}

/**
 * What people are told of a model, for formats with no fields of their own for it.
 * @param described what inputs and outputs are, by their names in the artefact
 */
export function aboutEntries(about: About, described: ReadonlyMap<string, string>): readonly Entry[] {
  const { author, license, description, version } = about;
  const entries = Object.entries({ author, license, description, modelVersion: version });
  return [
    ...entries.flatMap(([key, text]) => (text === undefined ? [] : [[`mobileone.${key}`, text] as const])),
    ...(described.size > 0 ? [['mobileone.described', Object.fromEntries(described)] as const] : []),
    ...previewEntry(about),
  ];
}

/** Nothing where the graph does not say what kind of network it is. */
export function previewEntry({ preview }: About): readonly Entry[] {
  return preview ? [['mobileone.preview', preview]] : [];
}

/** Nothing where every row counts. */
export function rowEntries(rows: RowsOfOutputs | undefined): readonly Entry[] {
  return rows ? [['mobileone.rows', { count: rows.count, axes: Object.fromEntries(rows.axes) }]] : [];
}

/** Nothing where outputs are the source's own. */
export function detectionEntries(detections: DetectionsOfOutputs | undefined): readonly Entry[] {
  return detections
    ? [['mobileone.detections', { ...detections, outputs: Object.fromEntries(detections.outputs) }]]
    : [];
}

/** What a source says of itself, but for where its own values and nodes come from. */
export function withoutTraces(metadata: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...metadata].filter(([key]) => key !== NAMES && key !== ORIGINS));
}

/** Where values come from, and nodes unless that is to be left out; nothing where there is nothing to say. */
export function provenance(
  { names, origins }: Traced,
  { origins: areNodesSaid = true }: Pick<LowerOptions, 'origins'> = {},
): readonly Entry[] {
  const entries = [
    [NAMES, names],
    [ORIGINS, areNodesSaid ? origins : new Map()],
  ] as const;
  return entries.flatMap(([key, map]) => (map.size > 0 ? [[key, Object.fromEntries<unknown>(map)] as const] : []));
}

/** As formats hold it whose metadata are text. */
export function asText([key, value]: Entry): readonly [key: string, value: string] {
  return [key, typeof value === 'string' ? value : JSON.stringify(value)];
}
