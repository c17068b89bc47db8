import { afterAll, describe, expect, test } from 'vitest';
import { startEngine } from '../../../src/engines/index.js';
import type { LowerOptions, Opened, Piece, Target } from '../../../src/formats/format.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { editReference, nodesOfReference } from '../../../src/formats/onnx/reference.js';
import { asOneChunk, type Model, Tensor, type Value } from '../../../src/model/index.js';
import { inversePermutation, permuteAxes } from '../../../src/trials/axes.js';
import { network } from '../../network.js';
import { closeEngines, drawn, targetOf, written } from './opened.js';

const onnxruntime = startEngine('onnxruntime');
const tensorflow = startEngine('tensorflow.js');
const litert = startEngine('litert');
const engines = { onnxruntime, 'tensorflow.js': tensorflow, litert };
afterAll(() => {
  closeEngines();
  onnxruntime.close();
  tensorflow.close();
  litert.close();
});

const NAMES = ['onnx', 'tfjs', 'coreml', 'litert'] as const;

/** stem = Relu(Conv(x)), halves = Split(stem), sum = left + Relu(right), out = Sigmoid(sum); all names are the source's. */
function source(): Model {
  const model = network(
    (n) => {
      const stem = called(
        n.relu(n.conv(n.input([1, 3, 6, 5]), { channels: 4, kernel: 3, pad: 1, bias: true })),
        'stem',
      );
      const [left, right] = n.nodes('Split', [stem], { axis: 1, num_outputs: 2 }, 2);
      if (!left || !right) throw new Error('a Split has two results');
      const sum = called(n.add(called(left, 'left'), called(n.relu(called(right, 'right')), 'positive')), 'sum');
      return called(n.node('Sigmoid', [sum]), 'out');
    },
    { opset: 18 },
  );
  for (const node of model.graph.sorted()) for (const value of node.outputs) if (value) model.addSourceName(value.name);
  return model;
}

function called(value: Value, name: string): Value {
  value.name = name;
  return value;
}

async function opened(name: (typeof NAMES)[number], options: LowerOptions = { precision: 'fp32' }) {
  const target = await targetOf(name);
  return { target, artefact: target.open(written(target, source(), options)) };
}

function bearerOf(artefact: Opened, sourceName: string) {
  const found = artefact.values.find((value) => value.sourceName === sourceName);
  if (!found) throw new Error(`nothing is ${sourceName}`);
  return found;
}

/** @param fed in the source's axes; so is what comes back, by the source's names */
async function runPiece(
  target: Target,
  artefact: Opened,
  fed: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
  rounded = false,
) {
  const given = Array.from(fed, ([sourceName, tensor]) => {
    const { name, permutation } = bearerOf(artefact, sourceName);
    return { name, as: `given_${name}`, tensor: permutation ? permuteAxes(tensor, permutation) : tensor };
  });
  const wanted = outputs.map((each) => bearerOf(artefact, each));
  const piece: Piece = {
    fed: given.map(({ name, as, tensor: { dtype, shape } }) => ({ name, as, dtype, shape })),
    outputs: wanted.map(({ name }) => name),
  };
  const session = await engines[target.engine].load({
    ...target.runnable(artefact, { piece, rounded }),
    optimize: true,
  });
  const types = new Map(session.inputs.map(({ name, dtype }) => [name, dtype]));
  const answers = await session.run(
    new Map(
      given.map(({ as, tensor }) => [
        as,
        types.get(as) === 'float16' ? Tensor.from('float16', tensor.shape, tensor.toFloat64()) : tensor,
      ]),
    ),
    piece.outputs,
  );
  await session.release();
  const inputs = session.inputs.map(({ name }) => name);
  const results = wanted.map(({ name, sourceName, permutation }) => {
    const answer = answers.get(name) ?? drawn([1]);
    return [sourceName, permutation ? permuteAxes(answer, inversePermutation(permutation)) : answer] as const;
  });
  return { inputs, results: new Map(results) };
}

const numbers = (tensor: Tensor | undefined) => Array.from(tensor?.toFloat64() ?? []);

/** What `sum` is by its definition, for this stem. */
function sumOf(stem: Tensor): number[] {
  const all = numbers(stem);
  const half = all.length / 2;
  return all.slice(0, half).map((left, i) => Math.fround(left + Math.max(0, all[half + i] ?? 0)));
}

describe.each(NAMES)('a piece of %s', (name) => {
  test('goes from a value that is fed to another, and takes nothing else', async () => {
    const { target, artefact } = await opened(name);
    const stem = drawn([1, 4, 6, 5]);
    const { inputs, results } = await runPiece(target, artefact, new Map([['stem', stem]]), ['sum']);
    expect(inputs).toHaveLength(1);
    expect(results.get('sum')?.shape).toEqual([1, 2, 6, 5]);
    expect(numbers(results.get('sum'))).toEqual(sumOf(stem));
  });

  test('gives back, too, what is fed in its place', async () => {
    const { target, artefact } = await opened(name);
    const [stem, sum] = [drawn([1, 4, 6, 5]), drawn([1, 2, 6, 5])];
    const { inputs, results } = await runPiece(
      target,
      artefact,
      new Map([
        ['stem', stem],
        ['sum', sum],
      ]),
      ['sum', 'out'],
    );
    expect(inputs).toHaveLength(2);
    expect(numbers(results.get('sum'))).toEqual(sumOf(stem));
    const expected = numbers(sum).map((value) => 1 / (1 + Math.exp(-value)));
    numbers(results.get('out')).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    });
  });

  test('cannot be taken of a value that is not there', async () => {
    const { target, artefact } = await opened(name);
    expect(() => target.runnable(artefact, { piece: { fed: [], outputs: ['nothing'] } })).toThrow(/nothing/);
  });

  test('lists the nodes between its values', async () => {
    const { artefact } = await opened(name);
    const nodes = artefact.nodes();
    const made = new Set(artefact.inputs.map((port) => port.name));
    for (const { inputs, outputs } of nodes) {
      for (const input of inputs) expect(made).toContain(input);
      for (const output of outputs) made.add(output);
    }
    for (const value of artefact.values) expect(made).toContain(value.name);
  });
});

test.each(['onnx', 'coreml'] as const)('a piece of %s in fp16 rounds what it gives', async (name) => {
  const { target, artefact } = await opened(name, { precision: 'fp16' });
  const stem = Tensor.from('float32', [1, 4, 1, 1], [1, 2, 0.0999755859375, -3]);
  const { results } = await runPiece(target, artefact, new Map([['stem', stem]]), ['sum'], true);
  // 1.0999755859375 lies between 1.099609375 and 1.1005859375.
  expect(numbers(results.get('sum'))).toEqual([1.099609375, 2]);
});

describe('a piece of the reference', () => {
  const bytes = () => writeOnnx(source());

  test('is cut out of its own protobuf', async () => {
    const [stem, sum] = [drawn([1, 4, 6, 5]), drawn([1, 2, 6, 5])];
    const fed = [
      { name: 'stem', as: 'a', dtype: 'float32', shape: [1, 4, undefined, undefined] },
      { name: 'sum', as: 'b', dtype: 'float32', shape: sum.shape },
    ] as const;
    const model = editReference(bytes(), { piece: { fed, outputs: ['sum', 'out'] } });
    const session = await onnxruntime.load({ model, optimize: false });
    expect(session.inputs.map((input) => input.name)).toEqual(['a', 'b']);
    const answers = await session.run(
      new Map([
        ['a', stem],
        ['b', sum],
      ]),
      ['sum', 'out'],
    );
    await session.release();
    expect(numbers(answers.get('sum'))).toEqual(sumOf(stem));
    expect(answers.get('out')?.toFloat64()[0]).toBeCloseTo(1 / (1 + Math.exp(-(numbers(sum)[0] ?? 0))), 5);
    expect(asOneChunk([model]).length).toBeLessThan(bytes().length);
  });

  test('links its nodes by the values of the file', () => {
    const nodes = nodesOfReference(bytes());
    expect(nodes.map(({ operator }) => operator)).toEqual(['Conv', 'Relu', 'Split', 'Relu', 'Add', 'Sigmoid']);
    expect(nodes.map(({ inputs }) => inputs).slice(2)).toEqual([['stem'], ['right'], ['left', 'positive'], ['sum']]);
    expect(nodes[2]?.outputs).toEqual(['left', 'right']);
  });
});
