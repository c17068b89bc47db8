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
  const named = (name: string | undefined): Value =>
    graph.outputs.find((value) => value.name === name) ?? notGiven(name);
  const [table, boxes] = [
    named(suppression.confidenceInputFeatureName),
    named(suppression.coordinatesInputFeatureName),
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
  const best = to.node('ReduceMax', [table, to.ints([1])], { keepdims: 1 });
  const label = to.node('ArgMax', [table], { axis: 1, keepdims: 0 });
  const kept = keptBoxes(to, suppression, { boxes, best, label, most: mostOf(whole) });
  const pick = (from: Value, name: string) => {
    const value = to.node('Gather', [from, kept], { axis: 0 });
    value.name = name;
    return value;
  };
  const [confidence, coordinates] = [pick(table, outputs[0] ?? ''), pick(boxes, outputs[1] ?? '')];
  graph.setOutputs([confidence, coordinates]);
  const { detections } = readMetadata(model.metadata, damaged);
  const names = detections ? addSourceOutputs(to, detections, { coordinates, best, label, kept }) : [];
  inferTypes(graph);
  return [...outputs, ...names];
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
  readonly best: Value;
  readonly label: Value;
  readonly most: number;
}

/** Numbers of the boxes that are left. By class, those of each are moved to where none of another is. */
function keptBoxes(
  to: OnnxBuilder,
  suppression: Message<'NonMaximumSuppression'>,
  { boxes, best, label, most }: Candidates,
): Value {
  const apart = suppression.pickTop?.perClass ? movedApart(to, boxes, label) : boxes;
  const scores = to.node('Transpose', [best], { perm: [1, 0] });
  const selected = to.node(
    'NonMaxSuppression',
    [
      to.node('Unsqueeze', [apart, to.ints([0])]),
      to.node('Unsqueeze', [scores, to.ints([0])]),
      to.ints([most]),
      to.number(suppression.iouThreshold ?? 0),
      to.number(nextBelow(Math.fround(suppression.confidenceThreshold ?? 0))),
    ],
    { center_point_box: 1 },
  );
  return to.node('Gather', [selected, to.graph.addConstant(Tensor.from('int64', [], [2]))], { axis: 1 });
}

function movedApart(to: OnnxBuilder, boxes: Value, label: Value): Value {
  const widest = to.node('ReduceMax', [to.node('Abs', [boxes])], { keepdims: 1 });
  const step = to.node('Add', [to.node('Mul', [widest, to.number(4)]), to.number(1)]);
  const offset = to.node('Mul', [to.node('Unsqueeze', [to.cast(label, 'fp32'), to.ints([1])]), step]);
  const position = to.graph.addConstant(Tensor.from('float32', [1, 4], [1, 1, 0, 0]));
  return to.node('Add', [boxes, to.node('Mul', [offset, position])]);
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
