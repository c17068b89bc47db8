import { decline } from '../../../lowering/decline.js';
import { blockDiagonal, constantFilter, type Filter, filterOf, stuffed } from '../../../lowering/filter.js';
import { type Tile, tilesOf } from '../../../lowering/tiles.js';
import { type ConvParameters, conv } from '../../../operators/index.js';
import { type FusedActivation, fusableActivation } from '../activation.js';
import * as attribute from '../attributes.js';
import type { Attributes, Builder, Ref } from '../builder.js';
import { row, type Site } from '../row.js';
import { convolution3d } from './convolution-3d.js';

/** How TensorFlow lays filters out that are [O,I,kh,kw] in ONNX. */
export const HWIO = [2, 3, 1, 0];

/** A convolution over two spatial axes, in TensorFlow's terms but for the filter. */
interface Convolution {
  readonly filter: Filter<Ref>;
  readonly groups: number;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Top, left, bottom, right; `SAME` where the sizes that decide it are not known. */
  readonly pads: readonly number[] | 'SAME';
  /** A constant. wasm asks of a bias that it never had another rank, so one that is computed is added by itself. */
  readonly bias: Ref | undefined;
  readonly activation: FusedActivation | undefined;
}

interface Kernel {
  /** With bias and activation. */
  readonly fused: string;
  readonly plain: string;
}

const DENSE: Kernel = { fused: '_FusedConv2D', plain: 'Conv2D' };
const DEPTHWISE: Kernel = { fused: 'FusedDepthwiseConv2dNative', plain: 'DepthwiseConv2dNative' };

/**
 * Above so many groups one dense convolution with a block-diagonal filter is faster than splitting (28x28x128 in wasm: 8
 * groups 2.1 against 7.4 ms, 32 groups 7.9 against 7.4), as long as the filter stays small.
 */
const MOST_SPLIT_GROUPS = 24;
const LARGEST_DENSE_FILTER = 2 ** 18;

/** Conv over one to three axes, channels last. One axis is two, of which the first has size 1; an activation behind it is part of it where the kernel has it. */
export const convRow = row(conv, (site, parameters) => {
  const spatial = parameters.strides.length;
  if (spatial === 3) return convolution3d(site, parameters);
  if (spatial > 3) return decline(`a convolution over ${spatial} axes`);
  const convolution = planeConvolution(site, parameters);
  const x = spatial === 1 ? site.build.expandDims(site.input(0), 1) : site.input(0);
  const y = emit(site.build, x, convolution);
  const biased = convolution.bias === undefined && site.has(2) ? site.build.op('AddV2', [y, site.input(2)]) : y;
  const result = spatial === 1 ? site.build.squeeze(biased, [1]) : biased;
  if (convolution.activation) site.absorb(convolution.activation.reader, result);
  return result;
});

function planeConvolution(site: Site, parameters: ConvParameters): Convolution {
  const isLine = parameters.strides.length === 1;
  const widen = (values: readonly number[], neutral: number) => (isLine ? [neutral, ...values] : [...values]);
  const { pads } = parameters;
  return {
    filter: filterOf(site, HWIO, isLine),
    groups: parameters.group,
    strides: widen(parameters.strides, 1),
    dilations: widen(parameters.dilations, 1),
    pads: pads ? (isLine ? [0, pads[0] ?? 0, 0, pads[1] ?? 0] : pads) : unknownPads(site, parameters),
    bias: site.constant(2) && site.precise(2),
    activation: site.has(2) && !site.constant(2) ? undefined : fusableActivation(site),
  };
}

/** SAME is the engine's to work out, which wasm does wrongly where windows leave elements out between them. */
function unknownPads(site: Site, { autoPad, strides, dilations }: ConvParameters): 'SAME' {
  const kernel = site.onnxShape(1).slice(2);
  const extents = kernel.map((size, axis) => (Number(size) - 1) * (dilations[axis] ?? 1) + 1);
  const overlap = extents.every((extent, axis) => extent >= (strides[axis] ?? 1));
  if (autoPad === 'SAME_UPPER' && overlap) return 'SAME';
  return decline(`${autoPad} padding of a size that is not known; fix it with --shape`);
}

function emit(build: Builder, x: Ref, convolution: Convolution): Ref {
  const { filter, groups, dilations, strides, pads } = convolution;
  if (dilations.some((d) => d > 1) && strides.some((s) => s > 1)) return emitStridedAndDilated(build, x, convolution);
  const [outputs = 1, perGroup = 1, height = 1, width = 1] = filter.shape;
  if (groups === 1) return emitFused(build, DENSE, x, filter.dense(), convolution, outputs);
  if (perGroup === 1 && outputs % groups === 0) {
    const tiles = filter.tensor && dilations.every((d) => d === 1) && pads !== 'SAME' && tilesOf(filter.tensor, pads);
    if (tiles) return emitTiles(build, x, tiles, convolution);
    const weight = filter.depthwise([height, width, groups, outputs / groups]);
    return emitFused(build, DEPTHWISE, x, weight, convolution, outputs);
  }
  return emitGrouped(build, x, convolution);
}

/** No kernel has both: the holes of the kernel become zeros; where it is computed, the results between are dropped. */
function emitStridedAndDilated(build: Builder, x: Ref, convolution: Convolution): Ref {
  const { filter, dilations, strides, pads, activation } = convolution;
  if (filter.tensor) {
    const dense = constantFilter(build, { like: `${build.scope}/stuffed` }, stuffed(filter.tensor, dilations), HWIO);
    return emit(build, x, { ...convolution, filter: dense, dilations: [1, 1] });
  }
  if (pads === 'SAME' || activation) return decline('a computed kernel with stride and dilation');
  const every = emit(build, x, { ...convolution, strides: [1, 1] });
  const [strideY = 1, strideX = 1] = strides;
  return build.stridedSlice(every, {
    begin: [0, 0, 0, 0],
    end: [0, 0, 0, 0],
    strides: [1, strideY, strideX, 1],
    beginMask: 15,
    endMask: 15,
  });
}

function emitTiles(build: Builder, x: Ref, tiles: readonly Tile[], convolution: Convolution): Ref {
  const { bias, activation } = convolution;
  const sum = tiles
    .map(({ tensor, pads }, index) => {
      const filter = constantFilter(build, { like: `${build.scope}/tile` }, tensor, HWIO);
      return emit(build, x, {
        ...convolution,
        filter,
        pads,
        bias: index === 0 ? bias : undefined,
        activation: undefined,
      });
    })
    .reduce((a, b) => build.op('AddV2', [a, b]));
  return activation ? build.op(activation.op, [sum, ...activation.inputs]) : sum;
}

function emitGrouped(build: Builder, x: Ref, convolution: Convolution): Ref {
  const { filter, groups, bias } = convolution;
  const [outputs = 1, perGroup = 1, height = 1, width = 1] = filter.shape;
  const denseSize = outputs * perGroup * groups * height * width;
  if (filter.tensor && groups > MOST_SPLIT_GROUPS && denseSize <= LARGEST_DENSE_FILTER) {
    const dense = constantFilter(build, { like: `${build.scope}/dense` }, blockDiagonal(filter.tensor, groups), HWIO);
    return emit(build, x, { ...convolution, filter: dense, groups: 1 });
  }
  const weights = filter.groups(groups);
  const inputs = build.split(x, new Array<number>(groups).fill(perGroup), 3);
  const biases = bias === undefined ? [] : build.split(bias, new Array<number>(groups).fill(outputs / groups), 0);
  const parts = inputs.map((input, index) => {
    return emitFused(
      build,
      DENSE,
      input,
      weights[index] ?? '',
      { ...convolution, bias: biases[index] },
      outputs / groups,
    );
  });
  return build.concat(parts, 3);
}

function emitFused(
  build: Builder,
  kernel: Kernel,
  x: Ref,
  weight: Ref,
  convolution: Convolution,
  outputs: number,
): Ref {
  const { activation, bias } = convolution;
  const window = windowAttributes(convolution);
  if (bias === undefined && !activation) return build.op(kernel.plain, [x, weight], window);
  // The loader drops an activation that no BiasAdd precedes, without an error.
  const added = bias ?? build.floats(new Float32Array(outputs));
  return build.op(kernel.fused, [x, weight, added, ...(activation?.inputs ?? [])], {
    ...window,
    num_args: attribute.int(1 + (activation?.inputs.length ?? 0)),
    fused_ops: attribute.texts(['BiasAdd', ...(activation ? [activation.op] : [])]),
  });
}

function windowAttributes({ strides, dilations, pads }: Convolution): Attributes {
  const isExplicit = pads !== 'SAME' && pads.some((pad) => pad !== 0);
  return {
    strides: attribute.ints([1, ...strides, 1]),
    dilations: attribute.ints([1, ...dilations, 1]),
    data_format: attribute.text('NHWC'),
    padding: attribute.text(pads === 'SAME' ? 'SAME' : isExplicit ? 'EXPLICIT' : 'VALID'),
    ...(isExplicit && { explicit_paddings: attribute.ints(explicitPaddings(pads)) }),
  };
}

/** ONNX's top, left, bottom, right as TensorFlow's pairs per axis. */
export function explicitPaddings(pads: readonly number[]): number[] {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return [0, 0, top, bottom, left, right, 0, 0];
}
