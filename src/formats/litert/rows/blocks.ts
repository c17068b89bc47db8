import { decline } from '../../../lowering/decline.js';
import * as operators from '../../../operators/index.js';
import { type Row, row } from '../row.js';

/** What moves blocks between space and channels: the kernel of TensorFlow where it counts channels alike, else transposes. */
export const blockRows: readonly Row[] = [
  /** Channels-last; the kernel counts channels as ONNX's DCR does, CRD takes a transpose of six axes. */
  row(operators.depthToSpace, (site, { blocksize: b, mode }) => {
    const { build } = site;
    const [batch = 1, height = 1, width = 1, channels = 1] = site.shape(0);
    if (mode === 'DCR' && site.kind(0) === 'float32') {
      return build.op('DEPTH_TO_SPACE', [site.input(0)], { blockSize: b });
    }
    if (typeof channels !== 'number') return decline('an unknown number of channels');
    const depth = channels / (b * b);
    const isDcr = mode === 'DCR';
    const split = isDcr ? [batch, height, width, b, b, depth] : [batch, height, width, depth, b, b];
    const order = isDcr ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3];
    return site.reshape(build.transpose(site.reshape(site.input(0), split), order), site.resultShape());
  }),
  /** DCR counts the channels that come out by row of the block, column of the block and source channel; CRD has that first. */
  row(operators.spaceToDepth, (site, { blocksize: b, mode }) => {
    const [batch = 1, height, width, channels] = site.shape(0);
    if (typeof height !== 'number' || typeof width !== 'number' || typeof channels !== 'number') {
      return decline('sizes that are not known; fix them with --shape');
    }
    if (mode === 'DCR' && site.kind(0) === 'float32')
      return site.build.op('SPACE_TO_DEPTH', [site.input(0)], { blockSize: b });
    const split = [batch, height / b, b, width / b, b, channels];
    const order = mode === 'DCR' ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 5, 2, 4];
    return site.reshape(site.build.transpose(site.reshape(site.input(0), split), order), site.resultShape());
  }),
];
