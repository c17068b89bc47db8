import type { Dimension, Node } from '../../model/index.js';
import { operator } from '../operator.js';
import { checkBias, checkRanks, kernelOf } from '../shape/kernel.js';
import { slide, windowOf } from '../shape/sliding-window.js';
import { unknownSize, unknownSizes } from '../shape/unknown.js';

/** Convolution whose taps move by computed offsets: X [N, C, D…], W [M, C/group, k…], offset, B [M], mask. */
export const deformConv = operator('DeformConv', {
  traits: [],
  parameters: (node) => {
    const [input, weight] = [node.inputs[0]?.shape, node.inputs[1]?.shape];
    checkRanks(node, input, weight);
    checkBias(node, node.inputs[3], weight?.[0]);
    const window = windowOf(node, kernelOf(node, weight), input?.slice(2));
    return { ...window, group: node.int('group', 1), offsetGroup: node.int('offset_group', 1) };
  },
  infer: (node, parameters) => {
    const input = node.inputs[0]?.shape;
    const dtype = node.dtypeOf(0);
    if (!input) return [{ dtype }];
    const channels = node.inputs[1]?.shape?.[0] ?? unknownSize(node);
    return [{ dtype, shape: [input[0] ?? 1, channels, ...slide(node, parameters, input.slice(2))] }];
  },
});

export interface GridSampleParameters {
  readonly mode: 'linear' | 'nearest' | 'cubic';
  readonly paddingMode: 'zeros' | 'border' | 'reflection';
  readonly alignCorners: boolean;
}

/** Names of the modes; the longer ones are those of opset 16. */
const SAMPLE_MODES: ReadonlyMap<string, GridSampleParameters['mode']> = new Map([
  ['linear', 'linear'],
  ['bilinear', 'linear'],
  ['nearest', 'nearest'],
  ['cubic', 'cubic'],
  ['bicubic', 'cubic'],
]);

/** X [N, C, D…] sampled at grid [N, D'…, number of spatial axes], whose coordinates run from -1 to 1. */
export const gridSample = operator('GridSample', {
  traits: [],
  parameters: (node): GridSampleParameters => {
    const mode = SAMPLE_MODES.get(node.string('mode', 'linear'));
    const paddingMode = node.string('padding_mode', 'zeros');
    if (!mode) throw node.invalid('mode is none of linear, nearest, cubic');
    if (paddingMode !== 'zeros' && paddingMode !== 'border' && paddingMode !== 'reflection') {
      throw node.invalid('padding_mode is none of zeros, border, reflection');
    }
    return { mode, paddingMode, alignCorners: node.int('align_corners', 0) !== 0 };
  },
  infer: (node) => {
    const [input, grid] = [node.inputs[0]?.shape, node.inputs[1]?.shape];
    const dtype = node.dtypeOf(0);
    return [{ dtype, shape: input && grid ? [...input.slice(0, 2), ...grid.slice(1, -1)] : undefined }];
  },
});

/** X [N, C, H, W] pooled in regions rois [R, 4] to [R, C, outputHeight, outputWidth]. */
export const roiAlign = operator('RoiAlign', {
  traits: [],
  parameters: (node) => {
    const mode = node.string('mode', 'avg');
    const coordinates = node.string(
      'coordinate_transformation_mode',
      node.opset < 16 ? 'output_half_pixel' : 'half_pixel',
    );
    if (mode !== 'avg' && mode !== 'max') throw node.invalid('mode is neither avg nor max');
    if (coordinates !== 'half_pixel' && coordinates !== 'output_half_pixel') {
      throw node.invalid('coordinate_transformation_mode is neither half_pixel nor output_half_pixel');
    }
    return {
      mode,
      /** Before opset 16 coordinates were not moved by half a pixel. */
      coordinateTransformationMode: coordinates,
      outputHeight: node.int('output_height', 1),
      outputWidth: node.int('output_width', 1),
      /** Samples per bin and axis; 0: as many as the bin is large. */
      samplingRatio: node.int('sampling_ratio', 0),
      spatialScale: node.float('spatial_scale', 1),
    };
  },
  infer: (node, { outputHeight, outputWidth }) => [
    { dtype: node.dtypeOf(0), shape: [regionsOf(node), channelsOf(node), outputHeight, outputWidth] },
  ],
});

function regionsOf(node: Node): Dimension {
  return node.inputs[1]?.shape?.[0] ?? unknownSize(node);
}

function channelsOf(node: Node): Dimension {
  return node.inputs[0]?.shape?.[1] ?? unknownSize(node);
}

/** X [N, C, H, W] in regions rois [R, 5], the greatest of each bin, to [R, C, pooled_shape…]. */
export const maxRoiPool = operator('MaxRoiPool', {
  traits: [],
  parameters: (node) => {
    const pooledShape = node.ints('pooled_shape', undefined);
    if (pooledShape?.length !== 2) throw node.invalid('pooled_shape has not two sizes');
    return { pooledShape, spatialScale: node.float('spatial_scale', 1) };
  },
  infer: (node, { pooledShape }) => [
    { dtype: node.dtypeOf(0), shape: [regionsOf(node), channelsOf(node), ...pooledShape] },
  ],
});

/** theta [N, 2, 3] or [N, 3, 4] and a size [N, C, D…] give the positions that GridSample takes: [N, D…, 2 or 3]. */
export const affineGrid = operator('AffineGrid', {
  traits: [],
  parameters: (node) => ({ alignCorners: node.int('align_corners', 0) !== 0 }),
  infer: (node) => {
    const size = node.inputs[1];
    const axes = node.inputs[0]?.shape?.[1] ?? size?.shape?.[0];
    const spatial = typeof axes === 'number' ? axes : undefined;
    const wanted = size?.elements ?? (spatial === undefined ? undefined : unknownSizes(node, spatial + 2));
    if (!wanted) return [{ dtype: node.dtypeOf(0) }];
    const [batch = 1, , ...sizes] = wanted;
    return [{ dtype: node.dtypeOf(0), shape: [batch, ...sizes, sizes.length] }];
  },
});
