import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { rows } from '../../../src/formats/coreml/lower/rows/index.js';
import {
  isFloat,
  isInteger,
  type Model,
  sizeOf,
  Tensor,
  UnsupportedError,
  type Value,
} from '../../../src/model/index.js';
import { inferTypes } from '../../../src/operators/infer.js';
import { type Network, network } from '../../network.js';
import { type Case, casesIn, nodeOf } from '../../operators/cases.js';
import { type Answer, type Answers, difference, run, runPackage } from './judge.js';

/** Operator sets that no source is read in. */
const NEWEST_OPSET = 26;

const cases = ['computed-cases.jsonl', 'movement-cases.jsonl', 'type-cases.jsonl']
  .flatMap(casesIn)
  .filter(({ opset }) => opset <= NEWEST_OPSET);

const isTold = ({ inputs }: Case, index: number) => inputs[index]?.data !== undefined;

/** Positive numbers, as a variance or a divisor has to be; whole ones from 0 to 2 for integers. */
function drawn(dtype: Tensor['dtype'], shape: readonly number[]): Answer {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const draw = Math.sin(12.9898 * (i + 1)) * 43758.5453;
    const fraction = draw - Math.floor(draw);
    return isFloat(dtype) ? 0.1 + fraction : Math.floor((dtype === 'bool' ? 2 : 3) * fraction);
  });
  return { shape, data };
}

const answerOf = (tensor: Tensor): Answer => ({ shape: tensor.shape, data: tensor.toFloat64() });

/** The case as a model into which the first operand flows, and the others are constants. */
function modelOf(given: Case): Model {
  const untold = given.operands.flatMap((tensor, i) => (tensor && i > 0 && !isTold(given, i) ? [i] : []));
  const node = nodeOf(given, [0]);
  const { graph } = node.graph.model;
  for (const index of untold) {
    const value = node.input(index);
    const { dtype, shape } = given.operands[index] ?? { dtype: 'float32', shape: [] };
    graph.replace(value, graph.addConstant(Tensor.from(dtype, shape, drawn(dtype, shape).data)));
    graph.removeInput(value);
  }
  graph.setOutputs(node.outputs.flatMap((value) => value ?? []));
  inferTypes(graph);
  return graph.model;
}

/** What flows in; undefined where it is nothing that a model of Core ML can be given. */
function feedOf(given: Case): Answer | undefined {
  const [operand] = given.operands;
  if (!operand || !(isFloat(operand.dtype) || isInteger(operand.dtype) || operand.dtype === 'bool')) return undefined;
  const feed = isTold(given, 0) ? answerOf(operand) : drawn(operand.dtype, operand.shape);
  const data = Array.from(feed.data);
  if (isInteger(operand.dtype) && data.some((value) => Math.abs(value) > 2 ** 31)) return undefined;
  // A bound that is left out is the largest float32 in ONNX, and none here: they differ where an element is infinite.
  if (given.operator === 'Clip' && data.some((value) => !Number.isFinite(value))) return undefined;
  return feed;
}

/** The right results: those that the case tells, else those of ONNX Runtime; undefined where it does not run the case. */
async function expectedOf(given: Case, model: Model, feeds: Answers): Promise<Answers | undefined> {
  if (given.outputs.every(({ data }) => data !== undefined) && isTold(given, 0)) {
    return new Map(model.graph.outputs.map(({ name }, i) => [name, answerOf(given.results[i] as Tensor)]));
  }
  try {
    return told(given, await run(model, feeds));
  } catch {
    return undefined;
  }
}

/** Where the standard hides a score by -∞, ONNX Runtime does by the least float32. */
function told({ operator }: Case, answers: Answers): Answers {
  if (operator !== 'Attention') return answers;
  const least = Math.fround(-3.4028234663852886e38);
  const hidden = (value: number) => (value === least ? Number.NEGATIVE_INFINITY : value);
  return new Map(Array.from(answers, ([name, { shape, data }]) => [name, { shape, data: Array.from(data, hidden) }]));
}

const refused = new Map<string, string>();
const right = new Set<string>();
let judged = 0;

/** @returns whether it could be judged and was not refused */
async function isRight(model: Model, feeds: Answers, expected: Answers, operator: string): Promise<void> {
  const isHalf = [...model.graph.inputs, ...model.graph.outputs].some(({ dtype }) => dtype === 'float16');
  const exact = new Set(model.graph.outputs.filter(({ dtype }) => !isFloat(dtype)).map(({ name }) => name));
  let lowered: ReturnType<typeof coreml.lower>;
  try {
    lowered = coreml.lower(model, { precision: isHalf ? 'fp16' : 'fp32' });
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    refused.set(operator, error.message);
    return;
  }
  const actual = await runPackage(lowered, feeds);
  for (const [name, answer] of expected) {
    expect(actual.get(name)?.shape).toEqual([...answer.shape]);
    const limit = exact.has(name) ? 0 : isHalf ? 2e-3 : 1e-5;
    expect(difference(answer, actual.get(name))).toBeLessThanOrEqual(limit);
  }
  right.add(operator);
  judged++;
}

describe('an operator answers in Core ML as the standard says, or is refused by name', () => {
  test.each(cases.map((given, index) => [`${given.name} (${index})`, given] as const))('%s', async (_, given) => {
    const feed = feedOf(given);
    if (!feed) return;
    const model = modelOf(given);
    const [input] = model.graph.inputs;
    const feeds = new Map(input ? [[input.name, feed]] : []);
    const expected = await expectedOf(given, model, feeds);
    if (expected) await isRight(model, feeds, expected, given.operator);
  });

  /** Operators that no case of the lists above can judge. */
  test.each<[string, (n: Network) => Value | Value[]]>([
    ['ConstantOfShape', (n) => [n.relu(n.input([2])), n.node('ConstantOfShape', [n.integers([2, 3])])]],
    ['Range', (n) => [n.relu(n.input([2])), n.node('Range', [n.constant(1), n.constant(9), n.constant(2)])]],
    ['ReduceLogSumExp', (n) => n.node('ReduceLogSumExp', [n.input([2, 3])])],
    ['ReduceLogSum', (n) => n.node('ReduceLogSum', [n.input([2, 3])])],
    ['Celu', (n) => n.node('Celu', [n.sub(n.input([2, 3]), n.constant(0.5))], { alpha: { float: 2 } })],
    ['Erf', (n) => n.node('Erf', [n.sub(n.input([2, 3]), n.constant(0.5))])],
    ['Mish', (n) => n.node('Mish', [n.sub(n.input([2, 3]), n.constant(0.5))])],
    ['GlobalLpPool', (n) => n.node('GlobalLpPool', [n.input([1, 2, 3, 4])])],
    ['SpaceToDepth', (n) => n.node('SpaceToDepth', [n.input([1, 2, 4, 6])], { blocksize: 2 })],
  ])('%s', async (operator, build) => {
    const model = network(build, { opset: 20 });
    const feeds = new Map(
      model.graph.inputs.map(({ name, shape = [] }) => [name, drawn('float32', shape as number[])]),
    );
    await isRight(model, feeds, await run(model, feeds), operator);
  });

  test('every operator that has a row was right in a case, not only refused', () => {
    const neverRight = [...rows.keys()].filter((operator) => !right.has(operator));
    expect(neverRight.map((operator) => `${operator}: ${refused.get(operator)}`)).toEqual([]);
  });

  test('most of the cases were judged, not refused and not beyond what can be fed', () => {
    expect(judged).toBeGreaterThan(0.6 * cases.length);
  });
});
