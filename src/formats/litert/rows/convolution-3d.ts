import { decline } from '../../../lowering/decline.js';
import { padded } from '../../../lowering/padding.js';
import type { ConvParameters } from '../../../operators/index.js';
import type { Ref } from '../builder.js';
import { ACTIVATIONS, VALID } from '../operations/index.js';
import type { Site } from '../row.js';

/** How filters over volumes lie: DHWIO. */
const DHWIO = [2, 3, 4, 1, 0];

/** A convolution over three spatial axes. The kernel has no groups and no padding of its own choice: both are done around it. */
export function convolution3d(site: Site, parameters: ConvParameters): Ref {
  const { build } = site;
  const { group, strides } = parameters;
  const pads = parameters.pads ?? decline('padding of a size that is not known; fix it with --shape');
  const [outputs, perGroup] = site.onnxShape(1);
  if (typeof outputs !== 'number' || typeof perGroup !== 'number') return decline('a weight of unknown size');
  const spatial = strides.map((_, axis) => [pads[axis] ?? 0, pads[axis + strides.length] ?? 0] as const);
  const x = padded(site, site.input(0), site.shape(0), [[0, 0], ...spatial, [0, 0]], build.float(0));
  const equal = (size: number) => new Array<number>(group).fill(size);
  const weights = build.split(site.turned(1, DHWIO), equal(outputs / group), 4);
  const parts = build.split(x, equal(perGroup), 4);
  const results = parts.map((part, index) => convolve(site, part, weights[index] ?? part, parameters));
  const y = build.concat(results, 4);
  return site.has(2) ? build.add(y, site.precise(2)) : y;
}

function convolve(site: Site, x: Ref, weight: Ref, { strides, dilations }: ConvParameters): Ref {
  const [strideDepth = 1, strideHeight = 1, strideWidth = 1] = strides;
  const [dilationDepth = 1, dilationHeight = 1, dilationWidth = 1] = dilations;
  return site.build.op('CONV_3D', [x, weight], {
    padding: VALID,
    strideDepth,
    strideHeight,
    strideWidth,
    dilationDepth,
    dilationHeight,
    dilationWidth,
    activation: ACTIVATIONS.NONE,
  });
}
