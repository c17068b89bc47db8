import { decline } from '../../../lowering/decline.js';
import { padded } from '../../../lowering/padding.js';
import type { ConvParameters } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import type { Site } from '../row.js';

/** A convolution over three spatial axes. The kernel has no groups and no padding of its own choice: both are done around it. */
export function convolution3d(site: Site, parameters: ConvParameters): Ref {
  const { build } = site;
  const { group, strides, dilations } = parameters;
  const pads = parameters.pads ?? decline('padding of a size that is not known; fix it with --shape');
  if (dilations.some((d) => d !== 1)) return decline('a dilated convolution over 3 axes');
  const spatial = strides.map((_, axis) => [pads[axis] ?? 0, pads[axis + strides.length] ?? 0] as const);
  const x = padded(site, site.input(0), site.shape(0), [[0, 0], ...spatial, [0, 0]], build.float(0));
  const weight = site.turned(1, [2, 3, 4, 1, 0]);
  const y = group === 1 ? convolve(site, x, weight, strides) : grouped(site, x, weight, parameters);
  return site.has(2) ? build.op('AddV2', [y, site.precise(2)]) : y;
}

function grouped(site: Site, x: Ref, weight: Ref, { group, strides }: ConvParameters): Ref {
  const { build } = site;
  const [outputs, perGroup] = site.onnxShape(1);
  if (typeof outputs !== 'number' || typeof perGroup !== 'number') return decline('a weight of unknown size');
  const weights = build.split(weight, new Array<number>(group).fill(outputs / group), 4);
  const parts = build.split(x, new Array<number>(group).fill(perGroup), 4);
  return build.concat(
    parts.map((part, index) => convolve(site, part, weights[index] ?? '', strides)),
    4,
  );
}

function convolve(site: Site, x: Ref, weight: Ref, strides: readonly number[]): Ref {
  return site.build.op('Conv3D', [x, weight], {
    strides: attribute.ints([1, ...strides, 1]),
    dilations: attribute.ints([1, 1, 1, 1, 1]),
    padding: attribute.text('VALID'),
    data_format: attribute.text('NDHWC'),
  });
}
