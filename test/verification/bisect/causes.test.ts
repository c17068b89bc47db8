import { afterAll, expect, test } from 'vitest';
import { startEngine } from '../../../src/engines/index.js';
import type { LowerOptions } from '../../../src/formats/format.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { attribute, type Model, type Node, type PlainAttribute, Tensor, type Value } from '../../../src/model/index.js';
import { bisect } from '../../../src/verification/bisect/bisect.js';
import { targetOf } from '../../formats/open/opened.js';
import { type Network, network } from '../../network.js';
import { asWritten, candidateOf, referenceOf } from './planted.js';

const plain = startEngine('onnxruntime');
const deployed = startEngine('onnxruntime');
afterAll(() => {
  plain.close();
  deployed.close();
});

interface Case {
  readonly name: string;
  readonly build: (n: Network) => Value;
  /** Makes the mistake in the candidate, which is the same network. */
  readonly mistake: (model: Model) => void;
  readonly cause: RegExp;
  readonly options?: LowerOptions;
}

const image = (n: Network) => n.input([1, 3, 12, 12]);
const only = (model: Model, operator: string): Node => {
  const [node, ...others] = model.graph.nodesOf(operator);
  if (!node || others.length > 0) throw new Error(`not one ${operator}`);
  return node;
};
const set = (operator: string, name: string, value: PlainAttribute) => (model: Model) =>
  void only(model, operator).attributes.set(name, attribute(value));
const replaced = (node: Node, index: number, values: (old: Float64Array) => ArrayLike<number>) => {
  const tensor = node.constant(index);
  if (!tensor) throw new Error('no constant');
  const made = Tensor.from(tensor.dtype, tensor.shape, Float64Array.from(values(tensor.toFloat64())));
  node.graph.setInput(node, index, node.graph.addConstant(made));
};
/** Takes a node out of the way of what flows through it, and keeps the name. */
const bypass = (node: Node, index = 0) => {
  const [result, operand] = [node.output(), node.input(index)];
  const copy = node.graph.insert({ operator: 'Identity', inputs: [operand], origin: node.origin }).output();
  const { name } = result;
  node.graph.replace(result, copy);
  node.graph.remove(node);
  copy.name = name;
};
const scaled = (factor: number) => (model: Model) => {
  const node = only(model, 'Conv');
  for (const index of [1, 2]) replaced(node, index, (old) => old.map((value) => factor * value));
};

const CASES: readonly Case[] = [
  {
    name: 'a batch norm left in training mode',
    build: (n) => n.relu(n.batchNorm(n.conv(image(n), { channels: 4, kernel: 3 }))),
    mistake(model) {
      const node = only(model, 'BatchNormalization');
      const statistics = [3, 4].map((i) =>
        node.graph.insert({ operator: 'Neg', inputs: [node.input(i)], origin: [] }).output(),
      );
      const { name } = node.output();
      const trained = node.graph.insert({
        operator: 'BatchNormalization',
        inputs: [...node.inputs.slice(0, 3), ...statistics],
        attributes: { epsilon: { float: 1e-5 }, training_mode: 1 },
        outputs: 3,
        origin: node.origin,
      });
      node.graph.replace(node.output(), trained.output());
      node.graph.remove(node);
      trained.output().name = name;
    },
    cause: /^BatchNormalization \S+ is in training mode: it takes the mean and variance of the batch$/,
  },
  {
    name: 'an epsilon lost',
    build: (n) => n.relu(n.batchNorm(n.conv(image(n), { channels: 4, kernel: 3 }), 1e-3)),
    mistake: set('BatchNormalization', 'epsilon', { float: 0 }),
    cause: /^BatchNormalization \S+ has lost its epsilon, 0.001$/,
  },
  {
    name: 'another epsilon',
    build: (n) => n.relu(n.batchNorm(n.conv(image(n), { channels: 4, kernel: 3 }), 1e-3)),
    mistake: set('BatchNormalization', 'epsilon', { float: 1e-5 }),
    cause: /^BatchNormalization \S+ has epsilon 0.00001 in place of 0.001$/,
  },
  {
    name: 'a value beyond fp16',
    build: (n) => n.mul(n.node('Neg', [n.mul(n.relu(image(n)), n.constant(60000))]), n.constant(1e-5)),
    mistake: () => {},
    options: { precision: 'fp16' },
    cause: /^it reaches 2\.\d\de\+5, beyond 65504, the largest number of fp16$/,
  },
  {
    name: 'a padding moved',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, pad: 1 })),
    mistake: set('Conv', 'pads', [0, 1, 2, 1]),
    cause: /^Conv \S+ is padded \[0,1,2,1\] in place of \[1,1,1,1\]$/,
  },
  {
    name: 'the padding that TensorFlow calls SAME',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, pad: 1, stride: 2 })),
    mistake: set('Conv', 'pads', [0, 0, 1, 1]),
    cause: /^Conv \S+ is padded \[0,0,(1,1|2,2)\] in place of \[1,1,1,1\]$/,
  },
  {
    name: 'a border that is made otherwise',
    build: (n) => n.relu(n.node('Pad', [image(n), n.integers([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' })),
    mistake: set('Pad', 'mode', 'edge'),
    cause: /^only its border differs: the padding is another$/,
  },
  {
    name: 'a pooling that counts its border',
    build: (n) => n.relu(n.node('AveragePool', [image(n)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })),
    mistake: set('AveragePool', 'count_include_pad', 1),
    cause: /^AveragePool \S+ counts its border in the mean$/,
  },
  {
    name: 'align_corners',
    build: (n) =>
      n.relu(
        n.node('Resize', [image(n), undefined, n.constant([1, 1, 2, 2])], {
          mode: 'linear',
          coordinate_transformation_mode: 'half_pixel',
        }),
      ),
    mistake: set('Resize', 'coordinate_transformation_mode', 'align_corners'),
    cause: /^Resize \S+ resizes by align_corners in place of half_pixel$/,
  },
  {
    name: 'a kernel with height and width swapped',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, bias: true })),
    mistake: (model) =>
      replaced(only(model, 'Conv'), 1, (old) =>
        old.map((_, i) => old[i - (i % 9) + (i % 3) * 3 + Math.floor((i % 9) / 3)] ?? 0),
      ),
    cause: /^Conv \S+ has its kernel transposed: height and width are swapped$/,
  },
  {
    name: 'a kernel with channels in and out swapped',
    build: (n) => n.relu(n.conv(n.relu(image(n)), { channels: 3, kernel: 3 })),
    mistake: (model) =>
      replaced(only(model, 'Conv'), 1, (old) =>
        old.map((_, i) => old[(Math.floor(i / 9) % 3) * 27 + Math.floor(i / 27) * 9 + (i % 9)] ?? 0),
      ),
    cause: /^Conv \S+ has its kernel transposed: channels in and out are swapped$/,
  },
  {
    name: 'a bias dropped',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, bias: true })),
    mistake: (model) => replaced(only(model, 'Conv'), 2, (old) => old.map(() => 0)),
    cause: /^Conv \S+ has lost its bias$/,
  },
  {
    name: 'another bias',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, bias: true })),
    mistake: (model) => replaced(only(model, 'Conv'), 2, (old) => old.map((value, i) => value + 0.3 * (i + 1))),
    cause: /^each channel is off by a constant of its own: a bias is another$/,
  },
  {
    name: 'an activation dropped',
    build: (n) =>
      n.conv(n.node('Clip', [n.conv(image(n), { channels: 4 }), n.constant(0), n.constant(0.5)]), { channels: 2 }),
    mistake: (model) => bypass(only(model, 'Clip')),
    cause: /^Clip \S+ is dropped$/,
  },
  {
    name: 'one channel scaled',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, bias: true })),
    mistake: (model) => {
      replaced(only(model, 'Conv'), 1, (old) =>
        old.map((value, i) => (Math.floor(i / 27) === 2 ? 1.25 * value : value)),
      );
      replaced(only(model, 'Conv'), 2, (old) => old.map((value, i) => (i === 2 ? 1.25 * value : value)));
    },
    cause: /^channel 2 alone differs: it is 1.25 times what it should be$/,
  },
  {
    name: 'one weight',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3 })),
    mistake: (model) =>
      replaced(only(model, 'Conv'), 1, (old) => old.map((value, i) => (i === 30 ? value + 0.1 : value))),
    cause: /^channel 1 alone differs$/,
  },
  {
    name: 'channels in another order',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3 })),
    mistake: (model) =>
      replaced(only(model, 'Conv'), 1, (old) => old.map((_, i) => old[(Math.floor(i / 27) ^ 1) * 27 + (i % 27)] ?? 0)),
    cause: /^its channels are in another order: channel 0 is what channel 1 should be$/,
  },
  {
    name: 'a scale off by two',
    build: (n) => n.relu(n.conv(image(n), { channels: 4, kernel: 3, bias: true })),
    mistake: scaled(2),
    cause: /^it is 2 times what it should be$/,
  },
  {
    name: 'a softmax over another axis',
    build: (n) => n.node('Softmax', [n.conv(image(n), { channels: 4 })], { axis: 1 }),
    mistake: set('Softmax', 'axis', 3),
    cause: /^Softmax \S+ runs over axis 3$/,
  },
  {
    name: 'a slice that begins too late',
    build: (n) => n.relu(n.node('Slice', [image(n), n.integers([1]), n.integers([9]), n.integers([3])])),
    mistake: (model) => {
      for (const index of [1, 2]) replaced(only(model, 'Slice'), index, (old) => old.map((value) => value + 1));
    },
    cause: /^Slice \S+ begins and ends one too late$/,
  },
  {
    name: 'operands swapped',
    build: (n) => n.relu(n.node('Concat', [image(n), n.conv(n.input([1, 3, 12, 12]), { channels: 3 })], { axis: 1 })),
    mistake: (model) => {
      const node = only(model, 'Concat');
      const [a, b] = node.inputs;
      node.graph.setInput(node, 0, b);
      node.graph.setInput(node, 1, a);
    },
    cause: /^(Concat \S+ has its operands in another order|its channels are in another order.*)$/,
  },
  {
    name: 'the other Gelu',
    build: (n) => n.node('Gelu', [n.conv(image(n), { channels: 4 })]),
    mistake: set('Gelu', 'approximate', 'tanh'),
    cause: /^Gelu \S+ is computed with approximate tanh$/,
  },
];

test.each(CASES.map((each) => [each.name, each] as const))('%s is called by its name', async (_, each) => {
  const { build, mistake, cause, options = { precision: 'fp32' } } = each;
  const bytes = writeOnnx(network(build, { opset: 20 }));
  const target = await targetOf('onnx');
  const model = network(build, { opset: 20 });
  mistake(model);
  const { reference, samples } = await referenceOf(bytes, plain);
  const rounded = options.precision === 'fp16';
  const candidate = candidateOf(target, asWritten(target, model, options), deployed, rounded);
  const parted = await bisect({ reference, candidate, samples, precision: rounded ? 'fp16' : 'fp32' });
  expect(parted?.cause).toMatch(cause);
});

test('a difference that looks like nothing known has no cause', async () => {
  const build = (n: Network) => n.relu(n.conv(image(n), { channels: 4, kernel: 3 }));
  const model = network(build);
  replaced(only(model, 'Conv'), 1, (old) => old.map((value, i) => value + Math.sin(7 * i)));
  const target = await targetOf('onnx');
  const { reference, samples } = await referenceOf(writeOnnx(network(build)), plain);
  const candidate = candidateOf(target, asWritten(target, model), deployed);
  const parted = await bisect({ reference, candidate, samples, precision: 'fp32' });
  expect(parted?.own).toBeGreaterThan(0.01);
  expect(parted?.cause).toBeNull();
});
