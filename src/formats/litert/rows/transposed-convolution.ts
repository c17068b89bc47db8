import { decline } from '../../../lowering/decline.js';
import { computedFilter, constantFilter, type Filter, stuffed } from '../../../lowering/filter.js';
import { type ConvTransposeParameters, convTranspose } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { ACTIVATIONS, SAME, VALID } from '../operations/index.js';
import { type Row, row, type Site } from '../row.js';

/** Above this many groups the graph would grow too long. */
const MOST_GROUPS = 64;
/** ONNX's [I,O,kh,kw] as [O,kh,kw,I]. */
const OHWI = [1, 2, 3, 0];

/** How the windows of a transposed convolution lie along an axis. */
interface Sweep {
  readonly size: number;
  readonly result: number;
  readonly kernel: number;
  readonly stride: number;
  /** What is cut off in front. */
  readonly before: number;
}

/** ConvTranspose over one axis or two. */
export const transposedConvolutionRows: readonly Row[] = [
  row(convTranspose, (site, parameters) => {
    const spatial = parameters.strides.length;
    if (spatial > 2) return decline(`over ${spatial} axes`);
    if (spatial === 2) return emit(site, site.input(0), parameters, false);
    return site.build.squeeze(emit(site, site.build.expandDims(site.input(0), 1), parameters, true), [1]);
  }),
];

function emit(site: Site, x: Ref, parameters: ConvTransposeParameters, isLine: boolean): Ref {
  const { build } = site;
  const { group, pads } = parameters;
  if (!pads) return decline('padding of a size that is not known; fix it with --shape');
  if (group > MOST_GROUPS) return decline(`${group} groups`);
  const filter = filterOf(site, parameters, isLine);
  const [inputs = 1] = filter.shape;
  const sweeps = sweepsOf(site, x, filter, parameters, isLine);
  if (group === 1) return sweep(site, x, filter.dense(), site.has(2) ? site.precise(2) : undefined, sweeps);
  const parts = build.split(x, new Array<number>(group).fill(inputs / group), 3);
  const weights = filter.groups(group);
  const results = parts.map((part, index) => sweep(site, part, weights[index] ?? part, undefined, sweeps));
  const joined = build.concat(results, 3);
  return site.has(2) ? build.add(joined, site.precise(2)) : joined;
}

function sweepsOf(
  site: Site,
  x: Ref,
  { shape }: Filter<Ref>,
  { strides, pads = [] }: ConvTransposeParameters,
  isLine: boolean,
): Sweep[] {
  const results = site.resultShape().slice(1, -1);
  const [wide, first] = isLine
    ? [
        [1, ...results],
        [0, pads[0] ?? 0],
      ]
    : [results, pads];
  const steps = isLine ? [1, ...strides] : strides;
  return wide.map((result, axis) => {
    if (typeof result !== 'number') return decline('a result of unknown size; fix it with --shape');
    const [size = 1, kernel = 1] = [x.shape[axis + 1], shape[axis + 2]];
    const before = first[axis] ?? 0;
    if (before < 0) return decline('negative padding');
    return { size, result, kernel, stride: steps[axis] ?? 1, before };
  });
}

/** As SAME where that begins where ONNX does; else the whole, of which a part is cut out. */
function sweep(site: Site, x: Ref, weight: Ref, bias: Ref | undefined, sweeps: readonly Sweep[]): Ref {
  const { build } = site;
  const [outputs = 1] = weight.shape;
  const isAsSame = sweeps.every(isSame);
  const sizes = sweeps.map(({ size, result, kernel, stride, before }) =>
    // Rows behind the last window are nothing but bias.
    isAsSame ? result : Math.max((size - 1) * stride + kernel, before + result),
  );
  const [{ stride: strideHeight = 1 } = {}, { stride: strideWidth = 1 } = {}] = sweeps;
  const [batch = 1] = site.shape(0);
  const made = build.op(
    'TRANSPOSE_CONV',
    [site.shapeVector([batch, ...sizes, outputs]), weight, x, bias ?? build.floats(new Float32Array(outputs))],
    { padding: isAsSame ? SAME : VALID, strideHeight, strideWidth, activation: ACTIVATIONS.NONE },
  );
  if (isAsSame || sweeps.every(({ before, result }, axis) => before === 0 && result === sizes[axis])) return made;
  const [begins, results] = [sweeps.map(({ before }) => before), sweeps.map(({ result }) => result)];
  return build.slice(made, [0, ...begins, 0], [-1, ...results, -1]);
}

function isSame({ size, result, kernel, stride, before }: Sweep): boolean {
  const total = (size - 1) * stride + kernel - result;
  return result === size * stride && total >= 0 && before === Math.floor(total / 2);
}

function filterOf(site: Site, { dilations }: ConvTransposeParameters, isLine: boolean): Filter<Ref> {
  const value = site.value(1);
  const shape = site.staticShape(1);
  const [inputs = 1, outputs = 1, ...kernel] = shape;
  const plane = isLine ? [inputs, outputs, 1, ...kernel] : shape;
  const holes = isLine ? [1, ...dilations] : dilations;
  const hasHoles = holes.some((d) => d > 1);
  if (value.constant) {
    const tensor = value.constant.reshape(plane);
    if (!hasHoles) return constantFilter(site.build, { source: value.name }, tensor, OHWI);
    return constantFilter(site.build, { like: `${value.name}/stuffed` }, stuffed(tensor, holes), OHWI);
  }
  if (hasHoles) return decline('a computed kernel with dilation');
  const turned = site.turned(1, isLine ? [1, 2, 0] : OHWI);
  return computedFilter(site.build, isLine ? site.build.expandDims(turned, 1) : turned, plane, OHWI);
}
