import {
  type DataType,
  Model,
  type PlainAttribute,
  type Shape,
  sizeOf,
  Tensor,
  type Value,
} from '../src/model/index.js';
import { inferNode } from '../src/operators/infer.js';

export interface NetworkOptions {
  /** Version of ONNX's operator set; 17 by default. */
  readonly opset?: number;
  readonly seed?: number;
}

export interface ConvOptions {
  /** Output channels; those of the input by default. */
  readonly channels?: number;
  /** Square; 1 by default. */
  readonly kernel?: number;
  readonly stride?: number;
  /** On all sides. */
  readonly pad?: number;
  readonly dilation?: number;
  readonly group?: number;
  readonly bias?: boolean;
}

type Attributes = Readonly<Record<string, PlainAttribute | undefined>>;

/**
 * A small model, written as an expression: `network((n) => n.relu(n.conv(n.input([1, 3, 8, 8]), { kernel: 3 })))`.
 * What the function returns is the output, or the outputs. Weights are seeded; every node is a source node of its own.
 */
export function network(build: (n: Network) => Value | readonly Value[], options: NetworkOptions = {}): Model {
  const n = new Network(options);
  const outputs = build(n);
  n.model.graph.setOutputs(Array.isArray(outputs) ? outputs : [outputs]);
  return n.model;
}

export class Network {
  readonly model: Model;
  readonly #random: () => number;
  #count = 0;

  constructor({ opset = 17, seed = 1 }: NetworkOptions) {
    this.model = new Model({ opsets: new Map([['', opset]]) });
    this.#random = generator(seed);
  }

  input(shape: Shape, dtype: DataType = 'float32', name = 'x'): Value {
    return this.model.graph.addInput(this.model.freshName(name), dtype, shape);
  }

  constant(values: number | readonly number[], shape?: readonly number[], dtype: DataType = 'float32'): Value {
    const list = typeof values === 'number' ? [values] : values;
    const sizes = shape ?? (typeof values === 'number' ? [] : [list.length]);
    return this.model.graph.addConstant(Tensor.from(dtype, sizes, list));
  }

  /** int64, as shapes and axes are. */
  integers(values: number | readonly number[]): Value {
    return this.constant(values, undefined, 'int64');
  }

  /** Seeded uniform numbers of [low, high). */
  random(shape: readonly number[], low = -1, high = 1): Value {
    const values = Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * this.#random());
    return this.model.graph.addConstant(Tensor.from('float32', shape, values));
  }

  /** Any node, by its first result. */
  node(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.nodes(operator, inputs, attributes, 1)[0] as Value;
  }

  /** A node of several results. */
  nodes(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes, outputs: number): Value[] {
    const index = this.#count++;
    const name = `${operator}_${index}`;
    const node = this.model.graph.insert({
      operator,
      name,
      inputs,
      attributes,
      outputs,
      origin: [{ name, operator, index }],
    });
    inferNode(node);
    return node.outputs.flatMap((value) => value ?? []);
  }

  conv(x: Value, options: ConvOptions = {}): Value {
    const inChannels = channelsOf(x);
    const { channels = inChannels, kernel = 1, stride = 1, pad = 0, dilation = 1, group = 1, bias = false } = options;
    const spatial = (x.rank ?? 4) - 2;
    const each = (value: number, count = spatial) => new Array<number>(count).fill(value);
    const fanIn = (inChannels / group) * kernel ** spatial;
    const bound = Math.sqrt(3 / fanIn);
    const weight = this.random([channels, inChannels / group, ...each(kernel)], -bound, bound);
    return this.node('Conv', [x, weight, ...(bias ? [this.random([channels])] : [])], {
      kernel_shape: each(kernel),
      strides: each(stride),
      pads: each(pad, 2 * spatial),
      dilations: each(dilation),
      group,
    });
  }

  batchNorm(x: Value, epsilon = 1e-5): Value {
    const channels = [channelsOf(x)];
    const parameters = [
      this.random(channels, 0.5, 1.5),
      this.random(channels),
      this.random(channels),
      this.random(channels, 0.5, 1.5),
    ];
    return this.node('BatchNormalization', [x, ...parameters], { epsilon: { float: epsilon } });
  }

  /** A linear layer: Gemm with a transposed weight, as PyTorch writes it. */
  linear(x: Value, channels: number): Value {
    const features = channelsOf(x);
    const bound = Math.sqrt(3 / features);
    const weight = this.random([channels, features], -bound, bound);
    return this.node('Gemm', [x, weight, this.random([channels])], { transB: 1 });
  }

  relu(x: Value): Value {
    return this.node('Relu', [x]);
  }

  sigmoid(x: Value): Value {
    return this.node('Sigmoid', [x]);
  }

  add(a: Value, b: Value): Value {
    return this.node('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.node('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.node('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.node('Div', [a, b]);
  }

  concat(values: readonly Value[], axis = 1): Value {
    return this.node('Concat', values, { axis });
  }

  reshape(x: Value, shape: readonly number[]): Value {
    return this.node('Reshape', [x, this.integers(shape)]);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.node('Transpose', [x], { perm });
  }

  globalAveragePool(x: Value): Value {
    return this.node('GlobalAveragePool', [x]);
  }
}

function channelsOf(x: Value): number {
  const channels = x.shape?.[1];
  if (typeof channels !== 'number') throw new Error(`${x.name} has no known channels`);
  return channels;
}

/** Mulberry32: a small generator whose draws are the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
