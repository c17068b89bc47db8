import { isStatic, type Model, sizeOf, type Value } from '../../src/model/index.js';
import { type Network, network } from '../network.js';

type Draw = (count: number) => number;
type Step = (n: Network, x: Value, draw: Draw, values: readonly Value[]) => Value | undefined;

function shapeOf(x: Value): readonly number[] {
  const { shape } = x;
  if (!isStatic(shape)) throw new Error(`${x.name} has no static shape`);
  return shape;
}

function shuffled(count: number, draw: Draw): number[] {
  const rest = Array.from({ length: count }, (_, i) => i);
  return rest.map(() => 0).map(() => rest.splice(draw(rest.length), 1)[0] ?? 0);
}

const pick = <T>(list: readonly T[], draw: Draw): T => list[draw(list.length)] as T;

/** A constant of any rank that broadcasts to the value, with ones in random places. */
function broadcastConstant(n: Network, x: Value, draw: Draw): Value {
  const shape = shapeOf(x);
  return n.random(shape.slice(draw(shape.length + 1)).map((size) => (draw(2) ? size : 1)));
}

const conv: Step = (n, x, draw) => {
  const [, channels = 1, ...spatial] = shapeOf(x);
  if ((spatial.length !== 2 && spatial.length !== 1) || Math.min(...spatial) < 1 || channels > 24) return undefined;
  const group = pick([1, 1, channels, channels % 2 === 0 ? 2 : 1], draw);
  return n.conv(x, {
    channels: group * (1 + draw(3)),
    kernel: pick([1, 3], draw),
    pad: 1,
    stride: pick([1, 1, 2], draw),
    group,
    bias: draw(2) === 0,
  });
};

const activate: Step = (n, x, draw) => n.node(pick(['Relu', 'Sigmoid', 'HardSwish', 'Tanh'], draw), [x]);

const withConstant: Step = (n, x, draw) =>
  n.node(pick(['Add', 'Mul', 'Sub'], draw), [x, broadcastConstant(n, x, draw)]);

/** Joins two values that broadcast, whatever their ranks and how they lie. */
const withOther: Step = (n, x, draw, values) => {
  const fits = values.filter((other) => {
    const [a, b] = [[...shapeOf(x)].reverse(), [...shapeOf(other)].reverse()];
    const result = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 1, b[i] ?? 1));
    return (
      result.length < 6 &&
      sizeOf(result) < 4000 &&
      result.every((size, i) => [1, size].includes(a[i] ?? 1) && [1, size].includes(b[i] ?? 1))
    );
  });
  return fits.length
    ? n.node(pick(['Add', 'Mul', 'Max'], draw), draw(2) ? [x, pick(fits, draw)] : [pick(fits, draw), x])
    : undefined;
};

const concat: Step = (n, x, draw, values) => {
  const shape = shapeOf(x);
  if (shape.length === 0) return undefined;
  const axis = draw(shape.length);
  const fits = values.filter((other) => {
    const sizes = shapeOf(other);
    return sizes.length === shape.length && sizes.every((size, i) => i === axis || size === shape[i]);
  });
  return n.concat([x, pick(fits, draw)], axis - (draw(2) ? shape.length : 0));
};

const transpose: Step = (n, x, draw) => n.transpose(x, shuffled(shapeOf(x).length, draw));

/** Splits an axis in two, joins neighbours, or drops and adds ones. */
const reshape: Step = (n, x, draw) => {
  const shape = [...shapeOf(x)];
  for (let times = 1 + draw(2); times > 0; times--) {
    const at = draw(Math.max(shape.length, 1));
    const size = shape[at] ?? 1;
    if (draw(2) && shape.length > 1 && at + 1 < shape.length) shape.splice(at, 2, size * (shape[at + 1] ?? 1));
    else if (shape.length < 5)
      shape.splice(at, 1, ...(size % 2 === 0 && draw(3) ? [2, size / 2] : draw(2) ? [1, size] : [size, 1]));
  }
  return n.reshape(x, shape);
};

const flatten: Step = (n, x, draw) => n.node('Flatten', [x], { axis: draw(shapeOf(x).length + 1) });

const reduce: Step = (n, x, draw) => {
  const rank = shapeOf(x).length;
  const axes = shuffled(rank, draw).slice(0, 1 + draw(Math.max(rank, 1)));
  if (rank === 0) return undefined;
  return n.node(pick(['ReduceMean', 'ReduceMax'], draw), [x], {
    axes: axes.map((axis) => axis - (draw(2) ? rank : 0)),
    keepdims: draw(2),
  });
};

const slice: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (shape.length === 0 || shape.length > 4) return undefined;
  const axis = draw(shape.length);
  const size = shape[axis] ?? 1;
  const backwards = draw(2) === 0;
  const [start, end, step] = backwards ? [-1, -size - 1, -1 - draw(2)] : [draw(size), size, 1 + draw(2)];
  return n.node('Slice', [x, n.integers([start]), n.integers([end]), n.integers([axis]), n.integers([step])]);
};

const pad: Step = (n, x, draw) => {
  const rank = shapeOf(x).length;
  if (rank === 0 || rank > 4 || sizeOf(shapeOf(x)) > 1500) return undefined;
  return n.node('Pad', [x, n.integers(Array.from({ length: 2 * rank }, () => draw(2))), n.constant(0.5)], {
    mode: pick(['constant', 'edge'], draw),
  });
};

const softmax: Step = (n, x, draw) => {
  const rank = shapeOf(x).length;
  return rank ? n.node('Softmax', [x], { axis: draw(rank) }) : undefined;
};

const gather: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (shape.length === 0 || shape.length > 4) return undefined;
  const axis = draw(shape.length);
  const size = shape[axis] ?? 1;
  const index = () => draw(2 * size) - size;
  const indices = pick(
    [n.integers(index()), n.integers([index(), index()]), n.constant([index(), index()], [1, 2], 'int64')],
    draw,
  );
  return n.node('Gather', [x, indices], { axis });
};

const split: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  const axis = draw(Math.max(shape.length, 1));
  const size = shape[axis] ?? 1;
  if (size < 2) return undefined;
  const first = 1 + draw(size - 1);
  return pick(n.nodes('Split', [x, n.integers([first, size - first])], { axis }, 2), draw);
};

const product: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  const width = shape.at(-1);
  if (shape.length < 2 || width === undefined || width > 200) return undefined;
  return n.node('MatMul', [x, n.random([width, 1 + draw(4)], -0.5, 0.5)]);
};

const layerNorm: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (shape.length === 0) return undefined;
  const axis = draw(shape.length);
  if (sizeOf(shape.slice(axis)) < 4) return undefined;
  return n.node('LayerNormalization', [x, n.random(shape.slice(axis)), n.random(shape.slice(axis))], {
    axis,
    epsilon: { float: 0.01 },
  });
};

const pool: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (shape.length !== 4 || Math.min(shape[2] ?? 0, shape[3] ?? 0) < 2) return undefined;
  return n.node(pick(['MaxPool', 'AveragePool'], draw), [x], {
    kernel_shape: [2, 2],
    strides: [2, 1 + draw(2)],
    pads: [draw(2), 0, 0, draw(2)],
    ceil_mode: draw(2),
    ...(draw(2) ? {} : {}),
  });
};

const expand: Step = (n, x, draw) => {
  const shape = shapeOf(x);
  if (shape.length > 4 || sizeOf(shape) > 800) return undefined;
  const wide = shape.map((size) => (size === 1 ? 1 + draw(3) : size));
  return n.node('Expand', [x, n.integers(draw(2) ? [2, ...wide] : wide)]);
};

const STEPS: readonly Step[] = [
  conv,
  conv,
  conv,
  activate,
  withConstant,
  withConstant,
  withOther,
  withOther,
  concat,
  transpose,
  transpose,
  reshape,
  reshape,
  flatten,
  reduce,
  slice,
  pad,
  softmax,
  gather,
  split,
  product,
  layerNorm,
  pool,
  expand,
];

/** A network of up to 14 nodes that mix layouts; the same for the same seed. Its outputs are the last value and one more. */
export function randomGraph(seed: number): Model {
  let state = seed;
  const draw: Draw = (count) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0;
    return Math.floor((mixed / 2 ** 32) * count);
  };
  return network(
    (n) => {
      const values = [n.input([1 + draw(2), pick([3, 4, 8], draw), 4 + draw(3), 4 + draw(3)])];
      for (let count = 4 + draw(11); count > 0; count--) {
        const x = draw(3) ? (values.at(-1) as Value) : pick(values, draw);
        const next = pick(STEPS, draw)(n, x, draw, values);
        if (next && isStatic(next.shape) && sizeOf(next.shape) > 0 && sizeOf(next.shape) < 6000) values.push(next);
      }
      const made = values.slice(1);
      if (made.length === 0) made.push(n.relu(values[0] as Value));
      return [...new Set([made.at(-1) as Value, pick(made, draw)])];
    },
    { seed },
  );
}
