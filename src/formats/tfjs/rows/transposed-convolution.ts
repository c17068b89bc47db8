import { decline } from '../../../lowering/decline.js';
import { computedFilter, constantFilter, type Filter, stuffed } from '../../../lowering/filter.js';
import { type ConvTransposeParameters, convTranspose } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { row, type Site } from '../row.js';
import { explicitPaddings, HWIO } from './convolution.js';

/** Above this many groups the graph would grow too long. */
const MOST_GROUPS = 64;

/**
 * The kernel is the gradient of a convolution: it takes the sizes of the result, and the padding of the convolution whose
 * gradient it is, which is ONNX's. `output_padding` is in the sizes already.
 */
export const convTransposeRow = row(convTranspose, (site, parameters) => {
  const { build } = site;
  const spatial = parameters.strides.length;
  if (spatial > 2) return decline(`over ${spatial} axes`);
  const isLine = spatial === 1;
  const x = isLine ? build.expandDims(site.input(0), 1) : site.input(0);
  const y = emit(site, x, parameters, isLine);
  const biased = site.has(2) ? build.op('AddV2', [y, site.precise(2)]) : y;
  return isLine ? build.squeeze(biased, [1]) : biased;
});

function emit(site: Site, x: Ref, parameters: ConvTransposeParameters, isLine: boolean): Ref {
  const { build } = site;
  const { group, strides, pads } = parameters;
  if (!pads) return decline('padding of a size that is not known; fix it with --shape');
  if (group > MOST_GROUPS) return decline(`${group} groups`);
  const filter = filterOf(site, parameters, isLine);
  const [inputs = 1, perGroup = 1] = filter.shape;
  const window = {
    strides: isLine ? [1, ...strides] : strides,
    pads: isLine ? [0, pads[0] ?? 0, 0, pads[1] ?? 0] : pads,
  };
  checkSizes(site, window, filter, isLine);
  const attributes = {
    strides: attribute.ints([1, ...window.strides, 1]),
    padding: attribute.text('EXPLICIT'),
    explicit_paddings: attribute.ints(explicitPaddings(window.pads)),
    data_format: attribute.text('NHWC'),
  };
  const result = site.resultShape();
  const plane = isLine ? [...result.slice(0, 1), 1, ...result.slice(1)] : result;
  const sizes =
    site.sizes.vector([...plane.slice(0, 3), perGroup]) ?? openSizes(site, x, window, filter, parameters, perGroup);
  const part = (input: Ref, weight: Ref) => build.op('Conv2DBackpropInput', [sizes, weight, input], attributes);
  if (group === 1) return part(x, filter.dense());
  const inputsOfGroups = build.split(x, new Array<number>(group).fill(inputs / group), 3);
  const weights = filter.groups(group);
  return build.concat(
    inputsOfGroups.map((input, index) => part(input, weights[index] ?? '')),
    3,
  );
}

/** The sizes of the result from those of the operand, as far as both are known only when it runs. */
function openSizes(
  site: Site,
  x: Ref,
  { strides, pads }: { strides: readonly number[]; pads: readonly number[] },
  { shape }: Filter<Ref>,
  { outputPadding }: ConvTransposeParameters,
  channels: number,
): Ref {
  const { build } = site;
  if (!outputPadding) return decline('padding of a size that is not known; fix it with --shape');
  const more = [...new Array<number>(strides.length - outputPadding.length).fill(0), ...outputPadding];
  const added = strides.map(
    (stride, axis) => (shape[axis + 2] ?? 1) - stride + (more[axis] ?? 0) - (pads[axis] ?? 0) - (pads[axis + 2] ?? 0),
  );
  const shapeOfX = build.shapeOf(x);
  const part = (begin: number, end: number) =>
    build.stridedSlice(shapeOfX, { begin: [begin], end: [end], strides: [1] });
  const plane = build.op('AddV2', [build.op('Mul', [part(1, 3), build.ints(strides)]), build.ints(added)]);
  return build.concat([part(0, 1), plane, build.ints([channels])], 0);
}

/** ONNX's [I,O/g,kh,kw]; as [kh,kw,O,I] it is what a filter calls HWIO, with the roles of I and O exchanged. */
function filterOf(site: Site, { dilations }: ConvTransposeParameters, isLine: boolean): Filter<Ref> {
  const value = site.value(1);
  const shape = site.staticShape(1);
  const [inputs = 1, outputs = 1, ...kernel] = shape;
  const plane = isLine ? [inputs, outputs, 1, ...kernel] : shape;
  const holes = isLine ? [1, ...dilations] : dilations;
  if (value.constant) {
    const tensor = value.constant.reshape(plane);
    if (!holes.some((d) => d > 1)) return constantFilter(site.build, { source: value.name }, tensor, HWIO);
    return constantFilter(site.build, { like: `${value.name}/stuffed` }, stuffed(tensor, holes), HWIO);
  }
  if (holes.some((d) => d > 1)) return decline('a computed kernel with dilation');
  const turned = site.turned(1, isLine ? [2, 1, 0] : HWIO);
  return computedFilter(site.build, isLine ? site.build.expandDims(turned, 0) : turned, plane, HWIO);
}

/** The convolution whose gradient this is has to give the operand's sizes, else the kernel refuses. */
function checkSizes(
  site: Site,
  { strides, pads }: { strides: readonly number[]; pads: readonly number[] },
  { shape }: Filter<Ref>,
  isLine: boolean,
): void {
  const sizes = (of: readonly (number | string)[]) => (isLine ? [1, ...of.slice(1, 2)] : of.slice(1, 3));
  const inputs = sizes(site.shape(0));
  sizes(site.resultShape()).forEach((result, axis) => {
    const input = inputs[axis];
    if (typeof result !== 'number' || typeof input !== 'number') return;
    const padding = (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    const swept = Math.floor((result - (shape[axis + 2] ?? 1) + padding) / (strides[axis] ?? 1)) + 1;
    if (swept !== input) decline(`sizes ${input} and ${result} that no convolution joins`);
  });
}
