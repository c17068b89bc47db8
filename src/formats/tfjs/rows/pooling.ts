import { isStatic, type Shape } from '../../../model/index.js';
import {
  type AveragePoolParameters,
  averagePool,
  globalAveragePool,
  globalMaxPool,
  type MaxPoolParameters,
  maxPool,
  type PoolParameters,
} from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { decline } from '../decline.js';
import { expandDims, pad, reduce, squeeze } from '../ops.js';
import { row } from '../row.js';
import type { Site } from '../site.js';

/** One window of two spatial axes, and what has to be added around the input so that no kernel needs to pad. */
interface PlaneWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Before and behind, for each of the two axes. */
  readonly amounts: readonly (readonly [number, number])[];
}

export const maxPoolRow = row(maxPool, (site, parameters: MaxPoolParameters) => {
  if (site.node.outputs[1]) return decline('gives the indices of the maxima');
  const window = windowOf(site, parameters, 'ceil mode');
  return pooled(site, parameters, (x) => {
    const padded = pad(site.build, x, surround(window.amounts), site.build.float(Number.NEGATIVE_INFINITY));
    return slidePool(site, 'MaxPool', padded, window);
  });
});

export const averagePoolRow = row(averagePool, (site, parameters: AveragePoolParameters) => {
  const window = windowOf(site, parameters, 'ceil mode');
  return pooled(site, parameters, (x) => {
    const padded = pad(site.build, x, surround(window.amounts), site.build.float(0));
    const mean = slidePool(site, 'AvgPool', padded, window);
    const weights = corrections(site, parameters, window);
    return weights === undefined ? mean : site.build.op('Mul', [mean, weights]);
  });
});

/** Every window's size over the number of elements that count in it; undefined where that is 1 throughout. */
function corrections(site: Site, parameters: AveragePoolParameters, window: PlaneWindow): Ref | undefined {
  if (window.amounts.every(([before, behind]) => before === 0 && behind === 0)) return undefined;
  if (parameters.countIncludePad && !parameters.ceilMode) return undefined;
  const spatial = site.onnxShape(0).slice(2);
  const sizes: Shape = spatial.length === 1 ? [1, ...spatial] : spatial;
  if (!isStatic(sizes)) return decline('averages beside padding of a size that is not known; fix it with --shape');
  const pads = padsOf(parameters);
  const ratios = sizes.map((size, axis) => axisRatios(size, axis, { parameters, window, pads }));
  const [rows = [], columns = []] = ratios;
  if ([...rows, ...columns].every((ratio) => ratio === 1)) return undefined;
  const values = rows.flatMap((row) => columns.map((column) => row * column));
  return site.build.floats(values, [1, rows.length, columns.length, 1]);
}

/** Along one axis: kernel size over how many of each window's taps lie on the input (or on padding that counts). */
function axisRatios(
  size: number,
  axis: number,
  given: { parameters: AveragePoolParameters; window: PlaneWindow; pads: readonly number[] },
): number[] {
  const { parameters, window, pads } = given;
  const kernel = window.kernel[axis] ?? 1;
  const stride = window.strides[axis] ?? 1;
  const [before, behind] = window.amounts[axis] ?? [0, 0];
  const windows = Math.floor((size + before + behind - kernel) / stride) + 1;
  // Padding that was only added for the last window of ceil mode never counts.
  const [low, high] = parameters.countIncludePad ? [-before, size + (pads[axis + 2] ?? 0)] : [0, size];
  return Array.from({ length: windows }, (_, index) => {
    const start = index * stride - before;
    return kernel / (Math.min(start + kernel, high) - Math.max(start, low));
  });
}

/** Begins and ends of two axes. */
function padsOf(parameters: PoolParameters): readonly number[] {
  const pads = parameters.pads ?? decline('padding of a size that is not known; fix it with --shape');
  return parameters.kernelShape.length === 1 ? [0, pads[0] ?? 0, 0, pads[1] ?? 0] : pads;
}

function windowOf(site: Site, parameters: PoolParameters, what: string): PlaneWindow {
  const { kernelShape, strides, dilations, ceilMode } = parameters;
  if (kernelShape.length > 2) return decline(`a pool over ${kernelShape.length} axes`);
  if (dilations.some((d) => d !== 1)) return decline('a pool with dilation');
  const isLine = kernelShape.length === 1;
  const kernel = isLine ? [1, ...kernelShape] : kernelShape;
  const steps = isLine ? [1, ...strides] : strides;
  const pads = padsOf(parameters);
  const inputs = isLine ? [1, ...site.onnxShape(0).slice(2)] : site.onnxShape(0).slice(2);
  const results = isLine ? [1, ...site.resultOnnxShape().slice(2)] : site.resultOnnxShape().slice(2);
  const amounts = kernel.map((size, axis): [number, number] => {
    const [before, behind] = [pads[axis] ?? 0, pads[axis + 2] ?? 0];
    if (!ceilMode) return [before, behind];
    const [input, result, stride] = [inputs[axis], results[axis], steps[axis] ?? 1];
    if (stride === 1) return [before, behind];
    if (typeof input !== 'number' || typeof result !== 'number') {
      return decline(`${what} over a size that is not known; fix it with --shape`);
    }
    // Where the last window hangs over, the rows it lacks are added; it may also need fewer than the padding gives.
    return [before, Math.max(behind, (result - 1) * stride + size - input - before)];
  });
  return { kernel, strides: steps, amounts };
}

function surround(amounts: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return [[0, 0], ...amounts, [0, 0]];
}

/** A pool over one axis is one over two, of which the first has size 1. */
function pooled(site: Site, { kernelShape }: PoolParameters, pool: (x: Ref) => Ref): Ref {
  if (site.kind(0) !== 'float32') return decline('a pool of integers');
  if (kernelShape.length === 2) return pool(site.input(0));
  return squeeze(site.build, pool(expandDims(site.build, site.input(0), 1)), [1]);
}

function slidePool(site: Site, op: string, x: Ref, { kernel, strides }: PlaneWindow): Ref {
  return site.build.op(op, [x], {
    ksize: attribute.ints([1, ...kernel, 1]),
    strides: attribute.ints([1, ...strides, 1]),
    padding: attribute.text('VALID'),
    data_format: attribute.text('NHWC'),
  });
}

/** A pool with a window of the whole plane is 5 to 12 times faster in wasm than a reduction, which transposes first. */
function globalPool(site: Site, op: string, reduction: string): Ref {
  const shape = site.shape(0);
  const spatial = shape.slice(1, -1);
  const [height, width] = spatial;
  if (spatial.length === 2 && typeof height === 'number' && typeof width === 'number') {
    return slidePool(site, op, site.input(0), { kernel: [height, width], strides: [1, 1], amounts: [] });
  }
  return reduce(
    site.build,
    reduction,
    site.input(0),
    spatial.map((_, axis) => axis + 1),
    true,
  );
}

export const globalAveragePoolRow = row(globalAveragePool, (site) => globalPool(site, 'AvgPool', 'Mean'));

export const globalMaxPoolRow = row(globalMaxPool, (site) => globalPool(site, 'MaxPool', 'Max'));
