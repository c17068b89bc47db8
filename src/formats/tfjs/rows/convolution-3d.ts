import type { ConvParameters } from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { decline } from '../decline.js';
import type { Site } from '../site.js';

/** A convolution over three spatial axes. The kernel neither pads nor groups, and rank 5 cannot be padded in webgl. */
export function convolution3d(site: Site, parameters: ConvParameters): Ref {
  const { group, strides, dilations, pads } = parameters;
  if (group !== 1) return decline('a grouped convolution over 3 axes');
  if (!pads || pads.some((pad) => pad !== 0)) return decline('a padded convolution over 3 axes');
  if (dilations.some((d) => d !== 1)) return decline('a dilated convolution over 3 axes');
  const y = site.build.op('Conv3D', [site.input(0), site.turned(1, [2, 3, 4, 1, 0])], {
    strides: attribute.ints([1, ...strides, 1]),
    dilations: attribute.ints([1, 1, 1, 1, 1]),
    padding: attribute.text('VALID'),
    data_format: attribute.text('NDHWC'),
  });
  return site.has(2) ? site.build.op('AddV2', [y, site.precise(2)]) : y;
}
