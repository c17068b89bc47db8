import { isStatic, type Model, sizeOf, type Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { Draw } from '../../properties/random-networks.js';

/** One more value made of those that are there, or undefined where nothing of the kind fits. */
type Step = (n: Network, x: Value, draw: Draw, values: readonly Value[]) => Value | undefined;

const EPSILONS = [1e-5, 1e-3, 0.1];
const OPSETS = [13, 17, 18, 19, 21];

/** Channels, height and width of an image whose sizes are all known. */
function imageOf(x: Value): { channels: number; height: number; width: number } | undefined {
  if (!isStatic(x.shape) || x.shape.length !== 4) return undefined;
  const [, channels = 0, height = 0, width = 0] = x.shape;
  return height >= 4 && width >= 4 && channels <= 16 ? { channels, height, width } : undefined;
}

function opsetOf({ model }: Network): number {
  return model.opsets.get('') ?? 17;
}

const convolve: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image) return undefined;
  const kernel = draw.of([1, 1, 3, 3, 5].filter((size) => size <= Math.min(image.height, image.width)));
  const group = draw.of([1, 1, image.channels, image.channels % 2 ? 1 : 2]);
  const channels = draw.of([image.channels, group * 2, 8].filter((count) => count % group === 0));
  return n.conv(x, { kernel, group, channels, pad: draw.of([0, kernel >> 1, kernel >> 1]), bias: draw.below(2) === 0 });
};

const deconvolve: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image) return undefined;
  const kernel = draw.of([1, 2, 3, 4]);
  const stride = draw.of([1, 2]);
  const group = draw.of([1, image.channels % 2 ? 1 : 2]);
  const weight = n.random([image.channels, draw.of([1, 2, 4]), kernel, kernel], -0.5, 0.5);
  const outputPadding = stride === 2 ? draw.below(2) : 0;
  return n.node('ConvTranspose', [x, weight], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    group,
    pads: new Array(4).fill(kernel > 2 ? 1 : 0),
    ...(outputPadding ? { output_padding: [1, 1] } : {}),
  });
};

/** Transposed convolutions of one value that are added: kernels of several sizes, placed so that results are equally large. */
const deconvolutionsAdded: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image) return undefined;
  const stride = draw.of([1, 2, 2]);
  const channels = draw.of([2, 4]);
  const terms = Array.from({ length: 2 + draw.below(3) }, () => {
    const [kernel, added] = [draw.of([1, 2, 3, 4, 6]), draw.below(stride)];
    const total = kernel - stride + added;
    if (total < 0) return undefined;
    const begin = draw.below(total + 1);
    const group = draw.of([1, 1, image.channels % 2 ? 1 : 2]);
    const weight = n.random([image.channels, channels / group, kernel, kernel], -0.5, 0.5);
    const y = n.node('ConvTranspose', [x, weight, ...(draw.below(2) ? [n.random([channels])] : [])], {
      strides: [stride, stride],
      pads: [begin, total - begin, total - begin, begin],
      output_padding: [added, added],
      group,
    });
    return draw.below(3) ? y : n.batchNorm(y, draw.of(EPSILONS));
  }).filter((term) => term !== undefined);
  if (stride === 1 && image.channels === channels && draw.below(2)) terms.splice(draw.below(2), 0, x);
  return terms.length === 0
    ? undefined
    : terms.reduce((sum, term) => n.node(draw.of(['Add', 'Add', 'Sub']), [sum, term]));
};

const normalise: Step = (n, x, draw) => {
  const channels = x.shape?.[1];
  return typeof channels === 'number' && (x.rank ?? 0) >= 2 ? n.batchNorm(x, draw.of(EPSILONS)) : undefined;
};

/** Branches of one value that keep its sizes, added in any order. */
const branches: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image) return undefined;
  const terms = Array.from({ length: 2 + draw.below(4) }, () => branchOf(n, x, draw, image.channels));
  const sum = terms
    .slice(1)
    .reduce((total, term) => (draw.below(4) ? n.add(total, term) : n.sub(term, total)), terms[0] ?? x);
  return draw.below(2) ? n.batchNorm(sum, draw.of(EPSILONS)) : sum;
};

function branchOf(n: Network, x: Value, draw: Draw, channels: number): Value {
  const kernel = draw.of([1, 3, 3, 5]);
  const dilation = kernel === 3 ? draw.of([1, 1, 2, 3]) : 1;
  switch (draw.below(7)) {
    case 0:
      return n.batchNorm(x, draw.of(EPSILONS));
    case 1:
      return n.mul(x, n.random([channels, 1, 1]));
    case 2:
      return n.node('AveragePool', [x], {
        kernel_shape: [3, 3],
        pads: [1, 1, 1, 1],
        strides: [1, 1],
        count_include_pad: 1,
      });
    case 3: {
      const [high, wide] = draw.of([
        [1, 3],
        [3, 1],
        [1, 5],
        [5, 1],
      ]);
      const pads = [high >> 1, wide >> 1, high >> 1, wide >> 1];
      return n.node('Conv', [x, n.random([channels, channels, high, wide], -0.3, 0.3)], {
        kernel_shape: [high, wide],
        pads,
      });
    }
    case 4:
      return x;
    default: {
      const group = draw.of([1, 1, channels]);
      const y = n.conv(x, { kernel, dilation, group, pad: ((kernel - 1) * dilation) / 2, bias: draw.below(2) === 0 });
      return draw.below(2) ? n.batchNorm(y, draw.of(EPSILONS)) : y;
    }
  }
}

/** Convolutions of one value and slices of its channels, side by side; a convolution may read a slice. */
const beside: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image || image.channels > 8) return undefined;
  const part = () => {
    const first = draw.below(image.channels);
    const bounds = [[first], [first + 1 + draw.below(image.channels - first)], [1], [draw.of([1, 1, 2])]];
    return n.node('Slice', [x, ...bounds.map((list) => n.integers(list))]);
  };
  const parts = Array.from({ length: 2 + draw.below(2) }, () => {
    const kernel = draw.of([1, 1, 3]);
    const source = draw.below(3) ? x : part();
    const options = { kernel, channels: draw.of([1, 2, 4]), pad: kernel >> 1, bias: draw.below(2) === 0 };
    return draw.below(4) ? n.conv(source, options) : source;
  });
  return n.concat(parts);
};

/** A border of constants around what lies inside, as exporters write an assignment to it. */
const border: Step = (n, x, draw) => {
  const image = imageOf(x);
  const [batch = 1] = x.shape ?? [];
  if (!image || typeof batch !== 'number') return undefined;
  const { channels, height, width } = image;
  const perChannel = draw.below(2) === 0;
  const value = n.random([1, perChannel ? channels : 1, 1, 1]);
  const strip = (high: number, wide: number) => n.node('Expand', [value, n.integers([batch, channels, high, wide])]);
  const bounds = [
    [1, 1],
    [-1, -1],
    [2, 3],
  ].map((list) => n.integers(list));
  const inside = draw.below(2) ? n.node('Slice', [x, ...bounds]) : undefined;
  if (!inside) {
    const padded = n.node('Pad', [x, n.integers([0, 0, 1, 1, 0, 0, 1, 1])]);
    return n.conv(padded, { kernel: 3 });
  }
  const middle = n.concat([strip(height - 2, 1), inside, strip(height - 2, 1)], 3);
  const whole = n.concat([strip(1, width), middle, strip(1, width)], 2);
  return draw.below(2) ? n.conv(whole, { kernel: 3, pad: draw.below(2) }) : whole;
};

const padded: Step = (n, x, draw) => {
  if (!imageOf(x)) return undefined;
  const modes = ['constant', 'reflect', 'edge', ...(opsetOf(n) >= 19 ? ['wrap'] : [])];
  const widths = draw.of([
    [1, 1, 1, 1],
    [0, 1, 1, 0],
    [2, 2, 2, 2],
  ]);
  const y = n.node('Pad', [x, n.integers([0, 0, ...widths.slice(0, 2), 0, 0, ...widths.slice(2)])], {
    mode: draw.of(modes),
  });
  if (!draw.below(2)) return y;
  const wide = n.conv(y, { kernel: 3 });
  return String(wide.shape) === String(x.shape) ? n.add(wide, n.conv(x)) : wide;
};

/** Channels in another order, or each several times. */
const shuffled: Step = (n, x, draw) => {
  const image = imageOf(x);
  const [batch = 1] = x.shape ?? [];
  if (!image || typeof batch !== 'number' || image.channels % 2) return undefined;
  const { channels, height, width } = image;
  if (draw.below(3) === 0) return n.node('Tile', [x, n.integers([1, 2, 1, 1])]);
  const groups = n.reshape(x, [batch, 2, channels / 2, height, width]);
  return n.reshape(n.transpose(groups, [0, 2, 1, 3, 4]), [batch, channels, height, width]);
};

/** Rows of features, a product with weights, perhaps a batch norm of them, and back. */
const product: Step = (n, x, draw) => {
  const image = imageOf(x);
  const [batch = 1] = x.shape ?? [];
  if (!image || typeof batch !== 'number') return undefined;
  const { channels, height, width } = image;
  const rows = draw.below(2)
    ? n.transpose(n.reshape(x, [batch, channels, height * width]), [0, 2, 1])
    : n.reshape(n.transpose(x, [0, 2, 3, 1]), [batch, height * width, channels]);
  let y = n.node('MatMul', [rows, n.random([channels, 4], -0.5, 0.5)]);
  if (draw.below(2)) y = n.add(y, n.random([4]));
  if (draw.below(3) === 0) return n.batchNorm(n.reshape(y, [batch * height * width, 4]), draw.of(EPSILONS));
  const back = n.transpose(y, [0, 2, 1]);
  const image4 = n.reshape(back, [batch, 4, height, width]);
  return draw.below(2) ? n.batchNorm(image4, draw.of(EPSILONS)) : image4;
};

/** A linear layer behind a flattened value, its rows seen as groups, and a batch norm of the groups. */
const linear: Step = (n, x, draw) => {
  if (!isStatic(x.shape) || sizeOf(x.shape) > 2000 || x.shape.length < 2) return undefined;
  const [batch = 1, ...rest] = x.shape;
  const flat = n.reshape(x, [batch, sizeOf(rest)]);
  const y = n.linear(flat, 8);
  if (draw.below(2)) return n.batchNorm(y, draw.of(EPSILONS));
  return n.batchNorm(
    n.reshape(
      y,
      draw.of([
        [batch, 4, 2],
        [batch, 2, 4],
        [batch, 2, 2, 2],
      ]),
    ),
    draw.of(EPSILONS),
  );
};

const resized: Step = (n, x, draw) => {
  if (!imageOf(x) || sizeOf(x.shape as readonly number[]) > 1200) return undefined;
  const mode = draw.of(['nearest', 'linear']);
  const scales = n.constant([1, 1, 2, 2]);
  return n.node('Resize', [x, undefined, scales], {
    mode,
    coordinate_transformation_mode: mode === 'nearest' ? 'asymmetric' : draw.of(['half_pixel', 'align_corners']),
    ...(mode === 'nearest' ? { nearest_mode: 'floor' } : {}),
  });
};

/** A mean over space in the ways that exporters spell it, scaled before or behind. */
const meanOverSpace: Step = (n, x, draw) => {
  const image = imageOf(x);
  if (!image) return undefined;
  const scaled = draw.below(2) ? n.mul(x, n.random([image.channels, 1, 1], 0.5, 4)) : x;
  const keepdims = draw.below(2);
  const mean =
    draw.below(2) === 0
      ? n.globalAveragePool(scaled)
      : opsetOf(n) >= 18
        ? n.node('ReduceMean', [scaled, n.integers([2, 3])], { keepdims })
        : n.node('ReduceMean', [scaled], {
            axes: draw.of([
              [2, 3],
              [-1, -2],
            ]),
            keepdims,
          });
  return mean.rank === 4 && draw.below(2) ? n.mul(x, n.sigmoid(n.conv(mean))) : mean;
};

/** A constant of any shape that broadcasts into a value, added or taken away: a position embedding, a mean image. */
const constantMap: Step = (n, x, draw) => {
  if (!isStatic(x.shape)) return undefined;
  const sizes = x.shape.map((size) => (draw.below(3) ? size : 1)).slice(draw.below(x.shape.length));
  const operands = draw.below(3) ? [x, n.random(sizes)] : [n.random(sizes), x];
  const y = n.node(draw.of(['Add', 'Sub']), operands);
  const channels = x.shape[1];
  if (channels === undefined) return y;
  const affine = draw.below(2) ? n.batchNorm(y, draw.of(EPSILONS)) : y;
  return draw.below(2) ? n.mul(affine, n.random([x.shape.at(-1) ?? 1], 0.5, 2)) : affine;
};

/** GELU and HardSwish as they are written without an operator of their own, and plain activations. */
const activate: Step = (n, x, draw) => {
  switch (draw.below(6)) {
    case 0: {
      const erf = n.add(n.node('Erf', [n.div(x, n.constant(Math.SQRT2))]), n.constant(1));
      return draw.below(2) ? n.mul(n.mul(x, erf), n.constant(0.5)) : n.mul(x, n.mul(erf, n.constant(0.5)));
    }
    case 1: {
      const clipped = n.node('Clip', [n.add(x, n.constant(3)), n.constant(0), n.constant(6)]);
      return n.div(n.mul(x, clipped), n.constant(6));
    }
    case 2:
      return n.mul(x, n.sigmoid(x));
    case 3:
      return n.node('LeakyRelu', [x], { alpha: { float: 0.1 } });
    default:
      return n.relu(x);
  }
};

/** What changes nothing, but stands in the way. */
const nothing: Step = (n, x, draw) => {
  switch (draw.below(6)) {
    case 0:
      return n.node('Identity', [x]);
    case 1:
      return n.add(x, n.node('Identity', [n.constant(0)]));
    case 2:
      return n.mul(n.node('Identity', [n.constant([1], [1])]), x);
    case 3:
      return n.node('Cast', [x], { to: 1 });
    case 4:
      return n.node('Dropout', [x]);
    default:
      return n.mul(x, n.node('Identity', [n.constant(draw.of([2, 0.5, -1]))]));
  }
};

const joined: Step = (n, x, draw, values) => {
  const same = values.filter((value) => String(value.shape) === String(x.shape));
  const other = draw.of(same);
  switch (draw.below(4)) {
    case 0:
      return (x.rank ?? 0) > 1 && (Number(x.shape?.[1]) || 99) <= 8 ? n.concat([x, other]) : undefined;
    case 1:
      return n.node('Where', [n.node('Greater', [x, n.constant(0.25)]), x, other]);
    case 2:
      return n.node('Max', [x, other]);
    default:
      return n.node(draw.of(['Add', 'Sub', 'Mul']), [x, other]);
  }
};

const normaliseByItself: Step = (n, x, draw) => {
  if (!isStatic(x.shape) || x.shape.length < 3) return undefined;
  const [, channels = 1] = x.shape;
  const last = x.shape.at(-1) ?? 1;
  switch (draw.below(3)) {
    case 0:
      return n.node('InstanceNormalization', [x, n.random([channels], 0.5, 1.5), n.random([channels])], {
        epsilon: { float: 0.01 },
      });
    case 1:
      return opsetOf(n) >= 17 && last >= 4
        ? n.node('LayerNormalization', [x, n.random([last]), n.random([last])], { epsilon: { float: 0.01 } })
        : undefined;
    default:
      return n.node('Softmax', [x], { axis: draw.of([1, -1]) });
  }
};

const STEPS: readonly Step[] = [
  convolve,
  convolve,
  convolve,
  deconvolve,
  deconvolutionsAdded,
  normalise,
  normalise,
  beside,
  branches,
  branches,
  border,
  padded,
  shuffled,
  product,
  linear,
  resized,
  meanOverSpace,
  constantMap,
  activate,
  activate,
  nothing,
  nothing,
  joined,
  joined,
  normaliseByItself,
];

/** A network of what real ones are made of, up to some 40 nodes; the same for the same seed. */
export function wideNetwork(seed: number): Model {
  const draw = new Draw(seed);
  return network(
    (n) => {
      const values = [n.input([draw.of([1, 2]), draw.of([3, 4, 8]), 5 + draw.below(4), 5 + draw.below(4)])];
      for (let count = 3 + draw.below(8); count > 0; count--) {
        const x = draw.below(4) ? (values.at(-1) as Value) : draw.of(values);
        const next = draw.of(STEPS)(n, x, draw, values);
        if (next && isStatic(next.shape) && sizeOf(next.shape) > 0 && sizeOf(next.shape) < 8000) values.push(next);
      }
      const made = values.slice(1);
      if (made.length === 0) made.push(n.relu(values[0] as Value));
      return [...new Set([made.at(-1) as Value, draw.of(made)])];
    },
    { seed, opset: draw.of(OPSETS) },
  );
}
