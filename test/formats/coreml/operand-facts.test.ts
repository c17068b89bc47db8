import { describe, expect, test } from 'vitest';
import { coreml } from '../../../src/formats/coreml/index.js';
import { type MilOperation, type MilProgram, MilValue } from '../../../src/formats/coreml/program/program.js';
import { type Model, sameShape, type Value } from '../../../src/model/index.js';
import { type Network, network } from '../../network.js';
import { expectEquivalent, filesOf, modelIn, operations, sha256 } from './judge.js';

const channelsOf = (n: Network, shape: readonly number[]) =>
  n.constant([0.5, -0.25, 2], [3, ...shape.slice(2).map(() => 1)]);
const prelu = (shape: readonly number[]) => network((n) => n.node('PRelu', [n.input(shape), channelsOf(n, shape)]));
const batchNorm = (shape: readonly number[]) => network((n) => n.batchNorm(n.input(shape)));

describe('where MIL has no operation for a rank, other operations say the same', () => {
  test.each([[[2, 3]], [[1, 3, 4]], [[1, 3, 4, 2]], [[1, 3, 2, 4, 2]]])(
    'PRelu of unlike slopes and batch norm of [%s]',
    async (shape) => {
      const isImage = shape.length === 4;
      expect(operations(await expectEquivalent(prelu(shape)))).toEqual(
        isImage ? { prelu: 1 } : { minimum: 1, mul: 1, relu: 1, add: 1 },
      );
      const hasOperation = shape.length === 3 || isImage;
      expect(operations(await expectEquivalent(batchNorm(shape)))).toEqual(
        hasOperation ? { batch_norm: 1 } : { mul: 1, add: 1 },
      );
    },
  );

  test('slopes that are all alike are those of a leaky ReLU, at any rank', async () => {
    for (const shape of [[3], [1, 3, 4], [1, 3, 2, 4, 2]]) {
      const model = network((n) =>
        n.node('PRelu', [
          n.input(shape),
          n.constant(new Array<number>(3).fill(0.25), shape.length > 1 ? [3, ...shape.slice(2).map(() => 1)] : [3]),
        ]),
      );
      expect(operations(await expectEquivalent(model))).toEqual({ leaky_relu: 1 });
    }
  });

  test('a Clip to one number is no `clip`, whose bounds differ from iOS 17 on', async () => {
    const model = network((n) => n.node('Clip', [n.input([4]), n.constant(0.5), n.constant(0.5)]));
    expect(operations(await expectEquivalent(model))).toEqual({ maximum: 1, minimum: 1 });
  });
});

describe('a package with an operand that coremltools refuses is refused', () => {
  const IMAGE = [1, 3, 4, 2];
  const written = (model: Model) => coreml.lower(model, { precision: 'fp32' }).program;
  const read = (program: MilProgram) => modelIn(filesOf(coreml.write(program, 'model', sha256)));

  test.each<[string, Model, readonly number[]]>([
    ['prelu', prelu(IMAGE), [1, 3, 8]],
    ['prelu', prelu(IMAGE), [1, 3, 2, 2, 2]],
    ['batch_norm', batchNorm(IMAGE), [1, 3, 2, 2, 2]],
    ['batch_norm', batchNorm(IMAGE), [1, 3]],
  ])('%s of a rank that it does not take', (type, model, shape) => {
    const program = written(model);
    expect(read(program).graph.outputs).toHaveLength(1);
    expect(() => read(withShape(program, IMAGE, shape))).toThrow(
      `${type}: x has rank ${shape.length}, which it does not take`,
    );
  });

  test.each<[string, string, (n: Network) => Value]>([
    ['prelu', 'alpha', (n) => n.node('PRelu', [n.input(IMAGE), channelsOf(n, IMAGE)])],
    ['batch_norm', 'mean', (n) => n.batchNorm(n.input(IMAGE))],
    ['linear', 'weight', (n) => n.linear(n.input([1, 3]), 3)],
    ['conv', 'bias', (n) => n.conv(n.input(IMAGE), { bias: true })],
  ])('%s with %s computed', (type, argument, build) => {
    const program = written(network(build));
    expect(read(program).graph.outputs).toHaveLength(1);
    expect(() => read(withComputed(program, type, argument))).toThrow(`${type}: ${argument} is not constant`);
  });
});

/** The program with each value of one shape under another one. */
function withShape(program: MilProgram, from: readonly number[], shape: readonly number[]): MilProgram {
  const made = new Map<MilValue, MilValue>();
  const changed = (value: MilValue): MilValue => {
    if (!sameShape(value.type.shape, from)) return value;
    const found =
      made.get(value) ?? Object.assign(new MilValue({ ...value.type, shape }, value.hint), { name: value.name });
    made.set(value, found);
    return found;
  };
  return {
    ...program,
    inputs: program.inputs.map((feature) => ({ ...feature, value: changed(feature.value) })),
    operations: program.operations.map((operation) => mapped(operation, changed)),
    outputs: program.outputs.map(changed),
  };
}

const mapped = (operation: MilOperation, changed: (value: MilValue) => MilValue): MilOperation => ({
  ...operation,
  inputs: new Map(Array.from(operation.inputs, ([name, values]) => [name, values.map(changed)])),
  outputs: operation.outputs.map(changed),
});

/** The program with an argument that is the identity of the constant that it was. */
function withComputed(program: MilProgram, type: string, argument: string): MilProgram {
  return {
    ...program,
    operations: program.operations.flatMap((operation) => {
      const [given] = operation.type === type ? (operation.inputs.get(argument) ?? []) : [];
      if (!given) return [operation];
      const computed = Object.assign(new MilValue(given.type, ''), { name: 'computed' });
      return [
        { type: 'identity', inputs: new Map([['x', [given]]]), outputs: [computed], origin: [] },
        { ...operation, inputs: new Map([...operation.inputs, [argument, [computed]]]) },
      ];
    }),
  };
}
