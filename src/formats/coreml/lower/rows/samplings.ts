import { decline } from '../../../../lowering/decline.js';
import { isStatic, type Shape } from '../../../../model/index.js';
import { gridSample } from '../../../../operators/index.js';
import type { Constant, MilValue } from '../../program/program.js';
import { bool, floats, number, text } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, cast, sizeVector, unary } from '../operations.js';
import type { Rows } from './row.js';

/** Images [N, C, H, W] read at positions of a grid [N, H, W, 2], between -1 and 1. */
export const samplings: Rows = {
  /** MIL says nothing of the middle between two elements: the nearest element is the bilinear one at a rounded position. */
  GridSample(node, to) {
    const { mode, paddingMode, alignCorners } = gridSample.parameters(node);
    const x = to.input();
    if (x.type.shape.length !== 4) decline('Core ML samples images, over two axes');
    if (to.kindOf() !== 'float') decline('Core ML samples floats alone');
    if (mode === 'cubic') decline('Core ML has no cubic sampling');
    // Before iOS 16 no operation takes positions in fp16, which is also too coarse for images of more than a few pixels.
    const grid = to.carrier(1, 'fp32');
    // Mirrored about the outermost elements, or about the border behind them.
    const reflection = alignCorners ? 'reflection' : 'symmetric';
    const args = {
      x,
      coordinates: mode === 'nearest' ? rounded(to, grid, x.type.shape, alignCorners) : grid,
      sampling_mode: text('bilinear'),
      padding_mode: text({ zeros: 'constant', border: 'border', reflection }[paddingMode]),
      padding_value: to.number(0),
      coordinates_mode: text(mode === 'nearest' ? 'unnormalized' : 'normalized_minus_one_to_one'),
      align_corners: bool(alignCorners),
    };
    to.output(to.emit('resample', args, to.resultShape()));
  },
};

/** Positions from -1 to 1 as those of the nearest elements of an image [n,C,height,width], ties to even. */
function rounded(to: NodeBuilder, grid: MilValue, shape: Shape, alignCorners: boolean): MilValue {
  const fromZero = binary(to, 'add', grid, number('fp32', 1));
  const scaled = binary(to, 'mul', fromZero, halvesOf(to, shape, alignCorners));
  return unary(to, 'round', alignCorners ? scaled : binary(to, 'sub', scaled, number('fp32', 0.5)));
}

/** Half of what coordinates span, along the width and along the height. */
function halvesOf(to: NodeBuilder, shape: Shape, alignCorners: boolean): Constant | MilValue {
  const [, , height = 1, width = 1] = shape;
  const less = alignCorners ? 1 : 0;
  const plane = [width, height];
  if (isStatic(plane)) {
    return floats(
      'fp32',
      [2],
      Float32Array.from(plane, (size) => (size - less) / 2),
    );
  }
  const sizes = sizeVector(to, plane);
  const measured = cast(to, 'hint' in sizes ? sizes : to.value(sizes), 'fp32');
  return binary(to, 'mul', binary(to, 'sub', measured, number('fp32', less)), number('fp32', 0.5));
}
