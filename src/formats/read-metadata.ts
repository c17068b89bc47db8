import type { ImageOptions } from './format.js';
import { Json } from './json.js';
import type { DetectedColumn, DetectionsOfOutputs, RowsOfOutputs } from './metadata.js';

/** What our own keys of an artefact's metadata say. */
export interface Said {
  readonly labels: readonly string[] | undefined;
  readonly image: ImageOptions | undefined;
  /** What the source calls values that bear another name. */
  readonly names: ReadonlyMap<string, string>;
  /** How axes lie that are not where the source has them: axis k is axis `permutation[k]` of the source's value. */
  readonly permutations: ReadonlyMap<string, readonly number[] | undefined>;
  readonly origins: ReadonlyMap<string, readonly string[]>;
  /** How the outputs of a detector follow from those that stand in their place. */
  readonly detections: DetectionsOfOutputs | undefined;
  /** Outputs that have more rows than count. */
  readonly rows: RowsOfOutputs | undefined;
}

const NHWC = [0, 2, 3, 1];
const ORDERS: ReadonlyMap<unknown, ImageOptions['order']> = new Map([
  ['rgb', 'rgb'],
  ['bgr', 'bgr'],
  ['gray', 'gray'],
]);

/**
 * @param metadata every entry as text
 * @param refuse makes the error for an entry that says something else than it should
 */
export function readMetadata(metadata: ReadonlyMap<string, string>, refuse: (what: string) => Error): Said {
  const entry = <T>(key: string, absent: T, read: (json: Json) => T): T => {
    const text = metadata.get(key);
    return text === undefined ? absent : read(Json.parse(text, key, refuse));
  };
  const textsOf = (json: Json) => json.list().map((each) => each.text());
  const mapOf = <T>(json: Json, read: (value: Json) => T) =>
    new Map(Array.from(json.entries(), ([key, value]) => [key, read(value)]));
  return {
    labels: entry('mobileone.labels', undefined, textsOf),
    image: entry('mobileone.image', undefined, imageOf),
    permutations: entry('mobileone.layout', new Map(), (json) => mapOf(json, permutationOf)),
    names: entry('mobileone.names', new Map(), (json) => mapOf(json, (value) => value.text())),
    rows: entry('mobileone.rows', undefined, (json) => ({
      count: json.at('count').text(),
      axes: mapOf(json.at('axes'), (axis) => axis.integer(0)),
    })),
    detections: entry('mobileone.detections', undefined, detectionsOf),
    origins: entry('mobileone.origins', new Map(), (json) => mapOf(json, textsOf)),
  };
}

/** `nchw`, `nhwc`, or the axes one by one. */
function permutationOf(json: Json): readonly number[] | undefined {
  if (json.raw === 'nchw') return undefined;
  if (json.raw === 'nhwc') return NHWC;
  const axes = json.list().map((axis) => axis.integer(0));
  if (axes.some((_, axis) => !axes.includes(axis))) throw json.refusal(`is [${axes}], no permutation`);
  return axes;
}

function imageOf(json: Json): ImageOptions {
  const order = json.at('order').oneOf(ORDERS);
  const channels = order === 'gray' ? 1 : 3;
  const perChannel = (key: string) => {
    const values = json.at(key).list();
    if (values.length !== channels) throw json.at(key).refusal(`has ${values.length} numbers for ${channels} channels`);
    return values.map((value) => value.number());
  };
  return { order, mean: perChannel('mean'), std: perChannel('std') };
}

const FORMS: ReadonlyMap<unknown, DetectionsOfOutputs['form']> = new Map([
  ['centre', 'centre'],
  ['xy', 'xy'],
  ['yx', 'yx'],
]);

const COLUMNS: ReadonlyMap<unknown, DetectedColumn> = new Map([
  ['boxes', 'boxes'],
  ['scores', 'scores'],
  ['labels', 'labels'],
]);

function detectionsOf(json: Json): DetectionsOfOutputs {
  const [width = 1, height = 1] = json
    .at('size')
    .list()
    .map((each) => each.number());
  const columnsOf = (value: Json) =>
    Array.isArray(value.raw) ? value.list().map((each) => each.oneOf(COLUMNS)) : value.oneOf(COLUMNS);
  return {
    outputs: new Map(Array.from(json.at('outputs').entries(), ([name, value]) => [name, columnsOf(value)])),
    firstLabel: json.at('firstLabel').integer(0),
    form: json.at('form').oneOf(FORMS),
    size: [width, height],
    selected: json.at('selected').text(),
  };
}
