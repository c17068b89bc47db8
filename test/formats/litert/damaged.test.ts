import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyAll } from '../../../src/commands/verify/verify.js';
import { EngineFailure } from '../../../src/engines/index.js';
import { litert } from '../../../src/formats/litert/index.js';
import type { LitertProgram, ProgramOperator } from '../../../src/formats/litert/program.js';
import { writeProgram } from '../../../src/formats/litert/write.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { MobileoneError, Tensor } from '../../../src/model/index.js';
import { network } from '../../network.js';
import { answersOfSource, difference, feedsFor } from '../answers.js';
import { bytesOf, opened, run, sharedEngine } from './judge.js';

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
    expect(error).toBeInstanceOf(MobileoneError);
    expect((error as MobileoneError).message).toMatch(/^(not a valid LiteRT model|not judged): [^\n]*$/);
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

/** Several tensors of the same sizes, so that a wrong number can be that of another tensor. */
const wired = network((n) => {
  const x = n.relu(n.conv(n.input([1, 3, 8, 8]), { channels: 8, kernel: 3, pad: 1 }));
  const a = n.node('Sigmoid', [n.conv(x, { channels: 8, kernel: 3, pad: 1 })]);
  const b = n.node('Tanh', [n.conv(x, { channels: 8, kernel: 1, pad: 0 })]);
  const y = n.node('Add', [n.node('Mul', [a, x]), n.node('Sub', [b, a])]);
  return n.linear(n.node('Flatten', [n.globalAveragePool(y)]), 5);
});

/** About as many as that network has: most numbers below are those of tensors, buffers or operators. */
const TENSORS = 24;

/** A hundred files: cut off, with one bit turned, or with one number that may be an index another, however large. */
function damagedFiles(bytes: Uint8Array, tables: number): Uint8Array[] {
  const next = draws(7);
  const below = (limit: number) => Math.floor(next() * limit);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = Array.from({ length: Math.floor(tables / 4) }, (_, index) => 4 * index);
  const indices = words.filter((at) => view.getUint32(at, true) < TENSORS);
  const cut = Array.from({ length: 20 }, (_, share) => bytes.slice(0, Math.floor((share / 20) * bytes.length)));
  const turned = Array.from({ length: 35 }, () => {
    const copy = bytes.slice();
    const at = below(tables);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    return copy;
  });
  const exchanged = Array.from({ length: 45 }, (_, index) => {
    const copy = bytes.slice();
    const number = [below(TENSORS), below(TENSORS), -2, 1 << 20, 2 ** 31 - 1][index % 5] ?? 0;
    new DataView(copy.buffer).setInt32(indices[below(indices.length)] ?? 0, number, true);
    return copy;
  });
  return [...cut, ...turned, ...exchanged];
}

/** How many bytes of a written file lie before the elements of its first constant. */
function bytesOfTables(written: LitertProgram): number {
  const [tables] = writeProgram(written);
  return tables?.length ?? 0;
}

test('of 100 damaged files none hangs, and none answers wrongly and is taken for right', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mobileone-damaged-'));
  const source = join(folder, 'source.onnx');
  const onnx = writeOnnx(wired);
  writeFileSync(source, onnx);
  const feeds = feedsFor(wired);
  const expected = await answersOfSource(onnx, wired, feeds);
  const written = litert.lower(wired, {}).program;
  const counts = { refused: 0, engine: 0, ran: 0 };
  const running: string[] = [];
  for (const [index, bytes] of damagedFiles(bytesOf(written), bytesOfTables(written)).entries()) {
    const outcome = await outcomeOf(bytes);
    counts[outcome]++;
    if (outcome !== 'ran') continue;
    running.push(join(folder, `${index}.tflite`));
    writeFileSync(running.at(-1) ?? '', bytes);
  }
  const { report } = await verifyAll(source, running, {});
  const judged = report.models[0]?.candidates ?? [];
  expect(judged).toHaveLength(running.length);
  for (const [place, { exitCode }] of judged.entries()) {
    if (exitCode !== 0) {
      expect(exitCode, running[place]).toBe(5);
      continue;
    }
    const answers = await run(readFileSync(running[place] ?? ''), feeds);
    for (const [name, answer] of expected) {
      const [found = answers.get(name)] = answers.values();
      expect(difference(answer, found), running[place]).toBeLessThan(1e-5);
    }
  }
  rmSync(folder, { recursive: true });
  expect(counts.refused).toBeGreaterThan(50);
  expect(judged.some(({ exitCode }) => exitCode === 5)).toBe(true);
});

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
      /^not judged: the operator STABLEHLO_WHILE of TensorFlow Lite is not known here/,
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
