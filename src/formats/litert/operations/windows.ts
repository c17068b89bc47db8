import { broadcast } from './elementwise.js';
import { type Known, misfit, type Operands, type Operation, type Options, operation, optionOf } from './operation.js';

/** SAME stands for 0 in this format, which is what an absent field means. */
export const SAME = 0;
/** No padding. */
export const VALID = 1;

/** Numbers of the activations that kernels compute along with their results. */
export const ACTIVATIONS = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3 } as const;

/** What a window of the given extent gives along an axis. @throws Misfit where it finds no place */
function windows(size: number, extent: number, stride: number, padding: number): number {
  if (stride < 1) misfit(`a stride of ${stride}`);
  const count = padding === SAME ? Math.ceil(size / stride) : Math.floor((size - extent) / stride) + 1;
  return count > 0 ? count : misfit(`a window of ${extent} over ${size} elements`);
}

function expectRank({ shape }: Known, rank: number, what: string): readonly number[] {
  return shape.length === rank ? shape : misfit(`${what} has ${shape.length} axes, not ${rank}`);
}

/** A bias of one number for each channel. */
function expectBias(operands: Operands, index: number, channels: number): void {
  if (!operands.has(index)) return;
  const { shape } = operands.at(index);
  if (shape.length !== 1 || shape[0] !== channels) misfit(`a bias of [${shape}] for ${channels} channels`);
}

function plane(sizes: readonly number[], kernel: readonly number[], options: Options): number[] {
  const strides = [optionOf(options, 'strideHeight'), optionOf(options, 'strideWidth')];
  const dilations = [optionOf(options, 'dilationHeight'), optionOf(options, 'dilationWidth')];
  return sizes.map((size, axis) => {
    const extent = ((kernel[axis] ?? 1) - 1) * (dilations[axis] || 1) + 1;
    return windows(size, extent, strides[axis] ?? 1, optionOf(options, 'padding'));
  });
}

const convolution = operation(
  'CONV_2D',
  3,
  [3, 3],
  (operands, options) => {
    const [batch = 1, height = 1, width = 1, channels = 1] = expectRank(operands.at(0), 4, 'the image');
    const [outputs = 1, kernelHeight = 1, kernelWidth = 1, perGroup = 1] = expectRank(operands.at(1), 4, 'the filter');
    if (channels % perGroup !== 0) misfit(`a filter for ${perGroup} channels over ${channels}`);
    if (outputs % (channels / perGroup) !== 0) misfit(`${channels / perGroup} groups for ${outputs} channels`);
    expectBias(operands, 2, outputs);
    const sizes = plane([height, width], [kernelHeight, kernelWidth], options);
    return [{ type: operands.at(0).type, shape: [batch, ...sizes, outputs] }];
  },
  1,
  {
    padding: [0, 'byte'],
    strideWidth: [1, 'int'],
    strideHeight: [2, 'int'],
    activation: [3, 'byte'],
    dilationWidth: [4, 'int', 1],
    dilationHeight: [5, 'int', 1],
  },
);

const depthwise = operation(
  'DEPTHWISE_CONV_2D',
  4,
  [3, 3],
  (operands, options) => {
    const [batch = 1, height = 1, width = 1, channels = 1] = expectRank(operands.at(0), 4, 'the image');
    const [one, kernelHeight = 1, kernelWidth = 1, outputs = 1] = expectRank(operands.at(1), 4, 'the filter');
    if (one !== 1) misfit(`a filter of [${operands.at(1).shape}], which starts with no 1`);
    const multiplier = optionOf(options, 'depthMultiplier');
    if (channels * multiplier !== outputs)
      misfit(`a multiplier of ${multiplier} from ${channels} to ${outputs} channels`);
    expectBias(operands, 2, outputs);
    const sizes = plane([height, width], [kernelHeight, kernelWidth], options);
    return [{ type: operands.at(0).type, shape: [batch, ...sizes, outputs] }];
  },
  2,
  {
    padding: [0, 'byte'],
    strideWidth: [1, 'int'],
    strideHeight: [2, 'int'],
    depthMultiplier: [3, 'int'],
    activation: [4, 'byte'],
    dilationWidth: [5, 'int', 1],
    dilationHeight: [6, 'int', 1],
  },
);

const transposed = operation(
  'TRANSPOSE_CONV',
  67,
  [3, 4],
  (operands, options) => {
    const shape = operands.ints(0);
    const [batch = 1, height = 1, width = 1, channels = 1] = expectRank(operands.at(2), 4, 'the image');
    const [outputs = 1, kernelHeight = 1, kernelWidth = 1, inputs = 1] = expectRank(operands.at(1), 4, 'the filter');
    if (inputs !== channels) misfit(`a filter for ${inputs} channels over ${channels}`);
    expectBias(operands, 3, outputs);
    if (!shape) return undefined;
    const [madeBatch, madeHeight = 1, madeWidth = 1, madeChannels] = shape;
    if (madeBatch !== batch || madeChannels !== outputs)
      misfit(`a result of [${shape}] from [${operands.at(2).shape}]`);
    const swept = plane([madeHeight, madeWidth], [kernelHeight, kernelWidth], options);
    if (swept[0] !== height || swept[1] !== width)
      misfit(`sizes [${height},${width}] and [${madeHeight},${madeWidth}]`);
    return [{ type: operands.at(2).type, shape }];
  },
  49,
  { padding: [0, 'byte'], strideWidth: [1, 'int'], strideHeight: [2, 'int'], activation: [3, 'byte'] },
);

const volume = operation(
  'CONV_3D',
  132,
  [2, 3],
  (operands, options) => {
    const [batch = 1, ...rest] = expectRank(operands.at(0), 5, 'the volume');
    const filter = expectRank(operands.at(1), 5, 'the filter');
    const [perGroup = 1, outputs = 1] = filter.slice(3);
    if (perGroup !== rest[3]) misfit(`a filter for ${perGroup} channels over ${rest[3]}`);
    expectBias(operands, 2, outputs);
    const sizes = ['Depth', 'Height', 'Width'].map((name, axis) => {
      const extent = ((filter[axis] ?? 1) - 1) * optionOf(options, `dilation${name}`) + 1;
      return windows(rest[axis] ?? 1, extent, optionOf(options, `stride${name}`), optionOf(options, 'padding'));
    });
    return [{ type: operands.at(0).type, shape: [batch, ...sizes, outputs] }];
  },
  106,
  {
    padding: [0, 'byte'],
    strideDepth: [1, 'int'],
    strideWidth: [2, 'int'],
    strideHeight: [3, 'int'],
    activation: [4, 'byte'],
    dilationDepth: [5, 'int', 1],
    dilationWidth: [6, 'int', 1],
    dilationHeight: [7, 'int', 1],
  },
);

function pool(name: string, code: number): Operation {
  return operation(
    name,
    code,
    [1, 1],
    (operands, options) => {
      const [batch = 1, height = 1, width = 1, channels = 1] = expectRank(operands.at(0), 4, 'the image');
      const kernel = [optionOf(options, 'filterHeight'), optionOf(options, 'filterWidth')];
      return [{ type: operands.at(0).type, shape: [batch, ...plane([height, width], kernel, options), channels] }];
    },
    5,
    {
      padding: [0, 'byte'],
      strideWidth: [1, 'int'],
      strideHeight: [2, 'int'],
      filterWidth: [3, 'int'],
      filterHeight: [4, 'int'],
      activation: [5, 'byte'],
    },
  );
}

const fullyConnected = operation(
  'FULLY_CONNECTED',
  9,
  [2, 3],
  (operands, options) => {
    const { type, shape } = operands.at(0);
    const [outputs = 1, inputs = 1] = expectRank(operands.at(1), 2, 'the weight');
    expectBias(operands, 2, outputs);
    const size = shape.reduce((a, b) => a * b, 1);
    if (optionOf(options, 'keepNumDims') === 1) {
      if (shape.at(-1) !== inputs) misfit(`a weight for ${inputs} columns over [${shape}]`);
      return [{ type, shape: [...shape.slice(0, -1), outputs] }];
    }
    if (size % inputs !== 0) misfit(`a weight for ${inputs} columns over [${shape}]`);
    return [{ type, shape: [size / inputs, outputs] }];
  },
  8,
  { activation: [0, 'byte'], keepNumDims: [2, 'bool'] },
);

const batchMatmul = operation(
  'BATCH_MATMUL',
  126,
  [2, 2],
  (operands, options) => {
    const [a, b] = [operands.at(0), operands.at(1)];
    if (a.shape.length < 2 || b.shape.length < 2) misfit(`a product of [${a.shape}] and [${b.shape}]`);
    const [m = 1, k = 1] = optionOf(options, 'adjX') === 1 ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const [inner = 1, n = 1] = optionOf(options, 'adjY') === 1 ? b.shape.slice(-2).reverse() : b.shape.slice(-2);
    if (k !== inner) misfit(`a product of [${a.shape}] and [${b.shape}]`);
    return [{ type: a.type, shape: [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] }];
  },
  101,
  { adjX: [0, 'bool'], adjY: [1, 'bool'] },
);

function resize(name: string, code: number, optionsType: number, first: number): Operation {
  return operation(
    name,
    code,
    [2, 2],
    (operands) => {
      const [batch = 1, , , channels = 1] = expectRank(operands.at(0), 4, 'the image');
      const sizes = operands.ints(1);
      if (!sizes) return undefined;
      if (sizes.length !== 2) misfit(`sizes [${sizes}] for two axes`);
      return [{ type: operands.at(0).type, shape: [batch, ...sizes, channels] }];
    },
    optionsType,
    { alignCorners: [first, 'bool'], halfPixelCenters: [first + 1, 'bool'] },
  );
}

function blocks(name: string, code: number, optionsType: number, isToDepth: boolean): Operation {
  return operation(
    name,
    code,
    [1, 1],
    (operands, options) => {
      const [batch = 1, height = 1, width = 1, channels = 1] = expectRank(operands.at(0), 4, 'the image');
      const size = optionOf(options, 'blockSize');
      const shape = isToDepth
        ? [batch, height / size, width / size, channels * size * size]
        : [batch, height * size, width * size, channels / (size * size)];
      if (size < 1 || !shape.every(Number.isInteger)) misfit(`blocks of ${size} in [${operands.at(0).shape}]`);
      return [{ type: operands.at(0).type, shape }];
    },
    optionsType,
    { blockSize: [0, 'int'] },
  );
}

/** What slides windows over planes and volumes, multiplies matrices, or moves pixels. Options stand as in the schema. */
export const windowed: readonly Operation[] = [
  convolution,
  depthwise,
  transposed,
  volume,
  pool('AVERAGE_POOL_2D', 1),
  pool('MAX_POOL_2D', 17),
  fullyConnected,
  batchMatmul,
  resize('RESIZE_BILINEAR', 23, 15, 2),
  resize('RESIZE_NEAREST_NEIGHBOR', 97, 74, 0),
  blocks('SPACE_TO_DEPTH', 26, 19, true),
  blocks('DEPTH_TO_SPACE', 5, 94, false),
];
