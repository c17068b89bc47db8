import type { Node } from '../../model/index.js';

const MODES = ['nearest', 'linear', 'cubic'] as const;
const COORDINATES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] as const;
const NEAREST = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

/** How a resized element finds and weighs its sources. */
export interface ResizeMode {
  readonly mode: (typeof MODES)[number];
  readonly coordinateTransformationMode: (typeof COORDINATES)[number];
  /** Before Resize 11 engines round down on an axis that grows and up on one that shrinks; `mixed`: there are both. */
  readonly nearestMode: (typeof NEAREST)[number] | 'mixed';
  readonly cubicCoeffA: number;
  readonly excludeOutside: boolean;
  readonly extrapolationValue: number;
  readonly antialias: boolean;
}

function choice<T extends string>(node: Node, name: string, choices: readonly T[], absent: T): T {
  const given = node.string(name, absent);
  const found = choices.find((known) => known === given);
  if (!found) throw node.invalid(`${name} ${JSON.stringify(given.slice(0, 40))} is none of ${choices.join(', ')}`);
  return found;
}

/**
 * @param scales where they are known, for versions that had no `nearest_mode`
 * @throws InputError where the standard has no such mode
 */
export function resizeModes(node: Node, scales: readonly (number | undefined)[] | undefined): ResizeMode {
  const hasModes = node.operator === 'Resize' && node.opset >= 11;
  return {
    mode: choice(node, 'mode', MODES, 'nearest'),
    coordinateTransformationMode: hasModes
      ? choice(node, 'coordinate_transformation_mode', COORDINATES, 'half_pixel')
      : 'asymmetric',
    nearestMode: hasModes ? choice(node, 'nearest_mode', NEAREST, 'round_prefer_floor') : oldNearestMode(scales),
    cubicCoeffA: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) !== 0,
    extrapolationValue: node.float('extrapolation_value', 0),
    antialias: node.int('antialias', 0) !== 0,
  };
}

function oldNearestMode(scales: readonly (number | undefined)[] | undefined): ResizeMode['nearestMode'] {
  const shrinks = scales?.some((scale) => scale !== undefined && scale < 1);
  if (!shrinks) return 'floor';
  return scales?.some((scale) => scale !== undefined && scale > 1) ? 'mixed' : 'ceil';
}
