import type { Reduction } from '../../../lowering/builder.js';
import { decline } from '../../../lowering/decline.js';
import { dilatedMaxima, pooled, surround } from '../../../lowering/pooling.js';
import { isOpenMean, meanCorrections, type Plane, type WindowAxis } from '../../../lowering/windows.js';
import {
  type AveragePoolParameters,
  averagePool,
  globalAveragePool,
  globalMaxPool,
  type MaxPoolParameters,
  maxPool,
} from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { row, type Site } from '../row.js';

/** MaxPool; what is padded never is the maximum. */
export const maxPoolRow = row(maxPool, (site, parameters: MaxPoolParameters) => {
  if (site.node.outputs[1]) return decline('gives the indices of the maxima');
  const least = site.build.float(Number.NEGATIVE_INFINITY);
  return pooled(site, parameters, (x, plane) => {
    const wide = site.build.pad(x, surround(plane), least);
    return plane.some(({ dilation }) => dilation !== 1)
      ? dilatedMaxima(site.build, wide, plane)
      : slidePool(site, 'MaxPool', wide, plane);
  });
});

/** AveragePool; where padding does not count, or sizes round up, the means are corrected by a constant. */
export const averagePoolRow = row(averagePool, (site, parameters: AveragePoolParameters) => {
  if (parameters.dilations.some((d) => d !== 1)) return decline('a pool of means with dilation');
  return pooled(site, parameters, (x, plane) => {
    const mean = slidePool(site, 'AvgPool', site.build.pad(x, surround(plane), site.build.float(0)), plane);
    if (isOpenMean(parameters, plane)) return site.build.op('RealDiv', [mean, countedShares(site, parameters, plane)]);
    const weights = meanCorrections(parameters, plane);
    return weights ? site.build.op('Mul', [mean, site.build.floats(weights.values, weights.shape)]) : mean;
  });
});

/** Which part of every window's elements counts, of images whose size is known only when it runs. */
function countedShares(site: Site, { countIncludePad }: AveragePoolParameters, plane: Plane): Ref {
  const { build } = site;
  const sizes = site.shapeVector([1, ...plane.map(({ size }) => size), 1]);
  const image = build.op('Fill', [sizes, build.float(1)]);
  const counted = plane.map((axis) => (countIncludePad ? { ...axis, behind: axis.counted } : { before: 0, behind: 0 }));
  const left = plane.map(({ before, behind }, i) => {
    return { before: before - (counted[i]?.before ?? 0), behind: behind - (counted[i]?.behind ?? 0) };
  });
  const counting = build.pad(image, surround(counted), build.float(1));
  return slidePool(site, 'AvgPool', build.pad(counting, surround(left), build.float(0)), plane);
}

type Sliding = Pick<WindowAxis, 'kernel' | 'stride'>;

/** A pool over a plane that nothing has to be added around. */
export function slidePool(site: Site, op: string, x: Ref, plane: readonly [Sliding, Sliding]): Ref {
  return site.build.op(op, [x], {
    ksize: attribute.ints([1, ...plane.map(({ kernel }) => kernel), 1]),
    strides: attribute.ints([1, ...plane.map(({ stride }) => stride), 1]),
    padding: attribute.text('VALID'),
    data_format: attribute.text('NHWC'),
  });
}

/**
 * Above so many elements a mean is taken along one axis, then along the other: wasm adds one after the other, and is then
 * off by 7.5e-7 of the mean of 80 x 80 where two steps are off by 8e-8, in no more time.
 */
const MOST_ADDED_AT_ONCE = 64;

/** A pool with a window of the whole plane is 5 to 12 times faster in wasm than a reduction, which transposes first. */
function globalPool(site: Site, op: string, reduction: Reduction): Ref {
  const shape = site.shape(0);
  const spatial = shape.slice(1, -1);
  const [height, width] = spatial;
  if (spatial.length === 2 && typeof height === 'number' && typeof width === 'number') {
    const over = (kernel: number): Sliding => ({ kernel, stride: 1 });
    const isSummedAtOnce = op === 'MaxPool' || height * width <= MOST_ADDED_AT_ONCE;
    if (isSummedAtOnce) return slidePool(site, op, site.input(0), [over(height), over(width)]);
    return slidePool(site, op, slidePool(site, op, site.input(0), [over(height), over(1)]), [over(1), over(width)]);
  }
  return site.build.reduce(
    reduction,
    site.input(0),
    spatial.map((_, axis) => axis + 1),
    true,
  );
}

/** The mean over all of space, which stays as ones. */
export const globalAveragePoolRow = row(globalAveragePool, (site) => globalPool(site, 'AvgPool', 'Mean'));

/** The maximum over all of space, which stays as ones. */
export const globalMaxPoolRow = row(globalMaxPool, (site) => globalPool(site, 'MaxPool', 'Max'));
