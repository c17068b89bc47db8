import { decline } from '../../../../lowering/decline.js';
import type { DataType } from '../../../../model/index.js';
import { dequantizeLinear, quantizeLinear } from '../../../../operators/index.js';
import type { MilValue } from '../../program/program.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, cast, reshape, unary } from '../operations.js';
import type { Rows } from './row.js';

/** Numbers that integers of a type can be. */
const RANGES: ReadonlyMap<DataType | undefined, readonly [least: number, most: number]> = new Map([
  ['uint8', [0, 255]],
  ['int8', [-128, 127]],
  ['uint16', [0, 65535]],
  ['int16', [-32768, 32767]],
]);

/**
 * Integers that stand for floats, and back, by the formulas of ONNX. MIL's own `quantize` and `dequantize` need iOS 17 and
 * hold 8 bits; these run from iOS 15 on. Computed in fp32, see `quantizes`.
 */
export const quantizations: Rows = {
  /** MIL rounds ties to even, as ONNX does. */
  QuantizeLinear(node, to) {
    const { axis, blockSize } = quantizeLinear.parameters(node);
    const dtype = node.output(0).dtype;
    const [least, most] = RANGES.get(dtype) ?? decline(`Core ML has no integers of ${dtype}`);
    const x = to.input();
    const rounded = unary(to, 'round', binary(to, 'real_div', x, factor(to, 1, axis, blockSize)));
    const zero = zeroPoint(to, axis, blockSize);
    const shifted = zero ? binary(to, 'add', rounded, zero) : rounded;
    const clipped = unary(to, 'clip', shifted, { alpha: to.number(least), beta: to.number(most) });
    to.output(cast(to, clipped, 'int32'));
  },

  DequantizeLinear(node, to) {
    const { axis, blockSize } = dequantizeLinear.parameters(node);
    const x = cast(to, to.input(), to.float);
    const zero = zeroPoint(to, axis, blockSize);
    const centred = zero ? binary(to, 'sub', x, zero) : x;
    to.output(binary(to, 'mul', centred, factor(to, 1, axis, blockSize)));
  },
};

/** A scale or zero point, for the whole tensor or along one axis, as floats that broadcast. */
function factor(to: NodeBuilder, index: number, axis: number | undefined, blockSize: number): MilValue {
  if (blockSize > 0) decline('it has a scale for each block');
  const given = to.node.constant(index);
  const vector = given ? to.value(to.floats(given.shape, given.toFloat32())) : cast(to, to.input(index), to.float);
  if (axis === undefined) return reshape(to, vector, []);
  const [length = 1, ...more] = vector.type.shape;
  if (more.length > 0) decline('its scale is neither a number nor a vector');
  const behind = to.shapeOf().slice(axis + 1);
  return reshape(to, vector, [length, ...behind.map(() => 1)]);
}

/** The zero point; undefined where it is left out, or 0 for all. */
function zeroPoint(to: NodeBuilder, axis: number | undefined, blockSize: number): MilValue | undefined {
  const isZero =
    to.node
      .constant(2)
      ?.toFloat32()
      .every((value) => value === 0) ?? false;
  return to.node.hasInput(2) && !isZero ? factor(to, 2, axis, blockSize) : undefined;
}
