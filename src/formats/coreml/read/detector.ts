import { type Model, Tensor, type Value } from '../../../model/index.js';
import { inferTypes } from '../../../operators/infer.js';
import type { DetectedColumn, DetectionsOfOutputs } from '../../metadata.js';
import { readMetadata } from '../../read-metadata.js';
import type { Message } from '../program/schema.js';
import { damaged } from './damaged.js';
import { nextBelow } from './next-below.js';
import { OnnxBuilder } from './onnx-builder.js';

/** The most boxes that are left, where nothing bounds them. */
const ANY_NUMBER = 2 ** 53;

/** A pipeline of a program that gives confidences and coordinates, and the suppression behind it. */
export interface ReadDetector {
  readonly program: Message<'Model'>;
  readonly suppression: Message<'NonMaximumSuppression'>;
  readonly labels: readonly string[] | undefined;
}

/** @throws InputError where a pipeline is another, or its models do not fit each other */
export function readDetector({ pipeline, specificationVersion }: Message<'Model'>): ReadDetector {
  const [program, last, ...more] = pipeline?.models ?? [];
  const suppression = last?.nonMaximumSuppression;
  if (!program?.mlProgram || !suppression || more.length > 0) {
    throw damaged('its pipeline is not an ML Program with a non-maximum suppression behind it');
  }
  if (program.specificationVersion !== specificationVersion)
    throw damaged('its program has another version than the pipeline');
  if (!suppression.pickTop) throw damaged('its suppression is none that picks the top boxes');
  return { program, suppression, labels: suppression.stringClassLabels?.vector };
}

/**
 * What the suppression makes of the program's outputs, which are the graph's until now: `confidence` and `coordinates` of the
 * boxes that are left, the best first; and where metadata say how the source's outputs follow from those, these as well.
 * @returns names of what was added
 * @throws InputError where names or sizes do not fit
 */
export function addDetections(
  model: Model,
  { suppression, labels }: ReadDetector,
  whole: Message<'ModelDescription'>,
): string[] {
  const { graph } = model;
  const given = (name: string | undefined): Value =>
    graph.outputs.find((value) => value.name === name) ?? notGiven(name);
  const [table, boxes] = [
    given(suppression.confidenceInputFeatureName),
    given(suppression.coordinatesInputFeatureName),
  ];
  const [count, classes] = table.shape ?? [];
  if (boxes.shape?.join() !== `${count},4` || typeof classes !== 'number') {
    throw damaged(`the suppression is given confidences [${table.shape}] and coordinates [${boxes.shape}]`);
  }
  if (labels && labels.length !== classes)
    throw damaged(`the suppression has ${labels.length} classes for ${classes} confidences`);
  const outputs = [suppression.confidenceOutputFeatureName ?? '', suppression.coordinatesOutputFeatureName ?? ''];
  const described = whole.output.map(({ name }) => name);
  if (described.join() !== outputs.join())
    throw damaged(`the description has the outputs ${described}, the suppression ${outputs}`);

  const to = new OnnxBuilder(graph);
  const { detections } = readMetadata(model.metadata, damaged);
  const best = to.node('ReduceMax', [table, to.ints([1])], { keepdims: 1 });
  const label = to.node('ArgMax', [table], { axis: 1, keepdims: 0 });
  const selected = selectedBoxes(to, suppression, { boxes, best, label, classes, most: mostOf(whole) });
  const named = detections?.selected;
  if (named !== undefined) selected.name = named;
  const kept = column(to, selected, 2);
  const pick = (from: Value, name: string) => {
    const value = to.node('Gather', [from, kept], { axis: 0 });
    value.name = name;
    return value;
  };
  const [confidence, coordinates] = [pick(table, outputs[0] ?? ''), pick(boxes, outputs[1] ?? '')];
  graph.setOutputs([confidence, coordinates]);
  const names = detections ? addSourceOutputs(to, detections, { coordinates, best, label, kept }) : [];
  inferTypes(graph);
  return [...outputs, ...names, ...(named === undefined ? [] : [named])];
}

function notGiven(name: string | undefined): never {
  throw damaged(`the suppression reads ${name}, which the program does not give`);
}

/** How many boxes are left at most, by the sizes that the description says. */
function mostOf({ output }: Message<'ModelDescription'>): number {
  const [rows] = output[0]?.type?.multiArrayType?.shapeRange?.sizeRanges ?? [];
  const upper = rows?.upperBound ?? -1;
  return upper < 0 ? ANY_NUMBER : upper;
}

interface Candidates {
  readonly boxes: Value;
  /** [n, 1] */
  readonly best: Value;
  /** [n] */
  readonly label: Value;
  readonly classes: number;
  readonly most: number;
}

/** The boxes that are left, the best first, as ONNX's triples of one image and one class. */
function selectedBoxes(to: OnnxBuilder, suppression: Message<'NonMaximumSuppression'>, given: Candidates): Value {
  const { boxes, best, most } = given;
  const isByClass = suppression.pickTop?.perClass === true;
  const scores = to.node('Transpose', [best], { perm: [1, 0] });
  const selected = to.node(
    'NonMaxSuppression',
    [
      to.node('Unsqueeze', [boxes, to.ints([0])]),
      to.node('Unsqueeze', [isByClass ? byClass(to, scores, given) : scores, to.ints([0])]),
      to.ints([most]),
      to.number(suppression.iouThreshold ?? 0),
      to.number(nextBelow(Math.fround(suppression.confidenceThreshold ?? 0))),
    ],
    { center_point_box: 1 },
  );
  return isByClass ? bestFirst(to, selected, given) : selected;
}

/** Scores [classes, n] of which a box has one, that of its own class: by the others it is below every threshold. */
function byClass(to: OnnxBuilder, scores: Value, { label, classes }: Candidates): Value {
  const numbers = Array.from({ length: classes }, (_, index) => index);
  const column = to.graph.addConstant(Tensor.from('int64', [classes, 1], numbers));
  return to.node('Where', [to.node('Equal', [label, column]), scores, to.number(-1)]);
}

/** Triples that lie class by class, all of class 0, in the order of their scores, as many as there may be. */
function bestFirst(to: OnnxBuilder, selected: Value, { best, most }: Candidates): Value {
  const scores = to.node('Gather', [to.node('Squeeze', [best, to.ints([1])]), column(to, selected, 2)], { axis: 0 });
  const count = to.node('Min', [to.sizes(selected, 0, 1), to.ints([most])]);
  const [, order] = to.nodes('TopK', [scores, count], { axis: 0 }, 2);
  if (!order) throw new Error('TopK gives two results');
  return to.node('Mul', [to.node('Gather', [selected, order], { axis: 0 }), to.ints([1, 0, 1])]);
}

function column(to: OnnxBuilder, triples: Value, at: number): Value {
  return to.node('Gather', [triples, to.place(at)], { axis: 1 });
}

interface Kept {
  readonly coordinates: Value;
  readonly best: Value;
  readonly label: Value;
  readonly kept: Value;
}

/** The source's own outputs, as they follow from what is left. */
function addSourceOutputs(
  to: OnnxBuilder,
  { outputs, firstLabel, form, size }: DetectionsOfOutputs,
  { coordinates, best, label, kept }: Kept,
): string[] {
  const pick = (value: Value) => to.node('Gather', [value, kept], { axis: 0 });
  const parts: Readonly<Record<DetectedColumn, () => Value>> = {
    boxes: () => asSource(to, coordinates, form, size),
    scores: () => pick(to.node('Squeeze', [best, to.ints([1])])),
    labels: () => (firstLabel === 0 ? pick(label) : to.node('Add', [pick(label), to.ints([firstLabel])])),
  };
  const columns = (part: DetectedColumn) => {
    const value = parts[part]();
    return part === 'boxes' ? value : to.cast(to.node('Unsqueeze', [value, to.ints([1])]), 'fp32');
  };
  return Array.from(outputs, ([name, what]) => {
    const value = typeof what === 'string' ? parts[what]() : to.node('Concat', what.map(columns), { axis: 1 });
    value.name = name;
    return name;
  });
}

function asSource(
  to: OnnxBuilder,
  coordinates: Value,
  form: DetectionsOfOutputs['form'],
  [width, height]: readonly [number, number],
): Value {
  const scale = to.graph.addConstant(Tensor.from('float32', [1, 4], [width, height, width, height]));
  const whole = to.node('Mul', [coordinates, scale]);
  if (form === 'centre') return whole;
  const columns = (at: readonly number[]) => to.node('Gather', [whole, to.ints(at)], { axis: 1 });
  const first = form === 'xy' ? [0, 1] : [1, 0];
  const half = to.node('Mul', [columns(first.map((at) => at + 2)), to.number(0.5)]);
  const centre = columns(first);
  return to.node('Concat', [to.node('Sub', [centre, half]), to.node('Add', [centre, half])], { axis: 1 });
}
