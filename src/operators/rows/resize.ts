import type { Node } from '../../model/index.js';
import { type Facts, operator } from '../operator.js';
import { normalizeAxes } from '../shape/axes.js';
import { constantOf } from '../shape/constants.js';
import { type ResizeMode, resizeModes } from '../shape/resize-modes.js';
import { type Resized, resizedByScales, resizedBySizes } from '../shape/resize-sizes.js';
import { unknownSizes } from '../shape/unknown.js';

export interface ResizeParameters extends ResizeMode, Partial<Resized> {
  /**
   * What the node gives; `scales` and `sizes` are there for both, one entry per axis of X, or undefined where the operand
   * is computed. Given scales are what positions are computed from, even where `size * scale` is not whole.
   */
  readonly givenBy: 'scales' | 'sizes';
  /** Axes that may change, counted from the front; undefined where the rank of X is not known. */
  readonly axes: readonly number[] | undefined;
  readonly keepAspectRatioPolicy: string;
  /** Begins and then ends of the region for tf_crop_and_resize, per axis of X; undefined: absent or computed. */
  readonly roi: readonly number[] | undefined;
}

/** Where the operands stand, which Resize 11 moved. Upsample 7 has its scales in an attribute. */
function operandsOf(node: Node): { roi?: number; scales?: number; sizes?: number } {
  if (node.operator === 'Upsample') return node.opset < 9 ? {} : { scales: 1 };
  return node.opset < 11 ? { scales: 1 } : { roi: 1, scales: 2, sizes: 3 };
}

function resizeParameters(node: Node): ResizeParameters {
  const at = operandsOf(node);
  // An operand of no elements is as good as absent; Resize 11 had no other way to leave the scales out.
  const isGiven = (index: number | undefined) =>
    index !== undefined && node.hasInput(index) && node.inputs[index]?.shape?.[0] !== 0;
  const bySizes = isGiven(at.sizes);
  const byScales = at.scales === undefined || isGiven(at.scales);
  if (bySizes && byScales) throw node.invalid('has both scales and sizes');
  if (!bySizes && !byScales) throw node.invalid('has neither scales nor sizes');
  const shape = node.inputs[0]?.shape;
  const given = node.ints('axes', undefined);
  const axes = shape && (given ? normalizeAxes(node, given, shape.length) : [...shape.keys()]);
  const keepAspectRatioPolicy = node.string('keep_aspect_ratio_policy', 'stretch');
  let resized: Resized | undefined;
  if (bySizes) {
    const wanted = at.sizes === undefined ? undefined : node.inputs[at.sizes]?.elements;
    resized = shape && axes && wanted && resizedBySizes(node, shape, wanted, axes, keepAspectRatioPolicy);
  } else {
    const factors =
      at.scales === undefined ? node.floats('scales', []) : constantOf(node.inputs[at.scales])?.toFloat64();
    resized = shape && axes && factors && resizedByScales(node, shape, factors, axes);
  }
  return {
    ...resizeModes(node, resized?.scales),
    ...resized,
    givenBy: bySizes ? 'sizes' : 'scales',
    axes,
    keepAspectRatioPolicy,
    roi: at.roi === undefined ? undefined : fullRoi(constantOf(node.inputs[at.roi])?.toFloat64(), axes, shape?.length),
  };
}

function fullRoi(roi: ArrayLike<number> | undefined, axes: readonly number[] | undefined, rank: number | undefined) {
  if (!axes || !rank || roi?.length !== 2 * axes.length) return undefined;
  const full = Array.from({ length: 2 * rank }, (_, i): number => (i < rank ? 0 : 1));
  axes.forEach((axis, i) => {
    full[axis] = roi[i] ?? 0;
    full[axis + rank] = roi[i + axes.length] ?? 1;
  });
  return full;
}

function resizeFacts(node: Node, { sizes }: ResizeParameters): readonly Facts[] {
  const [input] = node.inputs;
  const rank = input?.rank;
  return [{ dtype: input?.dtype, shape: sizes ?? (rank === undefined ? undefined : unknownSizes(node, rank)) }];
}

function isResizeByOne(_node: Node, { scales, coordinateTransformationMode }: ResizeParameters): boolean {
  const mayMove = ['tf_crop_and_resize', 'tf_half_pixel_for_nn'].includes(coordinateTransformationMode);
  return !mayMove && (scales?.every((scale) => scale === 1) ?? false);
}

/** X with other sizes, by nearest, linear or cubic interpolation. */
export const resize = operator('Resize', {
  traits: ['spatial'],
  parameters: resizeParameters,
  isCopy: isResizeByOne,
  infer: resizeFacts,
});

/** What Resize was called before opset 10. */
export const upsample = operator('Upsample', {
  traits: ['spatial'],
  parameters: resizeParameters,
  infer: resizeFacts,
});
