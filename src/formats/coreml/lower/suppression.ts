import { decline } from '../../../lowering/decline.js';
import type { Refusals } from '../../../lowering/refusals.js';
import { type Graph, InputError, sameShape, sizeOf } from '../../../model/index.js';
import { nonMaxSuppression } from '../../../operators/index.js';
import type { DetectionsOfOutputs } from '../../metadata.js';
import { DETECTOR_FEATURES, type MilValue, type Suppression } from '../program/program.js';
import { expectNamesOnce } from './classifier.js';
import { int } from './constants.js';
import { type Detections, detectionsOf } from './detections.js';
import type { Building } from './features.js';
import { NodeBuilder } from './node-builder.js';
import { binary, concat, reshape, sliceAxis, transpose } from './operations.js';
import { fixedSizes } from './types.js';

/** What stands behind the program, and what the program gives it. */
export interface Suppressed {
  readonly suppression: Suppression;
  readonly outputs: readonly MilValue[];
  readonly detections: DetectionsOfOutputs;
  readonly notes: readonly string[];
}

/** Takes a detector's suppression, and what follows from it, out of its graph. @returns undefined where a node was refused */
export function takeDetections(graph: Graph, refusals: Refusals): Detections | undefined {
  const [node] = graph.nodesOf('NonMaxSuppression');
  let found: Detections | undefined;
  if (!node) return undefined;
  refusals.node(node, () => {
    found = detectionsOf(graph);
  });
  if (!found) return undefined;
  graph.setOutputs([found.boxes, found.confidence, ...(found.rows ? [found.rows] : [])]);
  for (const each of [...graph.sorted()].reverse())
    if (each.outputs.every((value) => !value || value.isDead)) graph.remove(each);
  return found;
}

/**
 * Confidences [n, classes] and coordinates [n, 4] as shares of the image, and what Core ML's model is told.
 * @throws InputError where there are more or fewer labels than classes, or names repeat
 */
export function suppress(
  found: Detections,
  graph: Graph,
  labels: readonly string[] | undefined,
  { builder, values, names, refusals, bounds }: Building,
): Suppressed | undefined {
  const { node, classes, perClass, most } = found;
  let made: Suppressed | undefined;
  refusals.node(node, () => {
    const { iouThreshold, scoreThreshold } = nonMaxSuppression.parameters(node);
    if (iouThreshold === undefined || scoreThreshold === undefined) return decline('its thresholds are computed');
    if (scoreThreshold < 0 && Number.isFinite(scoreThreshold))
      decline("its score threshold is below 0, and Core ML's is not");
    const to = new NodeBuilder(node, 'fp32', values, builder, bounds);
    const given = values.get(found.boxes, 'fp32');
    const count = sizeOf(fixedSizes(given)) / 4;
    const boxes = shaped(to, given, [count, 4]);
    const table = values.get(found.confidence, 'fp32');
    const rows = sizeOf(fixedSizes(table)) / classes;
    const whole = found.isTransposed
      ? transpose(to, shaped(to, table, [classes, rows]), [1, 0])
      : shaped(to, table, [rows, classes]);
    const confidence = found.rows
      ? to.emit('gather', { x: whole, indices: shaped(to, values.get(found.rows, 'fp32'), [count]), axis: int(0) }, [
          count,
          classes,
        ])
      : to.emit('identity', { x: whole }, [count, classes]);
    const { order, size } = measureOf(found, graph);
    const coordinates = shares(to, boxes, { ...found, order, size });
    confidence.name = names.fresh(DETECTOR_FEATURES.rawConfidence);
    coordinates.name = names.fresh(DETECTOR_FEATURES.rawCoordinates);
    made = {
      outputs: [confidence, coordinates],
      suppression: {
        classes,
        boxes: count,
        perClass,
        iouThreshold,
        confidenceThreshold: Number.isFinite(scoreThreshold) ? nextAbove(scoreThreshold) : 0,
        most: Math.min(most, count),
        labels,
      },
      detections: detectionsOfOutputs(found, order, size),
      notes: [noteOf(found, size, order)],
    };
  });
  if (labels) expectNamesOnce(labels);
  if (made && labels && labels.length !== classes) {
    throw new InputError({
      what: `the detector has ${classes} classes, and there are ${labels.length} labels`,
      todo: 'give the file of labels that belongs to this network',
    });
  }
  return made;
}

/** Which coordinate of a corner comes first, and how wide and high the image is in the boxes' units. */
interface Measure {
  readonly order: 'xy' | 'yx';
  readonly size: readonly [width: number, height: number];
}

/** ONNX's own boxes have y first; PyTorch's, whose suppression is exported as the same node, x. */
function measureOf({ isRelative, isCentred }: Detections, graph: Graph): Measure {
  const [image] = graph.inputs.filter(({ rank }) => rank === 4);
  const [height, width] = image?.shape?.slice(2) ?? [];
  if (typeof height !== 'number' || typeof width !== 'number')
    return decline('no input is an image, of which boxes could be shares');
  const order = isCentred || graph.model.provenance.producerName === 'pytorch' ? 'xy' : 'yx';
  return { order, size: isRelative ? [1, 1] : [width, height] };
}

function shares(to: NodeBuilder, boxes: MilValue, { isCentred, order, size }: Detections & Measure): MilValue {
  const scale = order === 'xy' ? size : [...size].reverse();
  const relative = scale.every((each) => each === 1)
    ? boxes
    : binary(
        to,
        'mul',
        boxes,
        to.floats(
          [1, 4],
          [...scale, ...scale].map((each) => 1 / each),
        ),
      );
  if (isCentred) return relative === boxes ? to.emit('identity', { x: boxes }, boxes.type.shape) : relative;
  const [near, far] = [sliceAxis(to, relative, 1, 0, 2), sliceAxis(to, relative, 1, 2, 2)];
  const centre = binary(to, 'mul', binary(to, 'add', near, far), to.number(0.5));
  const extent = binary(to, 'sub', far, near);
  if (order === 'xy') return concat(to, [centre, extent], 1);
  const columns = [centre, extent].flatMap((pair) => [sliceAxis(to, pair, 1, 1, 1), sliceAxis(to, pair, 1, 0, 1)]);
  return concat(to, columns, 1);
}

/** The next float32: ONNX drops a score at its threshold, and Core ML keeps it. */
function nextAbove(value: number): number {
  // The smallest normal number: what is less is 0 on many devices.
  if (value === 0) return 2 ** -126;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  view.setInt32(0, view.getInt32(0) + 1);
  return view.getFloat32(0);
}

function detectionsOfOutputs(
  { node, outputs, firstLabel, isCentred }: Detections,
  order: 'xy' | 'yx',
  size: readonly [number, number],
): DetectionsOfOutputs {
  const selected = node.output().name;
  return { outputs, firstLabel, form: isCentred ? 'centre' : order, size, selected };
}

function shaped(to: NodeBuilder, x: MilValue, shape: readonly number[]): MilValue {
  return sameShape(x.type.shape, shape) ? x : reshape(to, x, shape);
}

function noteOf(
  { perClass, isRelative, isCentred }: Detections,
  [width, height]: readonly number[],
  order: string,
): string {
  const how = isCentred ? 'centre and size' : order === 'xy' ? 'corners [x1, y1, x2, y2]' : 'corners [y1, x1, y2, x2]';
  const unit = isRelative
    ? 'shares of the image'
    : `pixels of ${width}x${height}, since nothing in the graph bounds them by 1`;
  const by = perClass ? 'of the same class' : 'of any class';
  return `the graph's suppression became Core ML's own, among boxes ${by}, and what follows from it was cut: confidence and coordinates stand in the place of the graph's outputs; its boxes are taken as ${how} in ${unit}`;
}
