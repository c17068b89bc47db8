import { isStatic, type Value } from '../../../../model/index.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { ReadRows } from './row.js';

const MODES: ReadonlyMap<string, string> = new Map([
  ['bilinear', 'linear'],
  ['nearest', 'nearest'],
]);

/** What ONNX calls the padding, and how its coordinates have to be for that: it mirrors about elements where corners are aligned. */
const PADDINGS: ReadonlyMap<string, { readonly mode: string; readonly aligns?: boolean }> = new Map([
  ['constant', { mode: 'zeros' }],
  ['border', { mode: 'border' }],
  ['reflection', { mode: 'reflection', aligns: true }],
  ['symmetric', { mode: 'reflection', aligns: false }],
]);

/** A coordinate times a factor, and something added. */
type Line = readonly [factor: number, added: number];

/** The element at which a coordinate lies, along an axis of so many elements. */
const POSITIONS: ReadonlyMap<string, (size: number, aligns: boolean) => Line> = new Map([
  ['unnormalized', (): Line => [1, 0]],
  ['normalized_zero_to_one', (size: number, aligns: boolean): Line => (aligns ? [size - 1, 0] : [size, -0.5])],
  [
    'normalized_minus_one_to_one',
    (size: number, aligns: boolean): Line => {
      const last = size - 1;
      return [(aligns ? last : size) / 2, last / 2];
    },
  ],
]);

/** `resample` of [N, C, H, W] at a grid of positions [N, H, W, 2], in any of the three kinds of coordinates. */
export const samplings: ReadRows = {
  resample(operation, to) {
    const x = operation.tensor();
    const coordinates = operation.other('coordinates', 'fp32');
    const [batch, , height = 1, width = 1] = operation.typeOf().shape;
    const [ofBatch, , , axes, ...more] = operation.typeOf('coordinates').shape;
    const isOfOthers = typeof ofBatch === 'number' && typeof batch === 'number' && ofBatch !== batch;
    if (isOfOthers || axes !== 2 || more.length > 0) throw operation.invalid('coordinates do not fit x');
    const mode = MODES.get(operation.text('sampling_mode'));
    const padding = PADDINGS.get(operation.text('padding_mode'));
    const positions = POSITIONS.get(operation.text('coordinates_mode'));
    const aligns = operation.bool('align_corners');
    if (!mode || !padding || !positions) throw operation.invalid('it samples in no known mode');
    if (operation.float('padding_value') !== 0) throw operation.invalid('padding_value is not 0');
    const alignsCorners = padding.aligns ?? aligns;
    const coordinatesMode = operation.text('coordinates_mode');
    const isAffine = coordinatesMode !== 'normalized_minus_one_to_one' || alignsCorners !== aligns;
    const isMeasured = isAffine && coordinatesMode === 'unnormalized' && !isStatic([height, width]);
    const gridOf = () => {
      if (!isAffine) return coordinates;
      if (isMeasured) return measured(to, x, coordinates, alignsCorners);
      const [, , rows = 1, columns = 1] = operation.shapeOf();
      const lines = [columns, rows].map((size) => lineTo(alignsCorners, size, positions(size, aligns)));
      return moved(to, coordinates, lines);
    };
    const grid = gridOf();
    const attributes = { mode, padding_mode: padding.mode, align_corners: Number(alignsCorners) };
    return to.node('GridSample', [x, grid], attributes);
  },
};

/** A coordinate of ONNX, from -1 to 1, where the line gives the element. */
function lineTo(alignsCorners: boolean, size: number, [factor, added]: Line): Line {
  const last = alignsCorners ? size - 1 : size;
  // Where corners are aligned, one element is everywhere.
  return last === 0 ? [0, 0] : [(2 * factor) / last, (2 * added - size + 1) / last];
}

/** Places of elements as coordinates from -1 to 1, in an image whose size is known only when it runs. */
function measured(to: OnnxBuilder, x: Value, places: Value, alignsCorners: boolean): Value {
  const scalar = (value: number) => to.floats([], Float32Array.of(value));
  const plane = to.node('Gather', [to.node('Shape', [x]), to.ints([3, 2])]);
  const sizes = to.cast(plane, 'fp32');
  const last = to.node('Sub', [sizes, scalar(1)]);
  // Where corners are aligned, one element is everywhere.
  const spans = alignsCorners ? to.node('Max', [last, scalar(1)]) : sizes;
  const doubled = to.node('Mul', [places, scalar(2)]);
  return to.node('Div', [to.node('Sub', [doubled, last]), spans]);
}

function moved(to: OnnxBuilder, coordinates: Value, lines: readonly Line[]): Value {
  const [factors, added] = [0, 1].map((at) =>
    to.floats(
      [2],
      Float32Array.from(lines, (line) => line[at] ?? 0),
    ),
  );
  return to.node('Add', [to.node('Mul', [coordinates, factors]), added]);
}
