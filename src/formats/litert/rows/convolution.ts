import { decline } from '../../../lowering/decline.js';
import { constantFilter, type Filter, filterOf } from '../../../lowering/filter.js';
import { type Tile, tilesOf } from '../../../lowering/tiles.js';
import { type ConvParameters, conv } from '../../../operators/index.js';
import { withActivation } from '../activation.js';
import type { Builder, Ref } from '../builder.js';
import { ACTIVATIONS, SAME, VALID } from '../operations/index.js';
import { type Row, row, type Site } from '../row.js';
import { liesAsSame } from '../same.js';
import { convolution3d } from './convolution-3d.js';

/** How TensorFlow Lite lays filters out that are [O,I,kh,kw] in ONNX. */
const OHWI = [0, 2, 3, 1];

/** A convolution over two spatial axes. */
interface Convolution {
  readonly filter: Filter<Ref>;
  readonly groups: number;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly bias: Ref | undefined;
  readonly activation: number;
}

/** Conv over one to three axes, channels last. One axis is two, of which the first has size 1. */
export const convolutionRows: readonly Row[] = [
  row(conv, (site, parameters) => {
    const spatial = parameters.strides.length;
    if (spatial > 3) return decline(`a convolution over ${spatial} axes`);
    if (spatial === 3) return convolution3d(site, parameters);
    if (spatial === 2)
      return withActivation(site, (activation) => convolve(site, site.input(0), parameters, activation));
    const plane = site.build.expandDims(site.input(0), 1);
    return site.build.squeeze(convolve(site, plane, parameters, ACTIVATIONS.NONE), [1]);
  }),
];

function convolve(site: Site, x: Ref, parameters: ConvParameters, activation: number): Ref {
  const isLine = parameters.strides.length === 1;
  const widen = (values: readonly number[]) => (isLine ? [1, ...values] : values);
  const pads = parameters.pads ?? decline('padding of a size that is not known; fix it with --shape');
  return emit(site.build, x, {
    filter: filterOf(site, OHWI, isLine),
    groups: parameters.group,
    strides: widen(parameters.strides),
    dilations: widen(parameters.dilations),
    pads: isLine ? [0, pads[0] ?? 0, 0, pads[1] ?? 0] : pads,
    bias: site.has(2) ? site.precise(2) : undefined,
    activation,
  });
}

function emit(build: Builder, x: Ref, convolution: Convolution): Ref {
  const { filter, groups, dilations, pads } = convolution;
  const [outputs = 1, perGroup = 1, height = 1, width = 1] = filter.shape;
  const isDepthwise = groups > 1 && perGroup === 1 && outputs % groups === 0;
  if (!isDepthwise) return emitOne(build, 'CONV_2D', x, filter.dense(), convolution);
  const tiles = filter.tensor && dilations.every((d) => d === 1) && tilesOf(filter.tensor, pads);
  if (tiles) return emitTiles(build, x, tiles, convolution);
  return emitOne(build, 'DEPTHWISE_CONV_2D', x, filter.depthwise([1, height, width, outputs]), convolution);
}

function emitTiles(build: Builder, x: Ref, tiles: readonly Tile[], convolution: Convolution): Ref {
  const { bias, activation } = convolution;
  const parts = tiles.map(({ tensor, pads }, index) => {
    const filter = constantFilter(build, { like: `${build.scope}/tile` }, tensor, OHWI);
    const first = index === 0 ? bias : undefined;
    return emit(build, x, { ...convolution, filter, pads, bias: first, activation: ACTIVATIONS.NONE });
  });
  return parts.reduce((sum, part, index) =>
    build.op('ADD', [sum, part], { activation: index === parts.length - 1 ? activation : ACTIVATIONS.NONE }),
  );
}

function emitOne(build: Builder, op: string, x: Ref, weight: Ref, convolution: Convolution): Ref {
  const { strides, dilations, pads, activation, filter, groups, bias } = convolution;
  const [outputs = 1] = filter.shape;
  const [strideHeight = 1, strideWidth = 1] = strides;
  const [dilationHeight = 1, dilationWidth = 1] = dilations;
  const isSame = pads.some((pad) => pad !== 0) && padsAsSame(x.shape, convolution);
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const around = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const;
  // XNNPACK makes one step of the zeros and the convolution.
  const wide = isSame ? x : build.pad(x, around, build.float(0));
  // Kernels refuse to do without a bias.
  const added = bias ?? build.floats(new Float32Array(outputs));
  return build.op(op, [wide, weight, added], {
    padding: isSame ? SAME : VALID,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    activation,
    ...(op === 'DEPTHWISE_CONV_2D' && { depthMultiplier: outputs / groups }),
  });
}

function padsAsSame(shape: readonly number[], { filter, strides, dilations, pads }: Convolution): boolean {
  return [0, 1].every((axis) => {
    const [size = 1, kernel = 1] = [shape[axis + 1], filter.shape[axis + 2]];
    const [stride = 1, dilation = 1] = [strides[axis], dilations[axis]];
    const [before = 0, behind = 0] = [pads[axis], pads[axis + 2]];
    return liesAsSame({ size, extent: (kernel - 1) * dilation + 1, stride, before, behind });
  });
}
