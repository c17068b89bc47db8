import { decline } from '../../../lowering/decline.js';
import * as operators from '../../../operators/index.js';
import * as attribute from '../attributes.js';
import type { Ref } from '../builder.js';
import { type Row, row, type Site } from '../row.js';
import { moving } from './gathering.js';

/** Of any height and width: each place of a block is an image of its own. */
function openSpaceToDepth(site: Site, b: number, channels: number, mode: 'DCR' | 'CRD'): Ref {
  const { build } = site;
  if (site.kind(0) !== 'float32') return decline('sizes that are not known; fix them with --shape');
  const images = Array.from({ length: b * b }, (_, place) =>
    build.stridedSlice(site.input(0), {
      begin: [0, Math.floor(place / b), place % b, 0],
      end: [0, 0, 0, 0],
      strides: [1, b, b, 1],
      endMask: 0b1111,
    }),
  );
  const joined = build.concat(images, 3);
  if (mode === 'DCR') return joined;
  const counted = Int32Array.from(
    { length: channels * b * b },
    (_, at) => (at % (b * b)) * channels + Math.floor(at / (b * b)),
  );
  return build.gather(joined, build.ints(counted), 3);
}

/** What moves blocks between space and channels: the kernel of TensorFlow where it counts channels alike, else transposes. */
export const blockRows: readonly Row[] = [
  /** Channels-last; the kernel takes floats, and counts channels as ONNX's DCR does. */
  row(operators.depthToSpace, (site, { blocksize: b, mode }) => {
    const { build } = site;
    const [batch = 1, height = 1, width = 1, channels = 1] = site.shape(0);
    if (typeof channels !== 'number') return decline('an unknown number of channels');
    const depth = channels / (b * b);
    if (site.kind(0) === 'float32') {
      const counted = Int32Array.from({ length: channels }, (_, at) => (at % depth) * b * b + Math.floor(at / depth));
      const x = mode === 'DCR' ? site.input(0) : build.gather(site.input(0), build.ints(counted), 3);
      return build.op('DepthToSpace', [x], { block_size: attribute.int(b), data_format: attribute.text('NHWC') });
    }
    const isDcr = mode === 'DCR';
    const split = isDcr ? [batch, height, width, b, b, depth] : [batch, height, width, depth, b, b];
    const order = isDcr ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3];
    return moving(site, (x) => site.reshape(build.transpose(site.reshape(x, split), order), site.resultShape()));
  }),
  /** DCR counts the channels that come out by row of the block, column of the block and source channel; CRD has that first. */
  row(operators.spaceToDepth, (site, { blocksize: b, mode }) => {
    const [batch = 1, height, width, channels] = site.shape(0);
    if (typeof channels !== 'number') return decline('an unknown number of channels');
    if (typeof height !== 'number' || typeof width !== 'number') return openSpaceToDepth(site, b, channels, mode);
    const split = [batch, height / b, b, width / b, b, channels];
    const order = mode === 'DCR' ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 5, 2, 4];
    return moving(site, (x) => site.reshape(site.build.transpose(site.reshape(x, split), order), site.resultShape()));
  }),
];
