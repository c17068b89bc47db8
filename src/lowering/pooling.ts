import type { PoolParameters } from '../operators/index.js';
import type { Amounts, Builder } from './builder.js';
import { decline } from './decline.js';
import { mergedShape } from './runs.js';
import type { AnySite } from './site.js';
import { isPointwise, type Plane, POINTWISE, type WindowAxis, windowAxes } from './windows.js';

/** The greatest of all taps, one axis after the other: no kernel has holes. */
export function dilatedMaxima<Ref>(build: Builder<Ref>, x: Ref, plane: Plane): Ref {
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
    return Array.from({ length: kernel }, (_, i) => tap(i * dilation)).reduce((a, b) => build.maximum(a, b));
  }, x);
}

/** What is padded around a plane of channels-last images. */
export function surround(plane: readonly Pick<WindowAxis, 'before' | 'behind'>[]): Amounts {
  return [[0, 0], ...plane.map(({ before, behind }) => [before, behind] as const), [0, 0]];
}

/** A pool over one axis is one over two, of which the first has size 1; one over three is one over the first, then the rest. */
export function pooled<Ref>(site: AnySite<Ref>, parameters: PoolParameters, pool: (x: Ref, plane: Plane) => Ref): Ref {
  if (site.kind(0) !== 'float32') return decline('a pool of integers');
  const [first, second, third, ...others] = windowAxes(site, parameters);
  const x = site.input(0);
  if (!first || others.length > 0) return decline(`a pool over ${parameters.kernelShape.length} axes`);
  if (!second) {
    return site.build.squeeze(pool(site.build.expandDims(x, 1), [{ ...POINTWISE, size: 1, result: 1 }, first]), [1]);
  }
  return third ? pooledVolume(site, [first, second, third], pool) : pool(x, [first, second]);
}

function pooledVolume<Ref>(
  site: AnySite<Ref>,
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
