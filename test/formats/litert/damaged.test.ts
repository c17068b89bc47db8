import { describe, expect, test } from 'vitest';
import { EngineFailure } from '../../../src/engines/index.js';
import { litert } from '../../../src/formats/litert/index.js';
import type { LitertProgram, ProgramOperator } from '../../../src/formats/litert/program.js';
import { InputError, Tensor } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { bytesOf, opened, sharedEngine } from './judge.js';

const { program } = litert.lower(
  network((n) => {
    const x = n.relu(n.conv(n.input([1, 3, 8, 8]), { channels: 4, kernel: 3 }));
    return n.linear(n.node('Flatten', [n.globalAveragePool(x)]), 5);
  }),
  {},
);
const whole = bytesOf(program);

/** Numbers from 0 to 1, the same on every run: Park and Miller's generator. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** `refused` by the reader, by the `engine`, or run: what the check then judges. Nothing else may become of a file. */
async function outcomeOf(bytes: Uint8Array): Promise<'refused' | 'engine' | 'ran'> {
  let runnable: ReturnType<typeof litert.runnable>;
  try {
    runnable = litert.runnable(opened(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/^not a valid LiteRT model: [^\n]*$/);
    return 'refused';
  }
  try {
    const session = await sharedEngine().load({ ...runnable, optimize: true });
    const feeds = session.inputs.map(({ name, shape = [] }) => {
      const sizes = shape.map(Number);
      return [name, Tensor.from('float32', sizes, new Array(sizes.reduce((a, b) => a * b, 1)).fill(1))] as const;
    });
    await session.run(
      new Map(feeds),
      session.outputs.map(({ name }) => name),
    );
    await session.release();
    return 'ran';
  } catch (error) {
    expect(error).toBeInstanceOf(EngineFailure);
    expect((error as EngineFailure).kind).not.toBe('timeout');
    return 'engine';
  }
}

test('what is right is taken', async () => {
  expect(await outcomeOf(whole)).toBe('ran');
});

test('what is cut off is refused', async () => {
  for (let share = 0; share < 20; share++) {
    expect(await outcomeOf(whole.slice(0, Math.floor((share / 20) * whole.length))), `${share} of 20`).toBe('refused');
  }
});

test('of 60 files with one bit turned in their tables, none hangs, and the reader refuses all but a few', async () => {
  const next = draws(7);
  const first = whole.findIndex((_, at) => at > 8 && at % 16 === 0 && isStartOfData(at));
  const counts = { refused: 0, engine: 0, ran: 0 };
  for (let i = 0; i < 60; i++) {
    const bytes = whole.slice();
    const at = Math.floor(next() * first);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    counts[await outcomeOf(bytes)]++;
  }
  expect(counts.engine + counts.ran).toBeLessThan(40);
  expect(counts.refused).toBeGreaterThan(20);
});

/** Whether the bytes of a constant start here. */
function isStartOfData(at: number): boolean {
  const [constant] = program.operators.flatMap(({ inputs }) => inputs.flatMap((tensor) => tensor?.data?.bytes() ?? []));
  return constant?.every((byte, i) => whole[at + i] === byte) === true;
}

describe('what contradicts itself is refused:', () => {
  const [first] = program.operators;
  if (!first) throw new Error('the program has too few operators');
  const withFirst = (changed: Partial<ProgramOperator>): LitertProgram => ({
    ...program,
    operators: [{ ...first, ...changed }, ...program.operators.slice(1)],
  });
  const [x, weight, bias] = first.inputs;
  const [made] = first.outputs;
  if (!x || !made) throw new Error('the first operator has too few tensors');

  test.each<[string, LitertProgram, RegExp]>([
    [
      'operators in no order',
      { ...program, operators: [...program.operators].reverse() },
      /which nothing has made before it/,
    ],
    [
      'an operator that reads itself',
      withFirst({ inputs: [made, ...first.inputs.slice(1)] }),
      /which nothing has made before it/,
    ],
    ['too few operands', withFirst({ inputs: [x] }), /has 1 operands/],
    ['a missing operand', withFirst({ inputs: [undefined, weight, bias] }), /lacks operand 0/],
    [
      'a result of other sizes',
      withFirst({ outputs: [{ ...made, shape: [1, 9, 9, 9] }] }),
      /gives float32 \[1,6,6,4\]/,
    ],
    ['a result of another type', withFirst({ outputs: [{ ...made, type: 'int32' }] }), /gives float32/],
    [
      'a constant of too many bytes',
      withFirst({
        inputs: [x, weight && { ...weight, data: { byteLength: 4096, bytes: () => new Uint8Array(4096) } }, bias],
      }),
      /has 4096 bytes for/,
    ],
    ['a result that two make', { ...program, operators: [first, ...program.operators] }, /is made twice/],
    ['an output that nothing makes', { ...program, operators: [first] }, /nothing makes the output/],
    [
      'a tensor that is an output twice',
      { ...program, outputs: [...program.outputs, ...program.outputs] },
      /is an input or an output twice/,
    ],
    [
      'an operator that is not known',
      withFirst({ operation: { ...first.operation, code: 200 } }),
      /numbered 200 is not read here/,
    ],
    [
      'options of another operator',
      withFirst({ operation: { ...first.operation, optionsType: 27 } }),
      /has the options of another operator/,
    ],
  ])('%s', (_, changed, reason) => {
    expect(() => opened(bytesOf(changed))).toThrow(reason);
  });

  test.each<[string, (bytes: DataView) => void, RegExp]>([
    ['another identifier', (bytes) => bytes.setUint8(4, 88), /bytes 4 to 7/],
    ['a root beyond the end', (bytes) => bytes.setUint32(0, 2 ** 31, true), /beyond its end/],
    [
      'nothing but zeros',
      (bytes) => new Uint8Array(bytes.buffer).fill(0, 8),
      /is cut off|no room|version|beyond|itself/,
    ],
  ])('%s', (_, change, reason) => {
    const bytes = whole.slice();
    change(new DataView(bytes.buffer));
    expect(() => opened(bytes)).toThrow(reason);
  });
});
