import { attribute, type Model, type Node, type PlainAttribute, Tensor } from '../../src/model/index.js';
import { network } from '../network.js';

/** A mistake in one node of the network, as exporters and converters make them. */
export interface PlantedFault {
  readonly kind: string;
  /** The node of the source that is not what it was. */
  readonly node: string;
  plant(model: Model): void;
  /** Only the file itself can have it: converting mends it. */
  readonly isMendedByConverting?: boolean;
}

/** A network in which each of the faults moves an output: an image in, a map and sixteen classes out. */
export function soundNetwork(): Model {
  return network(
    (n) => {
      const x = n.input([1, 3, 20, 20]);
      const stem = n.relu(n.batchNorm(n.conv(x, { channels: 16, kernel: 3, pad: 1 }), 1e-3));
      const wide = n.conv(stem, { kernel: 3, pad: 1, bias: true });
      const sum = n.relu(n.add(wide, n.conv(stem, {})));
      const pooled = n.node('AveragePool', [sum], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
      const dilated = n.conv(pooled, { kernel: 3, pad: 2, dilation: 2, bias: true });
      const leaky = n.node('LeakyRelu', [dilated], { alpha: { float: 0.125 } });
      const large = n.node('Resize', [leaky, undefined, n.constant([1, 1, 2, 2])], { mode: 'linear' });
      const part = (start: number, end: number) =>
        n.node('Slice', [large, n.integers([start]), n.integers([end]), n.integers([1])]);
      const joined = n.node('Concat', [part(8, 16), part(0, 8)], { axis: 1 });
      const clipped = n.node('Clip', [joined, n.constant(-1), n.constant(1)]);
      const small = n.node('MaxPool', [clipped], { kernel_shape: [2, 2], strides: [2, 2] });
      const map = n.node('Mul', [small, n.node('Softmax', [small], { axis: 1 })]);
      const mean = n.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 });
      return [map, n.linear(mean, 16)];
    },
    { seed: 5 },
  );
}

/** The faults by kind, each with the one node that is guilty. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  weights('one weight is 5 % off', 'Conv_3', scaledAt(1.05)),
  weights('a kernel is transposed', 'Conv_3', moved([0, 1, 3, 2])),
  weights('a kernel is turned by 180 degrees', 'Conv_3', (w) => mirrored(w)),
  weights('a pointwise kernel has input and output swapped', 'Conv_4', moved([1, 0, 2, 3])),
  weights('channels of the input are in other order', 'Conv_0', (w) => reversedAlong(w, 1)),
  weights('channels of the output are in other order', 'Conv_8', (w) => reversedAlong(w, 0)),
  weights('one channel is scaled by 1.1', 'Conv_8', (w) => channelScaled(w, 1.1)),
  weights('the sign of one channel is turned', 'Conv_8', (w) => channelScaled(w, -1)),
  weights('a kernel is rounded to four bits', 'Conv_8', rounded),
  weights('a kernel is off by a factor of two', 'Conv_8', (w) => mapped(w, (value) => 2 * value)),
  weights('a kernel lacks its last row', 'Conv_3', withoutLastRow),
  {
    kind: "a kernel is another layer's",
    node: 'Conv_8',
    plant: (model) => replace(nodeOf(model, 'Conv_8'), 1, () => constantOf(nodeOf(model, 'Conv_3'), 1)),
  },
  constant('a bias is dropped', 'Conv_3', 2, (b) => mapped(b, () => 0)),
  constant('a bias is shifted by a channel', 'Conv_8', 2, rolled),
  attributes('a padding is moved', 'Conv_3', { pads: [2, 2, 0, 0] }),
  attributes('a dilation is lost', 'Conv_8', { dilations: [1, 1], pads: [1, 1, 1, 1] }),
  attributes('an epsilon is lost', 'BatchNormalization_1', { epsilon: { float: 1e-5 } }),
  { ...attributes('a batch norm is left in training mode', 'BatchNormalization_1', {}), ...trainingMode() },
  constant('a running mean is dropped', 'BatchNormalization_1', 3, (mean) => mapped(mean, () => 0)),
  constant('a variance is taken for a deviation', 'BatchNormalization_1', 4, (v) => mapped(v, (value) => value ** 2)),
  constant('the scale of a batch norm is dropped', 'BatchNormalization_1', 1, (scale) => mapped(scale, () => 1)),
  dropped('a ReLU is dropped', 'Relu_6'),
  dropped('a branch is dropped', 'Add_5'),
  operator('a sum is a difference', 'Add_5', 'Sub'),
  attributes('a pooling counts its border', 'AveragePool_7', { count_include_pad: 1 }),
  attributes('the slope of a LeakyRelu is another', 'LeakyRelu_9', { alpha: { float: 0.01 } }),
  attributes('the mode of a resize is another', 'Resize_10', { mode: 'nearest' }),
  attributes('a resize aligns its corners', 'Resize_10', { coordinate_transformation_mode: 'align_corners' }),
  {
    kind: 'a slice begins one too late',
    node: 'Slice_12',
    plant(model) {
      const node = nodeOf(model, 'Slice_12');
      for (const index of [1, 2]) replace(node, index, (ends) => mapped(ends, (value) => value + 1));
    },
  },
  {
    kind: 'operands of a concatenation are in other order',
    node: 'Concat_13',
    plant(model) {
      const node = nodeOf(model, 'Concat_13');
      const [first, second] = [node.input(0), node.input(1)];
      node.graph.setInput(node, 0, second);
      node.graph.setInput(node, 1, first);
    },
  },
  constant('a bound of a clip is another', 'Clip_14', 2, (bound) => mapped(bound, () => 0.5)),
  attributes('the axis of a softmax is another', 'Softmax_16', { axis: 2 }),
  operator('a maximum is a mean', 'MaxPool_15', 'AveragePool'),
  operator('a mean is a maximum', 'ReduceMean_18', 'ReduceMax'),
  attributes('a dense layer is transposed', 'Gemm_19', { transB: 0 }),
  constant('a dense layer lacks its bias', 'Gemm_19', 2, (b) => mapped(b, () => 0)),
];

/** @throws Error where the network has no node of this name */
export function nodeOf(model: Model, name: string): Node {
  const node = model.graph.sorted().find((each) => each.name === name);
  if (!node) throw new Error(`no node is called ${name}`);
  return node;
}

function weights(kind: string, node: string, change: (tensor: Tensor) => Tensor): PlantedFault {
  return constant(kind, node, 1, change);
}

function constant(kind: string, node: string, index: number, change: (tensor: Tensor) => Tensor): PlantedFault {
  return { kind, node, plant: (model) => replace(nodeOf(model, node), index, change) };
}

function attributes(kind: string, node: string, changed: Readonly<Record<string, PlainAttribute>>): PlantedFault {
  return {
    kind,
    node,
    plant(model) {
      for (const [name, value] of Object.entries(changed)) nodeOf(model, node).attributes.set(name, attribute(value));
    },
  };
}

/** Three results in training mode, of which the graph reads one. */
function trainingMode(): Pick<PlantedFault, 'plant' | 'isMendedByConverting'> {
  return {
    isMendedByConverting: true,
    plant: (model) => nodeOf(model, 'BatchNormalization_1').attributes.set('training_mode', attribute(1)),
  };
}

/** The node hands its first operand on. */
function dropped(kind: string, node: string): PlantedFault {
  return { kind, node, plant: (model) => rewrite(nodeOf(model, node), 'Identity', 1) };
}

function operator(kind: string, node: string, other: string): PlantedFault {
  return { kind, node, plant: (model) => rewrite(nodeOf(model, node), other) };
}

/** Another operator in the place of a node, under its names. */
function rewrite(node: Node, other: string, operands = node.inputs.length): void {
  const { graph, name, origin } = node;
  const result = node.output();
  const { name: called } = result;
  const made = graph.insert({
    operator: other,
    name: `${name}_faulty`,
    inputs: node.inputs.slice(0, operands),
    attributes: other === 'Identity' ? {} : Object.fromEntries(node.attributes),
    origin,
  });
  made.output().dtype = result.dtype;
  made.output().shape = result.shape;
  graph.replace(result, made.output());
  graph.remove(node);
  made.output().name = called;
}

function constantOf(node: Node, index: number): Tensor {
  const tensor = node.inputs[index]?.constant;
  if (!tensor) throw new Error(`operand ${index} of ${node.name} is no constant`);
  return tensor;
}

function replace(node: Node, index: number, change: (tensor: Tensor) => Tensor): void {
  node.graph.setInput(node, index, node.graph.addConstant(change(constantOf(node, index))));
}

function mapped(tensor: Tensor, change: (value: number, index: number) => number): Tensor {
  return Tensor.from(tensor.dtype, tensor.shape, tensor.toFloat64().map(change));
}

/** The largest weight of the tensor times a factor. */
function scaledAt(factor: number): (tensor: Tensor) => Tensor {
  return (tensor) => {
    const sizes = tensor.toFloat64().map(Math.abs);
    const largest = sizes.indexOf(Math.max(...sizes));
    return mapped(tensor, (value, index) => (index === largest ? factor * value : value));
  };
}

function channelScaled(tensor: Tensor, factor: number): Tensor {
  const channel = tensor.size / (tensor.shape[0] ?? 1);
  return mapped(tensor, (value, index) => (index < channel ? factor * value : value));
}

function rounded(tensor: Tensor): Tensor {
  const step = Math.max(...tensor.toFloat64().map(Math.abs)) / 7;
  return mapped(tensor, (value) => step * Math.round(value / step));
}

function rolled(tensor: Tensor): Tensor {
  const values = tensor.toFloat64();
  return mapped(tensor, (_, index) => values[(index + 1) % values.length] ?? 0);
}

function withoutLastRow(tensor: Tensor): Tensor {
  const [height = 1, width = 1] = tensor.shape.slice(2);
  return mapped(tensor, (value, index) => (Math.floor(index / width) % height === height - 1 ? 0 : value));
}

function mirrored(tensor: Tensor): Tensor {
  return reversedAlong(reversedAlong(tensor, 2), 3);
}

function reversedAlong(tensor: Tensor, axis: number): Tensor {
  const { shape } = tensor;
  const values = tensor.toFloat64();
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const size = shape[axis] ?? 1;
  return mapped(tensor, (_, index) => {
    const place = Math.floor(index / inner) % size;
    return values[index + (size - 1 - 2 * place) * inner] ?? 0;
  });
}

/** Axes in another order; those that change places have one size. */
function moved(permutation: readonly number[]): (tensor: Tensor) => Tensor {
  return (tensor) => {
    const { shape } = tensor;
    const values = tensor.toFloat64();
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    return mapped(tensor, (_, index) => {
      const from = permutation.reduce((sum, axis, k) => {
        const place = Math.floor(index / (strides[k] ?? 1)) % (shape[k] ?? 1);
        return sum + place * (strides[axis] ?? 1);
      }, 0);
      return values[from] ?? 0;
    });
  };
}
