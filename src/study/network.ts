import type { Scratch } from '../files/index.js';
import { formats } from '../formats/index.js';
import type { AskedShape, Model } from '../model/index.js';
import type { BatchNormMode } from '../operators/batch-norm-mode.js';
import { batchNormalization } from '../operators/index.js';
import { inferFixed, OTHER_SIZES } from '../operators/infer-at.js';
import { optimize } from '../passes/pipeline.js';
import { fusedBlocks } from '../source/blocks.js';
import { fixShapes } from '../source/fix-shapes.js';
import { linksOf } from '../source/links.js';
import { type OpenSource, openSource, type ReadingLimits } from '../source/open-source.js';
import { reRoot } from '../source/re-root.js';
import { describeInputs, usualSizes } from '../trials/index.js';
import { drawFeeds } from './feeds.js';
import type { Subject, SubjectParts } from './latency/subject.js';
import { type StaticFigures, staticFigures } from './static/index.js';

/** A network as its file has it, or as `convert` would write it. */
export type Form = 'source' | 'fused';

/** How networks are read. */
export interface NetworkOptions extends ReadingLimits {
  /** Sizes of inputs by name; what stays open gets the sizes that a check tries first. */
  readonly shape: ReadonlyMap<string, AskedShape>;
  readonly forms: readonly Form[];
  /** Values to end at; the file's own outputs where nothing is said. */
  readonly outputs?: readonly string[] | undefined;
  readonly maxCost?: number | undefined;
  readonly batchNorm?: BatchNormMode | undefined;
}

/** One form of a network: what is known of it, and how it is timed. */
export interface NetworkForm {
  readonly form: Form;
  readonly figures: StaticFigures;
  /** Ready in the formats that were asked for. */
  readonly subject: Subject;
}

/** A network that was read and counted. */
export interface StudiedNetwork {
  readonly path: string;
  /** Sizes of the inputs that all figures are for, by name. */
  readonly sizes: ReadonlyMap<string, readonly number[]>;
  readonly forms: readonly NetworkForm[];
  readonly notes: readonly string[];
}

/**
 * Reads a network, counts it in each form, and makes each ready to be timed in some formats, none for no timing.
 * @param scratch where what engines take is put aside
 * @throws InputError, UsageError
 */
export async function studyNetwork(
  path: string,
  options: NetworkOptions,
  formatNames: readonly string[],
  scratch: Scratch | undefined,
): Promise<StudiedNetwork> {
  const source = await openSource(path, options);
  try {
    const { model } = source;
    const notes = fixAllSizes(model, options);
    // Without timing there is no use for what engines need, which would take longer to load than a network to count.
    const timed = scratch && { ...(await import('./latency/subject.js')), scratch, feeds: drawFeeds(model) };
    const forms: NetworkForm[] = [];
    for (const form of options.forms) {
      if (form === 'fused') optimize(model, { ...options, typed: true });
      const key = `${path} ${form}`;
      const figures = staticFigures(model.graph);
      if (!timed) {
        forms.push({ form, figures, subject: untimed(key) });
        continue;
      }
      const parts = { key, model, ...timed };
      const subject = form === 'fused' ? timed.subjectOf(parts) : givenSubject(source, options, parts);
      forms.push({ form, figures, subject: await timed.prepareNow(subject, formatNames) });
    }
    return { path, sizes: sizesOf(model), forms, notes };
  } finally {
    source.external.close();
  }
}

/** A network as graphs, whose weights can be read as long as its file is open. */
export interface OpenNetwork {
  readonly source: Model;
  readonly fused: Model;
  /** How many blocks fusing merged. */
  readonly blocks: number;
}

/**
 * Reads a network and does something with it in both forms.
 * @throws InputError, UsageError, and what `step` throws
 */
export async function withNetwork<T>(
  path: string,
  options: Omit<NetworkOptions, 'forms'>,
  step: (network: OpenNetwork) => Promise<T>,
): Promise<T> {
  const file = await openSource(path, options);
  try {
    const [source, fused] = [file.model, file.readAgain()];
    for (const model of [source, fused]) fixAllSizes(model, options);
    const links = linksOf(fused.graph);
    optimize(fused, { ...options, typed: true });
    return await step({ source, fused, blocks: fusedBlocks(fused.graph, links).length });
  } finally {
    file.external.close();
  }
}

/** Cuts the graph as asked, fixes what is asked for and what else is open, and infers types. @returns what was done, a sentence each */
function fixAllSizes(model: Model, { shape, outputs }: Pick<NetworkOptions, 'shape' | 'outputs'>): string[] {
  const asked = fixShapes(model, shape);
  const cut = outputs ? reRoot(model, outputs) : [];
  const usual = fixShapes(model, usualSizes(describeInputs(model.graph)));
  inferFixed(model.graph, new Map([...asked.shapes, ...usual.shapes]), OTHER_SIZES);
  return [...asked.notes, ...cut, ...usual.notes];
}

function sizesOf({ graph }: Model): ReadonlyMap<string, readonly number[]> {
  return new Map(graph.inputs.map(({ name, shape = [] }) => [name, shape.map((size) => Number(size))]));
}

type TimedParts = Pick<SubjectParts, 'key' | 'feeds' | 'scratch'> &
  Pick<typeof import('./latency/subject.js'), 'subjectOf' | 'putAside'>;

/** The network as it was given: ONNX Runtime takes the file's own bytes; others, and a part of it, what is made of them without fusing. */
function givenSubject(
  source: OpenSource,
  options: NetworkOptions,
  { key, feeds, scratch, subjectOf, putAside }: TimedParts,
): Subject {
  const { bytes, locations, external, model } = source;
  const outputs = model.graph.outputs.filter(({ dtype }) => dtype !== undefined).map(({ name }) => name);
  const trains = model.graph
    .nodesOf('BatchNormalization')
    .some((node) => batchNormalization.parameters(node).trainingMode);
  return {
    key,
    async prepare(format) {
      if (formats.get(format)?.engine !== 'onnxruntime' || trains || options.outputs) {
        const cleaned = source.readAgain();
        fixAllSizes(cleaned, options);
        optimize(cleaned, { ...options, fuse: false, typed: true });
        return subjectOf({ key, model: cleaned, feeds, scratch }).prepare(format);
      }
      const files = new Map(Array.from(locations, (location) => [location, [external.readWhole(location)]]));
      return { payload: await putAside({ model: [bytes], files }, scratch), feeds, outputs };
    },
  };
}

function untimed(key: string): Subject {
  return { key, prepare: () => Promise.reject(new Error(`${key} is not to be timed`)) };
}
