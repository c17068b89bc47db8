import { decline } from '../../../lowering/decline.js';
import { dilatedMaxima, pooled, surround } from '../../../lowering/pooling.js';
import { meanCorrections, type Plane, type WindowAxis } from '../../../lowering/windows.js';
import { averagePool, lpPool, maxPool } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
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
