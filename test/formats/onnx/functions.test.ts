import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { expectRead } from './expect-refusal.js';
import {
  attribute,
  type Bytes,
  bytes,
  FLOAT,
  float,
  floats,
  graph,
  int,
  message,
  model,
  node,
  opset,
  tensor,
  tensorType,
  text,
  valueInfo,
} from './wire.js';

interface FunctionParts {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Bytes[];
  readonly attributes?: readonly string[];
}

function fn(name: string, { inputs, outputs, nodes, attributes = [] }: FunctionParts): Bytes {
  return message(
    25,
    text(1, name),
    ...inputs.map((input) => text(4, input)),
    ...outputs.map((output) => text(5, output)),
    ...attributes.map((each) => text(6, each)),
    ...nodes.map((each) => bytes(7, each)),
    message(9, int(2, 17)),
    message(9, text(1, 'local'), int(2, 1)),
    text(10, 'local'),
  );
}

const call = (name: string, inputs: readonly string[], outputs: readonly string[], ...more: readonly Bytes[]) =>
  node(name, inputs, outputs, text(7, 'local'), ...more);
const reference = (name: string, to: string, type: number) => attribute(name, text(21, to), int(20, type));

async function answer(file: Bytes): Promise<number[][]> {
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const x = new OrtTensor('float32', Float32Array.of(-2, 3), [2]);
  const answers = await session.run({ x });
  await session.release();
  return session.outputNames.map((name) => Array.from((answers[name]?.data ?? []) as Float32Array));
}

const file = (functions: readonly Bytes[], nodes: readonly Bytes[], outputs = ['y']) =>
  model({
    nodes,
    inputs: [valueInfo('x', tensorType(FLOAT, [2]))],
    outputs: outputs.map((name) => valueInfo(name, tensorType(FLOAT))),
    opsets: [opset(17), opset(1, 'local')],
    model: functions,
  });

const leaky = fn('leaky', {
  inputs: ['a'],
  outputs: ['b'],
  attributes: ['slope'],
  nodes: [node('LeakyRelu', ['a'], ['b'], reference('alpha', 'slope', 1))],
});
const slope = (value: number) => attribute('slope', float(2, value), int(20, 1));
const scalar = (value: number) => attribute('value', bytes(5, tensor('', [], floats(value))), int(20, 4));

describe('functions inlined answer like ONNX Runtime’s own inlining', () => {
  test.each<[string, Bytes]>([
    [
      'an attribute by reference, twice with other values',
      file([leaky], [call('leaky', ['x'], ['t'], slope(0.5)), call('leaky', ['t'], ['y'], slope(0.25))]),
    ],
    ['an attribute that the call leaves out', file([leaky], [call('leaky', ['x'], ['y'])])],
    [
      'names of the body that the graph has too',
      file(
        [fn('f', { inputs: ['x'], outputs: ['y'], nodes: [node('Neg', ['x'], ['t']), node('Exp', ['t'], ['y'])] })],
        [node('Abs', ['x'], ['t']), call('f', ['t'], ['u']), call('f', ['u'], ['y'])],
      ),
    ],
    [
      'a function inside another, its attribute handed on',
      file(
        [
          leaky,
          fn('outer', {
            inputs: ['a'],
            outputs: ['b'],
            attributes: ['k'],
            nodes: [call('leaky', ['a'], ['m'], reference('slope', 'k', 1)), node('Add', ['m', 'a'], ['b'])],
          }),
        ],
        [call('outer', ['x'], ['y'], attribute('k', float(2, 0.125), int(20, 1)))],
      ),
    ],
    [
      'one result under two names, one of them an output of the graph',
      file(
        [
          fn('both', {
            inputs: ['a'],
            outputs: ['b', 'c'],
            nodes: [node('Relu', ['a'], ['b']), node('Identity', ['b'], ['c'])],
          }),
        ],
        [call('both', ['x'], ['y', 'z'])],
        ['y', 'z'],
      ),
    ],
    [
      'an optional input that the call leaves out',
      file(
        [
          fn('clip', {
            inputs: ['a', 'low', 'high'],
            outputs: ['b'],
            nodes: [node('Clip', ['a', 'low', 'high'], ['b'])],
          }),
        ],
        [node('Constant', [], ['two'], scalar(2)), call('clip', ['x', '', 'two'], ['y'])],
      ),
    ],
    [
      'branches inside the body that read the body’s values',
      file(
        [
          fn('abs', {
            inputs: ['a'],
            outputs: ['b'],
            nodes: [
              node('ReduceSum', ['a'], ['s'], attribute('keepdims', int(3, 0), int(20, 2))),
              node('Constant', [], ['zero'], scalar(0)),
              node('Greater', ['s', 'zero'], ['c']),
              node('Neg', ['a'], ['n']),
              node(
                'If',
                ['c'],
                ['b'],
                attribute(
                  'then_branch',
                  bytes(
                    6,
                    graph({
                      nodes: [node('Relu', ['a'], ['r'])],
                      inputs: [],
                      outputs: [valueInfo('r', tensorType(FLOAT))],
                    }),
                  ),
                  int(20, 5),
                ),
                attribute(
                  'else_branch',
                  bytes(
                    6,
                    graph({
                      nodes: [node('Relu', ['n'], ['r'])],
                      inputs: [],
                      outputs: [valueInfo('r', tensorType(FLOAT))],
                    }),
                  ),
                  int(20, 5),
                ),
              ),
            ],
          }),
        ],
        [call('abs', ['x'], ['t']), node('Neg', ['t'], ['u']), call('abs', ['u'], ['y'])],
      ),
    ],
  ])('%s', async (_, source) => {
    expect(await answer(writeOnnx(expectRead(source)))).toEqual(await answer(source));
  });

  test('a result that is an input of the function gets the name that the call gives', async () => {
    const same = fn('same', { inputs: ['a'], outputs: ['a'], nodes: [node('Relu', ['a'], ['unused'])] });
    expect(await answer(writeOnnx(expectRead(file([same], [call('same', ['x'], ['y'])]))))).toEqual([[-2, 3]]);
  });
});
