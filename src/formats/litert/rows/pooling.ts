import { decline } from '../../../lowering/decline.js';
import { mergedShape } from '../../../lowering/runs.js';
import {
  isPointwise,
  meanCorrections,
  type Plane,
  POINTWISE,
  type WindowAxis,
  windowAxes,
} from '../../../lowering/windows.js';
import { averagePool, lpPool, maxPool, type PoolParameters } from '../../../operators/index.js';
import type { Builder, Ref } from '../builder.js';
import { SAME, VALID } from '../operations/index.js';
import { type Row, row, type Site } from '../row.js';
import { liesAsSame } from '../same.js';

/** Pools over one axis to three. */
export const poolingRows: readonly Row[] = [
  /** What is padded never is the maximum. */
  row(maxPool, (site, parameters) => {
    if (site.node.outputs[1]) return decline('gives the indices of the maxima');
    const least = site.build.float(Number.NEGATIVE_INFINITY);
    return pooled(site, parameters, (x, plane) => {
      if (plane.every(isAsSame)) return slide(site, 'MAX_POOL_2D', x, plane, SAME);
      const wide = site.build.pad(x, surround(plane), least);
      return plane.some(({ dilation }) => dilation !== 1)
        ? dilatedMaxima(site.build, wide, plane)
        : slide(site, 'MAX_POOL_2D', wide, plane, VALID);
    });
  }),

  /** Where padding does not count, or sizes round up, the means are corrected by a constant; SAME counts no padding. */
  row(averagePool, (site, parameters) => {
    if (parameters.dilations.some((d) => d !== 1)) return decline('a pool of means with dilation');
    return pooled(site, parameters, (x, plane) => {
      const countsNone =
        !parameters.countIncludePad || plane.every(({ before, behind }) => before === 0 && behind === 0);
      if (countsNone && plane.every(isAsSame)) return slide(site, 'AVERAGE_POOL_2D', x, plane, SAME);
      const wide = site.build.pad(x, surround(plane), site.build.float(0));
      const mean = slide(site, 'AVERAGE_POOL_2D', wide, plane, VALID);
      const weights = meanCorrections(parameters, plane);
      return weights ? site.build.mul(mean, site.build.floats(weights.values, weights.shape)) : mean;
    });
  }),

  /** The root of a sum of powers, which is a mean times the size of its window; padding adds nothing. */
  row(lpPool, (site, { p, ...parameters }) => {
    if (parameters.dilations.some((d) => d !== 1)) return decline('with dilation');
    const { build } = site;
    return pooled(site, parameters, (x, plane) => {
      const power = p === 2 ? build.op('SQUARE', [x]) : build.op('POW', [build.op('ABS', [x]), build.float(p)]);
      const wide = build.pad(power, surround(plane), build.float(0));
      const count = plane.reduce((size, { kernel }) => size * kernel, 1);
      const sum = build.mul(slide(site, 'AVERAGE_POOL_2D', wide, plane, VALID), build.float(count));
      return p === 2 ? build.op('SQRT', [sum]) : build.op('POW', [sum, build.float(1 / p)]);
    });
  }),
];

function isAsSame({ size, result, kernel, stride, dilation, before, behind }: WindowAxis): boolean {
  if (typeof size !== 'number' || dilation !== 1) return false;
  return result === Math.ceil(size / stride) && liesAsSame({ size, extent: kernel, stride, before, behind });
}

/** The greatest of all taps, one axis after the other: no kernel has holes. */
function dilatedMaxima(build: Builder, x: Ref, plane: Plane): Ref {
  return plane.reduce((whole, { kernel, stride, dilation, result }, index) => {
    if (kernel === 1 && stride === 1) return whole;
    if (typeof result !== 'number') return decline('a pool with dilation over a size that is not known');
    const tap = (begin: number) => {
      const at = (own: number, other: number) => [other, ...plane.map((_, i) => (i === index ? own : other)), other];
      const end = begin + (result - 1) * stride + 1;
      // All axes but the one that is pooled are taken to their ends.
      const endMask = 0b1111 ^ (1 << (index + 1));
      return build.stridedSlice(whole, { begin: at(begin, 0), end: at(end, 0), strides: at(stride, 1), endMask });
    };
    return Array.from({ length: kernel }, (_, i) => tap(i * dilation)).reduce((a, b) => build.op('MAXIMUM', [a, b]));
  }, x);
}

function surround(plane: Plane): (readonly [number, number])[] {
  return [[0, 0], ...plane.map(({ before, behind }) => [before, behind] as const), [0, 0]];
}

/** A pool over one axis is one over two, of which the first has size 1; one over three is one over the first, then the rest. */
function pooled(site: Site, parameters: PoolParameters, pool: (x: Ref, plane: Plane) => Ref): Ref {
  if (site.kind(0) !== 'float32') return decline('a pool of integers');
  const [first, second, third, ...others] = windowAxes(site, parameters);
  const x = site.input(0);
  if (!first || others.length > 0) return decline(`a pool over ${parameters.kernelShape.length} axes`);
  if (!second) {
    return site.build.squeeze(pool(site.build.expandDims(x, 1), [{ ...POINTWISE, size: 1, result: 1 }, first]), [1]);
  }
  return third ? pooledVolume(site, [first, second, third], pool) : pool(x, [first, second]);
}

function pooledVolume(
  site: Site,
  [depth, height, width]: readonly [WindowAxis, WindowAxis, WindowAxis],
  pool: (x: Ref, plane: Plane) => Ref,
): Ref {
  const shape = site.shape(0);
  let x = site.input(0);
  if (!isPointwise(depth)) {
    const flat = mergedShape(shape, [[0], [1], [2, 3], [4]]);
    const size = flat[2] ?? 1;
    x = pool(site.reshape(x, flat), [depth, { ...POINTWISE, size, result: size }]);
    shape[1] = depth.result;
  }
  if (!isPointwise(height) || !isPointwise(width)) {
    x = pool(site.reshape(x, mergedShape(shape, [[0, 1], [2], [3], [4]])), [height, width]);
  }
  return x === site.input(0) ? x : site.reshape(x, site.resultShape());
}

function slide(site: Site, op: string, x: Ref, [height, width]: Plane, padding: number): Ref {
  return site.build.op(op, [x], {
    padding,
    strideHeight: height.stride,
    strideWidth: width.stride,
    filterHeight: height.kernel,
    filterWidth: width.kernel,
    activation: 0,
  });
}
