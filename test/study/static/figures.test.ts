import { expect, test } from 'vitest';
import { inferTypes } from '../../../src/operators/infer.js';
import {
  activationFunctions,
  bytesMovedBy,
  countBranches,
  countParameters,
  depthOf,
  macsOf,
  productClassOf,
  staticFigures,
  synchronisationPoints,
} from '../../../src/study/static/index.js';
import { type Network, network } from '../../network.js';

const graphOf = (build: Parameters<typeof network>[0]) => {
  const { graph } = network(build);
  inferTypes(graph);
  return graph;
};

const nodeOf = (build: Parameters<typeof network>[0], operator: string) => {
  const [node] = graphOf(build).nodesOf(operator);
  if (!node) throw new Error(`there is no ${operator}`);
  return node;
};

const convolution = (n: Network) =>
  n.conv(n.input([1, 8, 10, 12]), { channels: 16, kernel: 3, pad: 1, stride: 2, bias: true });

test('a convolution has kernel, channels and places multiplied, and its bias costs nothing', () => {
  expect(macsOf(nodeOf(convolution, 'Conv'))).toBe(3 * 3 * 8 * 16 * 5 * 6);
});

test('groups divide what each output channel sees', () => {
  const build = (n: Network) => n.conv(n.input([1, 8, 4, 4]), { kernel: 3, pad: 1, group: 8 });
  expect(macsOf(nodeOf(build, 'Conv'))).toBe(3 * 3 * 8 * 4 * 4);
  expect(productClassOf(nodeOf(build, 'Conv'))).toBe('depthwise');
});

test.each([
  ['pointwise', { kernel: 1 }],
  ['dense', { kernel: 3 }],
  ['grouped', { kernel: 1, group: 2 }],
] as const)('a convolution is %s', (name, options) => {
  expect(productClassOf(nodeOf((n) => n.conv(n.input([1, 8, 4, 4]), options), 'Conv'))).toBe(name);
});

test('a matrix product has as many as its result has elements, each as long as what is summed', () => {
  const node = nodeOf((n) => n.node('MatMul', [n.input([2, 3, 5]), n.random([5, 7])]), 'MatMul');
  expect(macsOf(node)).toBe(2 * 3 * 5 * 7);
  expect(productClassOf(node)).toBe('matrix');
});

test('what is no product has none', () => {
  const node = nodeOf((n) => n.relu(n.input([1, 4])), 'Relu');
  expect(macsOf(node)).toBe(0);
  expect(productClassOf(node)).toBeUndefined();
});

test('where a size is open nothing is said of it', () => {
  expect(macsOf(nodeOf((n) => n.conv(n.input(['batch', 8, 4, 4]), { kernel: 1 }), 'Conv'))).toBeNull();
  expect(bytesMovedBy(nodeOf((n) => n.relu(n.input(['batch', 8])), 'Relu'))).toBeNull();
});

test('a convolution moves its weights, its operand and its result once', () => {
  expect(bytesMovedBy(nodeOf(convolution, 'Conv'))).toEqual({
    weights: 4 * (3 * 3 * 8 * 16 + 16),
    activations: 4 * (8 * 10 * 12 + 16 * 5 * 6),
  });
});

test('a value that is read twice by one node is moved once', () => {
  const build = (n: Network) => {
    const x = n.input([1, 6]);
    return n.node('Mul', [x, x]);
  };
  expect(bytesMovedBy(nodeOf(build, 'Mul'))).toEqual({ weights: 0, activations: 4 * 12 });
});

test('other sizes of the same elements move nothing', () => {
  const node = nodeOf((n) => n.node('Reshape', [n.input([2, 6]), n.integers([3, 4])]), 'Reshape');
  expect(bytesMovedBy(node)).toEqual({ weights: 0, activations: 0 });
});

test('a slice reads as much as it gives', () => {
  const slice = (n: Network) =>
    n.node('Slice', [n.input([1, 100]), ...[[0], [10], [1]].map((list) => n.integers(list))]);
  expect(bytesMovedBy(nodeOf(slice, 'Slice'))).toEqual({ weights: 0, activations: 4 * 20 });
});

const block = (n: Network) => {
  const x = n.conv(n.input([1, 8, 4, 4]), { kernel: 1 });
  return n.relu(n.add(n.conv(x, { kernel: 3, pad: 1 }), n.add(n.conv(x, { kernel: 1 }), x)));
};

test('three parallel ways are two more than one', () => {
  expect(countBranches(graphOf(block))).toBe(2);
});

test('the longest way counts', () => {
  // The first convolution, one of the others, two sums, the activation.
  expect(depthOf(graphOf(block))).toBe(5);
});

const squeezeExcite = (n: Network) => {
  const x = n.input([1, 8, 4, 4]);
  const gate = n.node('Sigmoid', [n.conv(n.node('GlobalAveragePool', [x]), { kernel: 1 })]);
  return n.node('Mul', [x, gate]);
};

test('a squeeze-excite is a branch, and waits for the whole image', () => {
  const graph = graphOf(squeezeExcite);
  expect(countBranches(graph)).toBe(1);
  expect(synchronisationPoints(graph)).toBe(1);
  expect(activationFunctions(graph)).toEqual({ Sigmoid: 1 });
});

test('a mean over height and width is one, over an axis of one element none', () => {
  const mean = (shape: readonly number[]) =>
    synchronisationPoints(graphOf((n) => n.node('ReduceMean', [n.input(shape)], { axes: [2, 3], keepdims: 1 })));
  expect(mean([1, 8, 4, 4])).toBe(1);
  expect(mean([1, 8, 1, 1])).toBe(0);
});

test('an activation that is written as a gate is one reader, and has a name', () => {
  const graph = graphOf((n) => {
    const x = n.input([1, 8]);
    return n.node('Mul', [x, n.node('Sigmoid', [x])]);
  });
  expect(countBranches(graph)).toBe(0);
  expect(activationFunctions(graph)).toEqual({ Swish: 1 });
});

test('scales and shifts of a batch norm are parameters, its running statistics are none', () => {
  const graph = graphOf((n) => {
    const four = () => n.random([8], 0.5, 1);
    return n.node('BatchNormalization', [n.input([1, 8, 4, 4]), four(), four(), four(), four()]);
  });
  expect(countParameters(graph)).toBe(16);
});

test('a weight that two nodes read counts once, and scalars and integers not at all', () => {
  const graph = graphOf((n) => {
    const weight = n.random([4, 4]);
    const x = n.node('MatMul', [n.node('MatMul', [n.input([1, 4]), weight]), weight]);
    return n.node('Reshape', [n.node('Mul', [x, n.constant(2)]), n.integers([2, 2])]);
  });
  expect(countParameters(graph)).toBe(16);
});

test('figures of a graph are the sums of its nodes', () => {
  const figures = staticFigures(graphOf(block));
  const macs = (1 + 9 + 1) * 8 * 8 * 16;
  expect(figures).toMatchObject({
    macs,
    activations: 3 * 8 * 16,
    nodes: 6,
    depth: 5,
    branches: 2,
    synchronisations: 0,
  });
  const { Conv, Add } = figures.operators;
  expect(Conv).toMatchObject({ nodes: 3, macs });
  expect(Add).toEqual({ nodes: 2, macs: 0, bytes: 2 * 3 * 4 * 8 * 16 });
  expect(figures.bytesMoved).toBe(Object.values(figures.operators).reduce((sum, { bytes }) => sum + bytes, 0));
  expect(figures.intensity).toBe(macs / (figures.bytesMoved ?? 0));
});

test('a constant that is handed on counts by who reads it at last', () => {
  const graph = graphOf((n) => {
    const [shared, scale] = [n.node('Identity', [n.random([8], 0.5, 1)]), n.random([8], 0.5, 1)];
    return n.node('BatchNormalization', [n.input([1, 8, 4, 4]), scale, scale, shared, shared]);
  });
  expect(countParameters(graph)).toBe(8);
  expect(countBranches(graph)).toBe(0);
});
