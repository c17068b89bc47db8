import type { Tensor } from '../model/index.js';
import { largestMagnitude, ROUNDING } from './rounding.js';

/** What an ONNX NonMaxSuppression was given, and what was selected of it. */
export interface SelectedBoxes {
  /** [images, n, 4] */
  readonly boxes: Tensor;
  /** [images, classes, n] */
  readonly scores: Tensor;
  /** [image, class, box] triples, [k, 3]. */
  readonly selected: Tensor;
  readonly isCentred: boolean;
  /** Of each class of each image. */
  readonly most: number;
  /** So many of the best will do, though there are more. */
  readonly enough: number;
  readonly iouThreshold: number;
  readonly scoreThreshold: number;
}

/**
 * Whether boxes are what the standard's rule selects: the best first, each over the score threshold, none that overlaps a better
 * one by more than the threshold, and no other left out. What rounding in float32 may decide is taken either way.
 * @returns what is wrong, in words; undefined: nothing is
 */
export function faultInSelection(given: SelectedBoxes): string | undefined {
  const [images = 0, classes = 0, count = 0] = given.scores.shape;
  const triples = given.selected.toFloat64();
  const groups = new Map<number, number[]>();
  let last = -1;
  for (let row = 0; row < triples.length; row += 3) {
    const [image = -1, at = -1, box = -1] = triples.subarray(row, row + 3);
    const group = image * classes + at;
    if (!(image >= 0 && image < images && at >= 0 && at < classes && box >= 0 && box < count))
      return `[${image}, ${at}, ${box}] is selected, and there are ${images} images of ${classes} classes of ${count} boxes`;
    if (group < last) return `what is selected of image ${image} and class ${at} stands behind what comes after it`;
    last = group;
    groups.set(group, [...(groups.get(group) ?? []), box]);
  }
  const boxes = given.boxes.toFloat64();
  const scores = given.scores.toFloat64();
  for (let group = 0; group < images * classes; group++) {
    const image = Math.floor(group / classes);
    const fault = new Group(
      boxes.subarray(image * count * 4, (image + 1) * count * 4),
      scores.subarray(group * count, (group + 1) * count),
      given,
    ).faultIn(groups.get(group) ?? []);
    if (fault) return images * classes > 1 ? `${fault}, of image ${image} and class ${group % classes}` : fault;
  }
  return undefined;
}

/** The boxes of one image with their scores for one class. */
class Group {
  readonly #sides: Float64Array;
  readonly #scores: Float64Array;
  readonly #rule: SelectedBoxes;
  /** How far a coordinate, and a score, may be off. */
  readonly #slack: { readonly place: number; readonly score: number };

  constructor(boxes: Float64Array, scores: Float64Array, rule: SelectedBoxes) {
    this.#sides = rule.isCentred ? boxes.map((value, i) => sideOf(boxes, value, i)) : boxes;
    this.#scores = scores;
    this.#rule = rule;
    this.#slack = { place: ROUNDING * largestMagnitude(boxes), score: ROUNDING * largestMagnitude(scores) };
  }

  faultIn(selected: readonly number[]): string | undefined {
    const { most } = this.#rule;
    if (selected.length > most) return `${selected.length} boxes are selected, and ${most} may be`;
    const own = selected.map((box, place) => this.#faultOf(box, selected.slice(0, place))).find((fault) => fault);
    return own ?? this.#missing(selected);
  }

  #faultOf(box: number, before: readonly number[]): string | undefined {
    const { scoreThreshold, iouThreshold } = this.#rule;
    const score = this.#score(box);
    if (before.includes(box)) return `box ${box} is selected twice`;
    if (!(score + this.#slack.score > scoreThreshold))
      return `box ${box} is selected with a score of ${show(score)}, and the threshold is ${show(scoreThreshold)}`;
    const previous = before.at(-1);
    if (previous !== undefined && this.#score(previous) + this.#slack.score < score)
      return `box ${box} stands behind box ${previous}, and its score is higher: ${show(score)}`;
    const other = before.find((each) => this.#overlap(each, box, -1) > iouThreshold);
    if (other === undefined) return undefined;
    return `box ${box} is selected and overlaps box ${other} by ${show(this.#overlap(other, box, 0))}, and the threshold is ${show(iouThreshold)}`;
  }

  /** A box that the rule selects, and that is none of those. */
  #missing(selected: readonly number[]): string | undefined {
    const { scoreThreshold, iouThreshold, most, enough } = this.#rule;
    const taken = new Set(selected);
    const { score: slack } = this.#slack;
    for (const [box, score] of this.#scores.entries()) {
      if (taken.has(box) || !(score - slack > scoreThreshold)) continue;
      const better = selected.filter((each) => this.#score(each) + slack >= score);
      const isLeftOut =
        better.length >= Math.min(most, enough) || better.some((each) => this.#overlap(each, box, 1) > iouThreshold);
      if (!isLeftOut)
        return `box ${box} is not selected, and its score of ${show(score)} is over the threshold and no better box overlaps it by over ${show(iouThreshold)}`;
    }
    return undefined;
  }

  #score(box: number): number {
    return this.#scores[box] ?? Number.NaN;
  }

  /**
   * Intersection over union.
   * @param way 1: the most that it may be, -1: the least, 0: as it is
   */
  #overlap(a: number, b: number, way: -1 | 0 | 1): number {
    const slack = 2 * way * this.#slack.place;
    const [x, y] = [this.#alongAxis(a, b, 0), this.#alongAxis(a, b, 1)];
    const [width, height] = [x.shared + slack, y.shared + slack];
    if (!(width > 0 && height > 0)) return 0;
    const area = (first: number, second: number) => Math.max(0, first - slack) * Math.max(0, second - slack);
    const union = area(x.first, y.first) + area(x.second, y.second) - width * height;
    return union > 0 ? Math.min(1, (width * height) / union) : Math.max(0, way);
  }

  /** How long two boxes are, and what of it they share. */
  #alongAxis(a: number, b: number, axis: 0 | 1) {
    const [[from, to], [start, end]] = [this.#span(a, axis), this.#span(b, axis)];
    return { first: to - from, second: end - start, shared: Math.min(to, end) - Math.max(from, start) };
  }

  #span(box: number, axis: 0 | 1): readonly [number, number] {
    const [one = 0, other = 0] = [this.#sides[4 * box + axis], this.#sides[4 * box + axis + 2]];
    return one <= other ? [one, other] : [other, one];
  }
}

/** A coordinate of the corners, where boxes are centre and size. */
function sideOf(boxes: Float64Array, value: number, index: number): number {
  const isNear = index % 4 < 2;
  const [centre, size] = isNear ? [value, boxes[index + 2] ?? 0] : [boxes[index - 2] ?? 0, value];
  return centre + (isNear ? -size : size) / 2;
}

function show(value: number): string {
  return String(Number(value.toPrecision(4)));
}
