import type { Value } from '../../src/model/index.js';
import type { Network } from '../network.js';

/** Draws from one seed; a failing network is made again from its number. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 2654435761) >>> 0 || 1;
  }

  below(count: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * count);
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const EPSILONS = [1e-5, 1e-3, 0.1];

/** A network of mixed operators, linear or not, with constants of every layout and outputs tapped in the middle. */
export function mixedNetwork(n: Network, draw: Draw): Value[] {
  const isDynamic = draw.below(3) === 0;
  const size = isDynamic ? ['batch', 4, 'height', 'width'] : [2, 4, 8 + draw.below(3), 9];
  const values: Value[] = [n.input(size)];
  for (let i = 3 + draw.below(9); i > 0; i--) {
    const made = anyNode(n, draw, values);
    if (made && isLarge(made)) values.push(made);
  }
  const outputs = values.filter((value) => value.isDead || draw.below(6) === 0).filter((value) => value.producer);
  return outputs.length > 0 ? outputs : [n.relu(values[0] as Value)];
}

/** Large enough that another kernel fits. Unknown sizes are tried as 8 and 9. */
function isLarge(value: Value): boolean {
  return (value.shape ?? []).slice(2).every((size) => typeof size !== 'number' || size >= 5);
}

function anyNode(n: Network, draw: Draw, values: readonly Value[]): Value | undefined {
  const x = draw.below(3) ? (values.at(-1) as Value) : draw.of(values);
  switch (draw.below(15)) {
    case 0:
    case 1:
    case 2:
      return convolution(n, draw, x);
    case 3:
    case 4:
      return n.batchNorm(x, draw.of(EPSILONS));
    case 5:
    case 6:
    case 7:
      return constantArithmetic(n, draw, x);
    case 8:
    case 9:
    case 10:
      return sum(n, draw, x, values);
    case 11:
      return pooling(n, draw, x);
    case 12:
      return padding(n, draw, x);
    case 13:
      return slicing(n, draw, x);
    default:
      return draw.below(2) ? n.relu(x) : n.node('Neg', [x]);
  }
}

function channelsOf(value: Value): number {
  return Number(value.shape?.[1]);
}

function convolution(n: Network, draw: Draw, x: Value): Value {
  const channels = channelsOf(x);
  const kernel = draw.of([1, 1, 2, 3]);
  const group = draw.of([1, 1, channels, 2].filter((g) => channels % g === 0));
  return n.conv(x, {
    channels: draw.of([channels, channels, 2 * channels > 16 ? channels : 2 * channels]),
    kernel,
    group,
    stride: draw.of([1, 1, 1, 1, 2]),
    pad: draw.of([0, kernel >> 1, kernel >> 1, 1]),
    dilation: draw.of([1, 1, 1, 2]),
    bias: draw.below(2) === 0,
  });
}

function constantArithmetic(n: Network, draw: Draw, x: Value): Value {
  const channels = channelsOf(x);
  const width = x.shape?.[3];
  const layouts = [[], [1], [channels, 1, 1], [1, channels, 1, 1], [channels, 1, 1], [1, 1, 1]];
  if (typeof width === 'number') layouts.push([width], [1, 1, 1, width]);
  const constant = n.random(draw.of(layouts), 0.5, 2);
  const operator = draw.of(['Add', 'Sub', 'Mul', 'Div', 'Mul', 'Add']);
  if (draw.below(3)) return n.node(operator, [x, constant]);
  // Away from 0, where a quotient of either side would be infinite and could not be compared.
  const divisor = operator === 'Div' ? n.add(n.node('Abs', [x]), n.constant(0.5)) : x;
  return n.node(operator, [constant, divisor]);
}

function sum(n: Network, draw: Draw, x: Value, values: readonly Value[]): Value {
  const same = values.filter((value) => String(value.shape) === String(x.shape));
  return n.node(draw.of(['Add', 'Add', 'Sub', 'Sum']), [x, draw.of(same)]);
}

function pooling(n: Network, draw: Draw, x: Value): Value {
  const kernel = draw.of([2, 3]);
  const pad = draw.of([0, 1]);
  const operator = draw.of(['AveragePool', 'AveragePool', 'MaxPool']);
  return n.node(operator, [x], {
    kernel_shape: [kernel, kernel],
    strides: draw.of([
      [1, 1],
      [2, 2],
    ]),
    pads: [pad, pad, pad, pad],
    ceil_mode: draw.of([0, 0, 1]),
    ...(operator === 'AveragePool' && draw.below(2) ? { count_include_pad: 1 } : {}),
  });
}

function padding(n: Network, draw: Draw, x: Value): Value {
  const value = draw.of([undefined, n.constant(0), n.constant(1)]);
  return n.node('Pad', [x, n.integers([0, 0, 1, draw.below(2), 0, 0, draw.below(3), 1]), ...(value ? [value] : [])], {
    mode: draw.of(['constant', 'constant', 'constant', 'edge']),
  });
}

/** Pixels left out at the borders, or all but every second. */
function slicing(n: Network, draw: Draw, x: Value): Value {
  const ends = [0, 0].map(() => draw.of([2 ** 31, -1, -2]));
  const bounds = [
    [draw.below(3), draw.below(2)],
    ends,
    [2, 3],
    draw.of([
      [1, 1],
      [1, 1],
      [2, 2],
      [1, 2],
    ]),
  ];
  return n.node('Slice', [x, ...bounds.map((list) => n.integers(list))]);
}

/** Parallel branches of one source: kernels of every size, grouping and dilation, with paddings that mostly agree. */
export function branchBlock(n: Network, draw: Draw): Value[] {
  const size = draw.below(2) ? ['batch', 4, 'height', 'width'] : [1, 4, 8 + draw.below(4), 8 + draw.below(4)];
  const x = n.relu(n.input(size));
  const stride = draw.of([1, 1, 2]);
  const extra = draw.of(typeof size[2] === 'number' ? [0, 0, 1, -1] : [0, 0, 1]);
  let total: Value | undefined;
  for (let i = 2 + draw.below(4); i > 0; i--) {
    const branch = anyBranch(n, draw, x, stride, extra);
    const unlike = total !== undefined && String(total.shape?.slice(0, 2)) !== String(branch.shape?.slice(0, 2));
    if (unlike || (total && typeof x.shape?.[2] === 'number' && String(total.shape) !== String(branch.shape))) continue;
    if (!total) total = branch;
    else total = n.node(draw.of(['Add', 'Add', 'Sub']), draw.below(2) ? [total, branch] : [branch, total]);
  }
  return [total ?? x];
}

function anyBranch(n: Network, draw: Draw, source: Value, stride: number, extra: number): Value {
  const kernel = draw.of([1, 1, 3, 5]);
  const dilation = draw.of([1, 1, 2]);
  const wanted = ((kernel - 1) * dilation) / 2 + extra;
  const pad = Math.max(wanted, 0);
  const x = wanted < 0 ? crop(n, source, -wanted) : source;
  if (stride === 1 && extra === 0 && draw.below(4) === 0) return n.batchNorm(x, draw.of(EPSILONS));
  if (draw.below(5) === 0) {
    const inner = n.conv(x, { channels: draw.of([2, 4, 8]), bias: draw.below(3) === 0 });
    return n.conv(inner, { channels: 4, kernel, stride, dilation, pad, bias: draw.below(2) === 0 });
  }
  const options = { kernel, stride, dilation, pad, group: draw.of([1, 2, 4]), bias: draw.below(2) === 0 };
  const y = n.conv(x, options);
  return draw.below(2) ? n.batchNorm(y, draw.of(EPSILONS)) : y;
}

/** Pixels less on each side, as ACNet (arXiv 1908.03930) takes them where a smaller kernel needs less of a border. */
function crop(n: Network, x: Value, pixels: number): Value {
  const bounds = [
    [pixels, pixels],
    [-pixels, -pixels],
    [2, 3],
  ];
  return n.node('Slice', [x, ...bounds.map((list) => n.integers(list))]);
}
