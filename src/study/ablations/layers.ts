import { Model, type PlainAttribute, sizeOf, Tensor, type Value } from '../../model/index.js';
import { inferNode } from '../../operators/infer.js';
import { Random } from '../../trials/random.js';

/** The first operator set with HardSwish is 14; this one every engine has had for years. */
const OPSET = 17;

export interface Convolution {
  readonly channels: number;
  /** Square, odd and padded so that a step of 1 keeps the size; 1 by default. */
  readonly kernel?: number;
  readonly stride?: number;
}

/**
 * A network that is written layer by layer. Weights are seeded and keep the variance of what passes through (He et al., arXiv
 * 1502.01852), since numbers that grow out of range, or shrink until processors treat them as a special case, take other times.
 */
export class Layers {
  readonly model = new Model({ opsets: new Map([['', OPSET]]) });
  readonly #random = new Random(1);
  #count = 0;

  input(shape: readonly number[]): Value {
    return this.model.graph.addInput(this.model.freshName('image'), 'float32', shape);
  }

  constant(values: ArrayLike<number>, shape: readonly number[], dtype: 'float32' | 'int64' = 'float32'): Value {
    return this.model.graph.addConstant(Tensor.from(dtype, shape, values));
  }

  /** A node of one result. */
  node(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, PlainAttribute>> = {}): Value {
    const [result] = this.nodes(operator, inputs, attributes, 1);
    if (!result) throw new Error(`${operator} gives nothing`);
    return result;
  }

  nodes(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, PlainAttribute>>,
    outputs: number,
  ): readonly Value[] {
    const index = this.#count++;
    const name = `${operator}_${index}`;
    const origin = [{ name, operator, index }];
    const node = this.model.graph.insert({ operator, name, inputs, attributes, outputs, origin });
    inferNode(node);
    return node.outputs.flatMap((value) => value ?? []);
  }

  conv(x: Value, { channels, kernel = 1, stride = 1 }: Convolution): Value {
    const weight = this.#weights([channels, channelsOf(x), kernel, kernel]);
    const pad = (kernel - 1) / 2;
    return this.node('Conv', [x, weight, this.constant(new Float32Array(channels), [channels])], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  /** [N, C, 1, 1] to [N, features]. */
  classify(x: Value, features: number): Value {
    const weight = this.#weights([features, channelsOf(x)]);
    const bias = this.constant(new Float32Array(features), [features]);
    return this.node('Gemm', [this.node('Flatten', [x], { axis: 1 }), weight, bias], { transB: 1 });
  }

  #weights(shape: readonly [number, ...number[]]): Value {
    const bound = Math.sqrt((6 * shape[0]) / sizeOf(shape));
    const values = new Float32Array(sizeOf(shape));
    for (let at = 0; at < values.length; at++) values[at] = bound * (2 * this.#random.uniform() - 1);
    return this.constant(values, shape);
  }
}

/** How many channels a value of one of these networks has. */
export function channelsOf(value: Value): number {
  const channels = value.shape?.[1];
  if (typeof channels !== 'number') throw new Error(`${value.name} has no known channels`);
  return channels;
}
