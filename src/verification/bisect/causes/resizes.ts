import { resize } from '../../../operators/index.js';
import { type Mistakes, otherAttribute } from './mistake.js';

const FIRST_WITH_MODES = 11;
const COORDINATES = ['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'];
const ROUNDINGS = ['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'];
const INTERPOLATIONS = ['nearest', 'linear', 'cubic'];

/** A resize that finds its sources elsewhere, or weighs them otherwise. */
export const resizes: Mistakes = (node) => {
  if (!node.is('Resize') || node.opset < FIRST_WITH_MODES) return [];
  const { coordinateTransformationMode, nearestMode, mode } = resize.parameters(node);
  const others = (attribute: string, now: string, choices: readonly string[]) =>
    choices
      .filter((choice) => choice !== now)
      .map((choice) => otherAttribute(`resizes by ${choice} in place of ${now}`, attribute, choice));
  return [
    ...others('coordinate_transformation_mode', coordinateTransformationMode, COORDINATES),
    ...(mode === 'nearest' ? others('nearest_mode', nearestMode, ROUNDINGS) : []),
    ...others('mode', mode, INTERPOLATIONS),
  ];
};
