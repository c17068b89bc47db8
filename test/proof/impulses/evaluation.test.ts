import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { type Model, sizeOf, type Value } from '../../../src/model/index.js';
import { Constants } from '../../../src/proof/impulses/constants.js';
import { Evaluation } from '../../../src/proof/impulses/evaluation.js';
import { Regions } from '../../../src/proof/impulses/region.js';
import { type Network, network } from '../../network.js';
import { Draw } from '../../properties/random-networks.js';

/** Whole numbers that any mean of up to ten of them divides, so that float32 is exact and every engine says the same. */
const MEANS = 2520;

/** Weights and operands are small whole numbers: sums of their products are exact in float32, too. */
function integers(draw: Draw, shape: readonly number[], factor = 1): number[] {
  return Array.from({ length: sizeOf(shape) }, () => factor * (draw.below(9) - 4));
}

const constant = (n: Network, draw: Draw, shape: readonly number[]) => n.constant(integers(draw, shape), shape);

/** An image of random sizes, in one, two or three spatial axes. */
function image(n: Network, draw: Draw, channels: number, axes = draw.of([1, 2, 2, 2, 3])) {
  const spatial = Array.from({ length: axes }, () => 5 + draw.below(4));
  return { x: n.input([1 + draw.below(2), channels, ...spatial]), axes };
}

const each = (draw: Draw, count: number, choices: readonly number[]) =>
  Array.from({ length: count }, () => draw.of(choices));

type Case = (n: Network, draw: Draw) => Value;

const shaped = (n: Network) => n.input([2, 3, 4, 5]);

const CASES: Readonly<Record<string, Case>> = {
  Conv(n, draw) {
    const group = draw.of([1, 2, 4]);
    const { x, axes } = image(n, draw, 4);
    const kernel = each(draw, axes, [1, 2, 3]);
    const weight = constant(n, draw, [4 * draw.of([1, 2]), 4 / group, ...kernel]);
    const bias = draw.below(2) ? [constant(n, draw, [weight.shape?.[0] as number])] : [];
    const attributes = { strides: each(draw, axes, [1, 2, 3]), dilations: each(draw, axes, [1, 2]), group };
    const padding = draw.below(3)
      ? { pads: each(draw, 2 * axes, [0, 1, 2]) }
      : { auto_pad: draw.of(['SAME_UPPER', 'SAME_LOWER', 'VALID']) };
    return n.node('Conv', [x, weight, ...bias], { ...attributes, ...padding });
  },
  ConvTranspose(n, draw) {
    const group = draw.of([1, 2]);
    const { x } = image(n, draw, 4, 2);
    const weight = constant(n, draw, [4, draw.of([1, 3]), ...each(draw, 2, [2, 3])]);
    const bias = constant(n, draw, [group * (weight.shape?.[1] as number)]);
    const strides = each(draw, 2, [2, 3]);
    return n.node('ConvTranspose', [x, weight, bias], {
      group,
      strides,
      pads: each(draw, 4, [0, 1]),
      output_padding: each(draw, 2, [0, 1]),
      dilations: each(draw, 2, [1, 2]),
    });
  },
  AveragePool(n, draw) {
    const { x, axes } = image(n, draw, 2);
    const pads = each(draw, 2 * axes, [0, 1]);
    return n.node('AveragePool', [x], {
      kernel_shape: each(draw, axes, [2, axes > 2 ? 2 : 3]),
      strides: each(draw, axes, [1, 2]),
      pads,
      count_include_pad: draw.below(2),
    });
  },
  Pad(n, draw) {
    const mode = draw.of(['constant', 'reflect', 'edge']);
    const pads = n.integers([0, 0, ...each(draw, 2, [0, 1, 2]), 0, 0, ...each(draw, 2, [0, 1, 3])]);
    return n.node('Pad', [shaped(n), pads, ...(mode === 'constant' ? [n.constant(draw.below(5))] : [])], { mode });
  },
  BatchNormalization(n, draw) {
    const { x } = image(n, draw, 4);
    const [scale, bias, mean] = [0, 1, 2].map(() => constant(n, draw, [4]));
    // With an epsilon of 1 the deviations are 1, 2 and 4.
    const variance = n.constant(each(draw, 4, [0, 3, 15]), [4]);
    return n.node('BatchNormalization', [x, scale, bias, mean, variance], { epsilon: { float: 1 } });
  },
  Gemm(n, draw) {
    const transB = draw.below(2);
    const weight = constant(n, draw, transB ? [3, 5] : [5, 3]);
    const bias = draw.of([[3], [1, 3], [2, 3], [1], []] as number[][]);
    const attributes = { transB, alpha: { float: 2 }, beta: { float: 3 } };
    return n.node('Gemm', [n.input([2, 5]), weight, constant(n, draw, bias)], attributes);
  },
  MatMul(n, draw) {
    const x = n.input(
      draw.of([
        [3, 5],
        [2, 3, 5],
        [2, 2, 3, 5],
      ] as number[][]),
    );
    return draw.below(2)
      ? n.node('MatMul', [x, constant(n, draw, [5, 4])])
      : n.node('MatMul', [
          constant(
            n,
            draw,
            draw.of(
              [
                [4, 3],
                [1, 4, 3],
              ].slice(0, (x.rank ?? 2) - 1),
            ),
          ),
          x,
        ]);
  },
  Add: (n, draw) =>
    n.add(shaped(n), constant(n, draw, draw.of([[5], [3, 1, 1], [4, 1], [2, 3, 4, 5], []] as number[][]))),
  Sub: (n, draw) => n.sub(constant(n, draw, [3, 4, 1]), shaped(n)),
  Mul: (n, draw) =>
    n.mul(
      constant(
        n,
        draw,
        draw.of([
          [1, 3, 1, 1],
          [4, 5],
        ] as number[][]),
      ),
      shaped(n),
    ),
  Div: (n, draw) => n.div(shaped(n), n.constant(each(draw, 3, [1, 2, -4]), [3, 1, 1])),
  Neg: (n) => n.node('Neg', [shaped(n)]),
  Sum: (n, draw) => {
    const x = shaped(n);
    return n.node('Sum', [x, constant(n, draw, [5]), x]);
  },
  Mean: (n, draw) => {
    const x = shaped(n);
    return n.node('Mean', [x, constant(n, draw, [3, 1, 1])]);
  },
  Where(n, draw) {
    const condition = n.constant(each(draw, 12, [0, 1]), [3, 4, 1], 'bool');
    return n.node('Where', [condition, shaped(n), constant(n, draw, [5])]);
  },
  Transpose: (n, draw) =>
    n.transpose(
      shaped(n),
      draw.of([
        [0, 2, 3, 1],
        [3, 1, 0, 2],
        [1, 0, 2, 3],
      ] as number[][]),
    ),
  Reshape: (n, draw) =>
    n.reshape(
      shaped(n),
      draw.of([
        [0, -1],
        [6, 20],
        [-1, 0, 2, 2],
      ] as number[][]),
    ),
  Flatten: (n, draw) => n.node('Flatten', [shaped(n)], { axis: draw.of([0, 1, 2, 3]) }),
  Slice(n, draw) {
    const [starts, ends, steps] = draw.of([
      [
        [1, -4],
        [4, 5],
        [1, 2],
      ],
      [
        [-1, 3],
        [-5, 0],
        [-1, -1],
      ],
      [
        [0, 1],
        [2 ** 31, 2 ** 31],
        [2, 3],
      ],
    ] as number[][][]) as [number[], number[], number[]];
    return n.node('Slice', [shaped(n), ...[starts, ends, [2, 3], steps].map((list) => n.integers(list))]);
  },
  Concat: (n, draw) => {
    const x = shaped(n);
    const axis = draw.below(4);
    const sizes = [2, 3, 4, 5].map((size, i) => (i === axis ? 2 : size));
    return n.concat([x, constant(n, draw, sizes), x], axis);
  },
  Split: (n, draw) => n.nodes('Split', [shaped(n), n.integers([2, 1, 2])], { axis: 3 }, 3)[draw.below(3)] as Value,
  Expand: (n) => n.node('Expand', [n.input([3, 1, 5]), n.integers([2, 1, 4, 1])]),
  Gather: (n, draw) =>
    n.node('Gather', [shaped(n), n.constant(each(draw, 4, [0, 2, -1]), [2, 2], 'int64')], { axis: draw.of([1, 2]) }),
  ScatterND: (n, draw) =>
    n.node('ScatterND', [n.input([4, 5]), n.constant([1, 3], [2, 1], 'int64'), constant(n, draw, [2, 5])]),
  Squeeze: (n) => n.node('Squeeze', [n.input([2, 1, 3, 1]), n.integers([1, -1])]),
  Unsqueeze: (n) => n.node('Unsqueeze', [n.input([2, 3]), n.integers([0, -1])]),
  ReduceMean: (n, draw) =>
    n.node('ReduceMean', [shaped(n)], { axes: draw.of([[2], [0, 2], [-1, 1]]), keepdims: draw.below(2) }),
  ReduceSum: (n, draw) =>
    n.node('ReduceSum', [shaped(n), n.integers(draw.of([[2], [1, 3]]))], { keepdims: draw.below(2) }),
  GlobalAveragePool: (n) => n.globalAveragePool(n.input([2, 3, 3, 3])),
};

/** What this evaluator says of an operand: what is there without it, and how the result answers to it. */
function evaluated(model: Model, x: Float64Array) {
  const { graph } = model;
  const [target] = graph.outputs;
  const [operand] = graph.inputs;
  if (!target || !operand) throw new Error('a case has one input and one output');
  const regions = new Regions(graph);
  const region = regions.before(target, (value) => value === operand);
  const shape = operand.shape as number[];
  const evaluation = new Evaluation(region, new Map([[operand, shape]]), new Constants(regions));
  const answer = evaluation.answer(operand, x, 1);
  return { shape: evaluation.shape, numbers: Array.from(evaluation.rest, (rest, i) => rest + (answer[i] ?? 0)) };
}

async function runByOnnxRuntime(model: Model, x: Float64Array) {
  const [{ name, shape } = { name: '', shape: [] }] = model.graph.inputs;
  const options = { graphOptimizationLevel: 'disabled', executionProviders: ['cpu'], logSeverityLevel: 4 } as const;
  const session = await InferenceSession.create(writeOnnx(model), options);
  const results = await session.run({ [name]: new OrtTensor('float32', Float32Array.from(x), shape as number[]) });
  await session.release();
  const result = results[model.graph.outputs[0]?.name ?? ''];
  return { shape: [...(result?.dims ?? [])], numbers: Array.from(result?.data as Float32Array) };
}

const DRAWS = 12;
/** Of the drawn nodes some break the standard, or ask for what ONNX Runtime has no kernel for. */
const LEAST_JUDGED = 8;

test.each(Object.entries(CASES))('%s is what ONNX Runtime computes, number by number', async (_, build) => {
  let judged = 0;
  for (let seed = 1; seed <= DRAWS; seed++) {
    const draw = new Draw(seed);
    let model: Model;
    let expected: { shape: number[]; numbers: number[] };
    let x: Float64Array;
    try {
      model = network((n) => build(n, draw));
      x = Float64Array.from(integers(draw, model.graph.inputs[0]?.shape as number[], MEANS));
      expected = await runByOnnxRuntime(model, x);
    } catch {
      continue;
    }
    judged++;
    const { shape, numbers } = evaluated(model, x);
    expect(shape, `shape for seed ${seed}`).toEqual(expected.shape);
    // Of -0 and 0 neither is wrong.
    const differing = numbers.findIndex(
      (number, i) =>
        number !== expected.numbers[i] && Math.abs(number - (expected.numbers[i] ?? 0)) > 1e-9 * Math.abs(number),
    );
    expect(
      differing,
      `seed ${seed}: ${numbers[differing]} where ONNX Runtime says ${expected.numbers[differing]}`,
    ).toBe(-1);
  }
  expect(judged).toBeGreaterThanOrEqual(LEAST_JUDGED);
});
