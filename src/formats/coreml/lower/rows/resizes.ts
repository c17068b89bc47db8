import { decline } from '../../../../lowering/decline.js';
import * as resampling from '../../../../lowering/resampling.js';
import { type ResizeParameters, resize, upsample } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import { int, ints, text } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { openResize } from '../open-resize.js';
import { matmul, transpose } from '../operations.js';
import { samplingMode } from '../sampling-mode.js';
import { fixedSizes } from '../types.js';
import type { Rows } from './row.js';

interface ResizedAxis extends resampling.ResizedAxis {
  readonly axis: number;
}

/** Resizing, with which `Upsample` is one since its scales are read alike. */
export const resizes: Rows = {
  Resize: (node, to) => to.output(resized(to, resize.parameters(node))),
  Upsample: (node, to) => to.output(resized(to, upsample.parameters(node))),
};

/** As the operation of Core ML that reads at the same positions, else axis by axis: by index, or by a constant matrix. */
function resized(to: NodeBuilder, parameters: ResizeParameters): MilValue {
  const { scales, mode, antialias } = parameters;
  const x = to.input();
  if (resampling.isCopy(parameters, x.type.shape, to.resultShape())) return x;
  const open = openResize(to, x, parameters);
  if (open) return open;
  const [sizes, results] = [fixedSizes(x), to.resultSizes()];
  const axes = results.flatMap((result, axis): ResizedAxis[] => {
    const size = sizes[axis] ?? 1;
    const scale = scales?.[axis] ?? result / size;
    return scale === 1 && result === size ? [] : [{ axis, size, result, scale }];
  });
  const positions = axes.map(
    (along) => resampling.sourcePositions(along, parameters) ?? decline('Core ML resizes whole images, not regions'),
  );
  if (mode === 'nearest') {
    const indices = axes.map((along, k) => resampling.nearestIndices(along, parameters, positions[k] ?? []));
    return nearest(to, x, axes, indices);
  }
  if (to.kindOf() !== 'float') decline('Core ML interpolates floats alone');
  const isSmoothed = antialias && axes.some(({ scale }) => scale < 1);
  const native = mode === 'linear' && !isSmoothed ? bilinear(to, x, axes, positions) : undefined;
  return (
    native ??
    axes.reduce(
      (made, along, k) =>
        resampled(to, made, along, resampling.interpolationMatrix(along, parameters, positions[k] ?? [])),
      x,
    )
  );
}

function isImage(x: MilValue, axes: readonly ResizedAxis[]): boolean {
  return x.type.shape.length === 4 && axes.every(({ axis }) => axis >= 2);
}

function bilinear(
  to: NodeBuilder,
  x: MilValue,
  axes: readonly ResizedAxis[],
  positions: readonly (readonly number[])[],
): MilValue | undefined {
  if (!isImage(x, axes)) return undefined;
  const [, , height = 1, width = 1] = to.resultSizes();
  // The operation acts on both axes, so it must leave the one alone that stays.
  const staying = [2, 3].filter((axis) => axes.every((changed) => changed.axis !== axis));
  const still = staying.map((axis): ResizedAxis => {
    const size = fixedSizes(x)[axis] ?? 1;
    return { axis, size, result: size, scale: 1 };
  });
  const places = still.map(({ size }) => Array.from({ length: size }, (_, i) => i));
  const mode = samplingMode([...axes, ...still], [...positions, ...places]);
  if (!mode) return undefined;
  const args = { x, target_size_height: int(height), target_size_width: int(width), sampling_mode: text(mode) };
  return to.emit('resize_bilinear', args, to.resultSizes());
}

/** Whole factors are Core ML's own; what its other nearest resize takes for factors that are not, only Apple's runtime shows. */
function nearest(
  to: NodeBuilder,
  x: MilValue,
  axes: readonly ResizedAxis[],
  indices: readonly (readonly number[])[],
): MilValue {
  const isRepeated = axes.every(
    ({ size, result }, k) =>
      result % size === 0 && indices[k]?.every((index, i) => index === Math.floor((i * size) / result)),
  );
  if (isRepeated && isImage(x, axes) && to.kindOf() === 'float') {
    const factor = (axis: number) => int(Math.max(1, (to.resultSizes()[axis] ?? 1) / (fixedSizes(x)[axis] ?? 1)));
    const args = { x, scale_factor_height: factor(2), scale_factor_width: factor(3) };
    return to.emit('upsample_nearest_neighbor', args, to.resultSizes());
  }
  return axes.reduce((made, { axis, result }, k) => {
    const shape = made.type.shape.map((size, i) => (i === axis ? result : size));
    return to.emit('gather', { x: made, indices: ints(indices[k] ?? []), axis: int(axis) }, shape);
  }, x);
}

/** One axis of x times a matrix [result, size]; the axis is moved to the last two and back. */
function resampled(to: NodeBuilder, x: MilValue, { axis, size, result }: ResizedAxis, matrix: Float32Array): MilValue {
  const rank = x.type.shape.length;
  if (rank < 2) decline('Core ML interpolates images, not vectors');
  if (axis === rank - 2) {
    const left = to.value(to.floats([...new Array<number>(rank - 2).fill(1), result, size], matrix));
    return matmul(to, left, x);
  }
  const right = to.floats([...new Array<number>(rank - 2).fill(1), result, size], matrix);
  if (axis === rank - 1) return matmul(to, x, right, true);
  const perm = [...x.type.shape.map((_, i) => i).filter((i) => i !== axis), axis];
  const back = perm.map((_, i) => perm.indexOf(i));
  return transpose(to, matmul(to, transpose(to, x, perm), right, true), back);
}
