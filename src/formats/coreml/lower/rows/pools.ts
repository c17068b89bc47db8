import { decline } from '../../../../lowering/decline.js';
import { sizeOf } from '../../../../model/index.js';
import {
  type AveragePoolParameters,
  averagePool,
  globalLpPool,
  lpPool,
  maxPool,
  type PoolParameters,
} from '../../../../operators/index.js';
import { coveringPads } from '../../../../operators/shape/sliding-window.js';
import type { Constant, MilValue } from '../../program/program.js';
import { bounded } from '../bounded.js';
import { bool, ints } from '../constants.js';
import type { NodeBuilder } from '../node-builder.js';
import { binary, reduce, unary } from '../operations.js';
import { paddingArguments, samePadding } from '../padding.js';
import type { Rows } from './row.js';

/** Pools over one to three spatial axes, and over all of them. */
export const pools: Rows = {
  MaxPool(node, to) {
    if (node.outputs[1]?.isDead === false) decline('Core ML pools give no indices');
    if (to.kindOf() !== 'float') decline('Core ML pools floats alone');
    const pool = maxPool.parameters(node);
    const padding = paddingFor(to, pool);
    to.output(to.emit('max_pool', { x: to.input(), ...windowArguments(pool), ...padding }, to.resultShape()));
  },

  AveragePool(node, to) {
    const pool = averagePool.parameters(node);
    const x = to.input();
    const pads = knownPads(to, pool);
    if (!pads) return to.output(openAverage(to, x, pool));
    const isOverhanging = pads.some((pad, i) => pad !== (pool.pads?.[i] ?? 0));
    const mean = average(to, x, pool, paddingArguments(pads), !pool.countIncludePad);
    // The overhang of ceil_mode counts neither as padding nor as zeros: the mean is over what lies in the padded input.
    to.output(pool.countIncludePad && isOverhanging ? binary(to, 'mul', mean, overhangCorrection(to, pool)) : mean);
  },

  LpPool(node, to) {
    const pool = lpPool.parameters(node);
    if (pool.p > 2) decline(`Core ML can make norms of 1 and 2, not of ${pool.p}`);
    const total = (powers: MilValue): MilValue => {
      const mean = average(to, powers, pool, paddingArguments(padsOf(to, pool)), false);
      return binary(to, 'mul', mean, to.number(sizeOf(pool.kernelShape)));
    };
    const x = to.input();
    if (pool.p === 1) return to.output(total(unary(to, 'abs', x)));
    const { quotient, magnitude } = bounded(to, x, spatialAxes(x));
    to.output(binary(to, 'mul', unary(to, 'sqrt', total(unary(to, 'square', quotient))), magnitude));
  },

  GlobalAveragePool: (_node, to) => to.output(overSpatialAxes(to, 'reduce_mean')),
  GlobalMaxPool: (_node, to) => to.output(overSpatialAxes(to, 'reduce_max')),
  GlobalLpPool(node, to) {
    const { p } = globalLpPool.parameters(node);
    if (p > 2) decline(`Core ML can make norms of 1 and 2, not of ${p}`);
    to.output(overSpatialAxes(to, p === 1 ? 'reduce_l1_norm' : 'reduce_l2_norm'));
  },
};

const spatialAxes = (x: MilValue) => x.type.shape.map((_, axis) => axis).slice(2);

function overSpatialAxes(to: NodeBuilder, type: string): MilValue {
  const x = to.input();
  const axes = spatialAxes(x);
  return axes.length === 0 ? x : reduce(to, type, x, axes, true);
}

function windowArguments({ kernelShape, strides }: PoolParameters) {
  return { kernel_sizes: ints(kernelShape), strides: ints(strides) };
}

function average(
  to: NodeBuilder,
  x: MilValue,
  pool: PoolParameters,
  padding: PaddingArguments,
  excludesPadding: boolean,
): MilValue {
  const args = {
    x,
    ...windowArguments(pool),
    ...padding,
    exclude_padding_from_average: bool(excludesPadding),
  };
  return to.emit('avg_pool', args, to.resultShape());
}

type PaddingArguments = Readonly<Record<string, Constant>>;

/** The pads with which no rounding up is needed; undefined where open sizes decide them. @throws Declined where the kernel has holes */
function knownPads(to: NodeBuilder, pool: PoolParameters): readonly number[] | undefined {
  if (pool.dilations.some((dilation, axis) => dilation !== 1 && pool.kernelShape[axis] !== 1)) {
    decline('Core ML pools have no dilation');
  }
  return coveringPads(pool, to.shapeOf().slice(2));
}

function padsOf(to: NodeBuilder, pool: PoolParameters): readonly number[] {
  return knownPads(to, pool) ?? decline('its padding depends on a size that is open; fix it with --shape');
}

function paddingFor(to: NodeBuilder, pool: PoolParameters): PaddingArguments {
  const pads = knownPads(to, pool);
  return pads ? paddingArguments(pads) : openPadding(to, pool);
}

/** Core ML rounds up as ONNX does, with the same padding on both sides. @throws Declined */
function openPadding(to: NodeBuilder, { pads, autoPad, ceilMode }: PoolParameters): PaddingArguments {
  if (!pads || !ceilMode) return samePadding(to, autoPad);
  const axes = pads.length / 2;
  const isEven = pads.every((pad, i) => pad === pads[(i + axes) % pads.length]);
  if (!isEven) decline('it rounds up with uneven padding, over a size that is open; fix it with --shape');
  return { ...paddingArguments(pads), ceil_mode: bool(true) };
}

/** Elements that count in a mean are those of the input alone, where nothing else is asked for. @throws Declined */
function openAverage(to: NodeBuilder, x: MilValue, pool: AveragePoolParameters): MilValue {
  const isPadded = pool.pads?.some((pad) => pad > 0) ?? true;
  if (pool.countIncludePad && isPadded)
    decline('padding counts in its mean, over a size that is open; fix it with --shape');
  return average(to, x, pool, openPadding(to, pool), true);
}

/** Per place of the result [1, 1, *D]: elements of the window over those that lie within the padded input. */
function overhangCorrection(to: NodeBuilder, { kernelShape, strides, pads = [] }: PoolParameters): MilValue {
  const sizes = to.sizesOf().slice(2);
  const results = to.resultSizes().slice(2);
  const axes = kernelShape.length;
  const factors = results.map((count, axis) => {
    const kernel = kernelShape[axis] ?? 1;
    const padded = (sizes[axis] ?? 1) + (pads[axis] ?? 0) + (pads[axis + axes] ?? 0);
    return Array.from({ length: count }, (_, i) => kernel / Math.min(kernel, padded - i * (strides[axis] ?? 1)));
  });
  const outer = factors.reduce((all, own) => all.flatMap((a) => own.map((b) => a * b)), [1]);
  return to.value(to.floats([1, 1, ...results], outer));
}
