import { decline } from '../../../lowering/decline.js';
import { type Graph, type Node, sizeOf, type Value } from '../../../model/index.js';
import { boxesApart } from '../../../operators/boxes-apart.js';
import { argMax, clip, gather, nonMaxSuppression, reduceMax, slice } from '../../../operators/index.js';
import type { DetectedColumn } from '../../metadata.js';
import { type Column, columnsBehind, RESHAPES, sameColumns, Tables } from './columns.js';

/** A detector whose suppression Core ML's own model can do. Values are those of the graph. */
export interface Detections extends Confidence {
  readonly node: Node;
  /** [n, 4], with axes of one element. */
  readonly boxes: Value;
  readonly perClass: boolean;
  /** Boxes are [x centre, y centre, width, height]; else two opposite corners. */
  readonly isCentred: boolean;
  /** Whether boxes are shares of the image; else pixels. */
  readonly isRelative: boolean;
  /** At most so many of the selected boxes are taken, from the first on. */
  readonly most: number;
  /** The number of the first class. */
  readonly firstLabel: number;
  /** What the graph's outputs are, by name: one thing, or columns of several. */
  readonly outputs: ReadonlyMap<string, DetectedColumn | readonly DetectedColumn[]>;
}

/** Where the score of every class is. */
interface Confidence {
  /** [m, classes], of which `rows` are taken where that is set; or [n], of the one class that there is. */
  readonly confidence: Value;
  readonly rows: Value | undefined;
  readonly classes: number;
  /** Whether it is [classes, m]. */
  readonly isTransposed: boolean;
}

const NO_PLACE =
  "Core ML's suppression gives coordinates, scores and classes, as they were before it; --nms padded gives all outputs";

/** What the outputs of a graph hold. */
interface Found {
  readonly boxes: readonly Column[] | undefined;
  readonly label: Column | undefined;
  readonly most: number;
  readonly outputs: ReadonlyMap<string, DetectedColumn | readonly DetectedColumn[]>;
}

/**
 * Reads a graph as a detector: one NonMaxSuppression of one image and one class, whose selection picks boxes [n, 4], their
 * scores [n] and, where there are several, their classes [n], alone or as columns of one output; the score of a box is the largest
 * of its classes, and the class the one that has it. Boxes that were moved apart by their class before are suppressed by class.
 * @throws Declined for any other form, with the reason
 */
export function detectionsOf(graph: Graph): Detections {
  const nodes = graph.nodesOf('NonMaxSuppression');
  const [node] = nodes;
  if (!node || nodes.length > 1) return decline(`there are ${nodes.length} of them, and the pipeline has one`);
  const [images, classes, count] = node.input(1).shape ?? [];
  if (images !== 1 || typeof count !== 'number')
    return decline("it is of several images, or of an open number, and Core ML's is of one");
  if (classes !== 1) decline("it selects for each class by itself, and Core ML's for the best class of each box");
  const { centerPointBox, maxOutputBoxesPerClass: limit } = nonMaxSuppression.parameters(node);
  if (limit === undefined || limit <= 0) return decline('how many boxes it selects at most is not known, or 0');
  const tables = new Tables(count);
  const [given = [], [score] = []] = [tables.columnsOf(node.input(0)), tables.columnsOf(node.input(1))];
  if (!score) return decline('it is given no table of scores');
  const found = readOutputs(graph, node, tables, score);
  const { label } = found;
  const plain = found.boxes ? tables.valueOf(found.boxes) : node.input(0);
  if (!plain) return decline('its boxes are no value by themselves');
  const perClass = found.boxes !== undefined && !sameColumns(found.boxes, given);
  const step = perClass && label ? stepApart(node.input(0), found.boxes, label, tables) : undefined;
  if (perClass && !step) decline('it selects among other boxes than it gives');
  if (perClass && centerPointBox) decline('what moves its boxes apart by class makes them larger as well');
  if (!found.boxes && boxesApart(node.input(0)))
    decline('it gives no boxes, and those that it selects among were moved apart by class');
  const isRelative = isShare(plain);
  if (step && !isWide(step, isRelative, graph))
    decline('it moves boxes of unlike classes apart by less than the image, so that they may overlap');
  const one = { confidence: node.input(1), rows: undefined, classes: 1, isTransposed: false };
  return {
    node,
    boxes: plain,
    ...(label ? bestOf(score, label) : one),
    perClass,
    isCentred: centerPointBox,
    isRelative,
    most: Math.min(found.most, limit, count),
    firstLabel: label?.plus ?? 0,
    outputs: found.outputs,
  };
}

function readOutputs(graph: Graph, node: Node, tables: Tables, score: Column): Found {
  let [boxes, label]: [(readonly Column[])?, Column?] = [];
  const numbers = new Set<number>();
  const picked = (value: Value): readonly Column[] | undefined => {
    const pick = pickedBy(value, node);
    if (!pick) return columnsBehind(value, picked);
    numbers.add(pick.most);
    return tables.columnsOf(pick.of);
  };
  const outputs = graph.outputs.map((output) => {
    const columns =
      picked(output) ?? decline(`the output ${output.name} is not picked by what it selects: ${NO_PLACE}`);
    const kinds: DetectedColumn[] = [];
    for (let at = 0; at < columns.length; ) {
      const column = columns[at];
      if (!column) break;
      const isInteger = column.of.dtype?.startsWith('int') ?? false;
      const kind = sameColumns([column], [score]) ? 'scores' : isInteger ? 'labels' : 'boxes';
      const width = kind === 'boxes' ? 4 : 1;
      const taken = columns.slice(at, at + width);
      if (kind === 'labels') label ??= column;
      if (kind === 'boxes') boxes ??= taken;
      const expected = { scores: [score], labels: label ? [label] : [], boxes: boxes ?? [] }[kind];
      if (taken.length < width || !sameColumns(taken, expected))
        decline(`the output ${output.name} holds something else of each box: ${NO_PLACE}`);
      kinds.push(kind);
      at += width;
    }
    const [first, ...more] = kinds;
    const isAlone = first !== undefined && more.length === 0 && output.rank === (first === 'boxes' ? 2 : 1);
    if (!isAlone && output.rank !== 2) decline(`the output ${output.name} has another rank than its boxes`);
    return [output.name, isAlone ? first : kinds] as const;
  });
  const [most = Number.POSITIVE_INFINITY, ...others] = numbers;
  if (others.length > 0) decline('its outputs take unlike numbers of the boxes that it selects');
  return { boxes, label, most, outputs: new Map(outputs) };
}

/** What an output picks from by the boxes' numbers, and the most boxes that are taken of what was selected. */
function pickedBy({ producer }: Value, selection: Node): { readonly of: Value; readonly most: number } | undefined {
  if (!producer?.is('Gather', 'GatherND')) return undefined;
  const [of, indices] = [producer.input(0), producer.input(1)];
  if (producer.is('Gather') && of.shape?.slice(0, gather.parameters(producer).axis).some((size) => size !== 1))
    return undefined;
  const most = boxNumbers(indices, selection, producer.is('GatherND') ? ['0,1,2', '0,2', '1,2', '2'] : ['2']);
  return most === undefined ? undefined : { of, most };
}

/**
 * The most boxes that there can be where a value is columns of the selected triples, or the first rows of those.
 * @param columns which may be taken: the image and the class are the only ones that there are
 */
function boxNumbers(value: Value, selection: Node, columns: readonly string[]): number | undefined {
  let most = Number.POSITIVE_INFINITY;
  for (let found = value; ; ) {
    const { producer } = found;
    if (!producer) return undefined;
    if (producer === selection) return columns.includes('0,1,2') ? most : undefined;
    const isOfTriples = producer.inputs[0]?.producer === selection;
    if (producer.is('Slice')) {
      const { starts, ends, axes, steps } = slice.parameters(producer);
      if (starts?.length !== 1 || ends?.length !== 1 || steps?.[0] !== 1) return undefined;
      if (axes?.[0] === 1) return isOfTriples && starts[0] === 2 && (ends[0] ?? 0) > 2 ? most : undefined;
      if (axes?.[0] !== 0 || starts[0] !== 0 || !(ends[0] && ends[0] > 0)) return undefined;
      most = Math.min(most, ends[0]);
    } else if (producer.is('Gather') && isOfTriples) {
      const isColumn = gather.parameters(producer).axis === 1;
      return isColumn && columns.includes(producer.input(1).constant?.toFloat64().join() ?? '') ? most : undefined;
    } else if (!producer.is(...RESHAPES)) return undefined;
    found = producer.input(0);
  }
}

/** What a class is multiplied by where boxes are others with that multiple of their class added to every coordinate. */
function stepApart(moved: Value, boxes: readonly Column[], label: Column, tables: Tables): Value | undefined {
  const sum = reshapedFrom(moved).producer;
  if (!sum?.is('Add')) return undefined;
  const [a, b] = [sum.input(0), sum.input(1)];
  const isBoxes = (value: Value) => sameColumns(tables.columnsOf(value) ?? [], boxes);
  const offset = isBoxes(a) ? b : isBoxes(b) ? a : undefined;
  const product = offset && reshapedFrom(offset).producer;
  if (!product?.is('Mul')) return undefined;
  const [x, y] = [product.input(0), product.input(1)];
  const isOfClass = (value: Value) => {
    const [column, ...more] = tables.columnsOf(value) ?? [];
    return more.length === 0 && column?.of === label.of && column.at === label.at;
  };
  const step = isOfClass(x) ? y : isOfClass(y) ? x : undefined;
  return step?.shape?.every((size) => size === 1) ? step : undefined;
}

/** Whether a step between classes is as wide as the image; one that is computed is that of the largest coordinate. */
function isWide({ constant }: Value, isRelative: boolean, graph: Graph): boolean {
  if (!constant) return true;
  const [step = 0] = constant.toFloat64();
  const sizes = graph.inputs.flatMap(({ shape }) => (shape?.length === 4 ? shape.slice(2) : []));
  return Math.abs(step) >= (isRelative ? 1 : Math.max(...sizes.map(Number)));
}

function reshapedFrom(value: Value): Value {
  let found = value;
  while (found.producer?.is(...RESHAPES)) found = found.producer.input(0);
  return found;
}

/** The confidences of all classes, of which the score is the largest and the class says which. */
function bestOf(score: Column, label: Column): Confidence {
  const refuse = () => decline('its scores and classes are not the largest of a table of scores and where that stands');
  const { best, which, rows } = topOf(score, label) ?? refuse();
  const [max, arg] = [best.producer, which.producer];
  if (!max?.is('ReduceMax') || !arg?.is('ArgMax') || max.input(0) !== arg.input(0)) return refuse();
  const confidence = max.input(0);
  const [axis, ...more] = reduceMax.parameters(max).axes ?? [];
  const { shape = [] } = confidence;
  const classes = axis === undefined ? undefined : shape[axis];
  if (axis === undefined || more.length > 0 || typeof classes !== 'number' || argMax.parameters(arg).axis !== axis)
    return refuse();
  const isTransposed = axis === shape.length - 2;
  if ((axis !== shape.length - 1 && !isTransposed) || shape.slice(0, -2).some((size) => size !== 1)) return refuse();
  return { confidence, rows, classes, isTransposed };
}

/** What score and class were before the best of them were taken, with the rows that were. */
function topOf(score: Column, label: Column) {
  const { producer } = score.of;
  if (!producer?.is('TopK')) return { best: score.of, which: label.of, rows: undefined };
  const rows = producer.output(1);
  const pick = label.of.producer;
  const count = sizeOf(producer.input(0).shape?.map(Number) ?? [Number.NaN]);
  if (!pick?.is('Gather', 'GatherND') || reshapedFrom(pick.input(1)) !== rows || !Number.isInteger(count)) return;
  const tables = new Tables(count);
  const [[best], [which]] = [tables.columnsOf(producer.input(0)) ?? [], tables.columnsOf(pick.input(0)) ?? []];
  return best && which && { best: best.of, which: which.of, rows };
}

/** Whether numbers are from 0 to 1 because the graph says so. */
function isShare(value: Value): boolean {
  let { producer } = value;
  while (producer?.is('Gather', 'GatherND', ...RESHAPES)) producer = producer.input(0).producer;
  if (producer?.is('Sigmoid')) return true;
  if (!producer?.is('Clip')) return false;
  const { min, max } = clip.parameters(producer);
  return min === 0 && max === 1;
}
