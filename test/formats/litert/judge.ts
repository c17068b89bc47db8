import { afterAll, expect } from 'vitest';
import { type Engine, startEngine } from '../../../src/engines/index.js';
import type { LowerOptions, Opened } from '../../../src/formats/format.js';
import type { InputLayoutOptions } from '../../../src/formats/input-layout.js';
import { type LitertProgram, litert } from '../../../src/formats/litert/index.js';
import type { ReadModel } from '../../../src/formats/litert/open.js';
import { writeProgram } from '../../../src/formats/litert/write.js';
import { writeOnnx } from '../../../src/formats/onnx/index.js';
import { inverse } from '../../../src/layout/order.js';
import { asOneChunk, type Model, Tensor } from '../../../src/model/index.js';
import { type Answers, answersOfSource, difference, feedsFor, turned } from '../answers.js';

let engine: Engine | undefined;
afterAll(() => engine?.close());

/** One process for all tests of a file. */
export function sharedEngine(): Engine {
  engine ??= startEngine('litert', { timeoutSeconds: 30 });
  return engine;
}

/** The written program as one array of bytes. */
export function bytesOf(program: LitertProgram): Uint8Array {
  return asOneChunk(writeProgram(program));
}

/** What bytes say of themselves. */
export function opened(bytes: Uint8Array): Opened<ReadModel> {
  return litert.open({ files: new Map([['', [bytes]]]), commits: '' });
}

/** Operators of a program with how often they occur. */
export function operators({ operators: all }: LitertProgram): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of all) counts.set(operation.name, (counts.get(operation.name) ?? 0) + 1);
  return counts;
}

/** Runs bytes on feeds in the source's order; the answers come back in the source's order. */
export async function run(bytes: Uint8Array, feeds: Answers): Promise<Answers> {
  const model = opened(bytes);
  const runnable = litert.runnable(model);
  const session = await sharedEngine().load({ ...runnable, optimize: true });
  const given = model.inputs.map(({ name, sourceName, permutation, dtype = 'float32' }) => {
    const { data, shape } = turned(feeds.get(sourceName), permutation);
    return [name, Tensor.from(dtype, shape, data)] as const;
  });
  const names = model.outputs.map(({ name }) => name);
  const results = await session.run(new Map(given), names);
  await session.release();
  return new Map(
    model.outputs.map(({ name, sourceName, permutation }) => {
      const tensor = results.get(name);
      if (!tensor) throw new Error(`${name} is missing`);
      const answer = { shape: tensor.shape, data: tensor.toFloat64() };
      return [sourceName, turned(answer, permutation && inverse(permutation))] as const;
    }),
  );
}

export interface Judged extends LowerOptions, InputLayoutOptions {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly tolerance?: number;
}

/** Writes the model, opens it again, runs it, and holds it against ONNX Runtime on the model as it is. */
export async function expectEquivalent(model: Model, judged: Judged = {}): Promise<LitertProgram> {
  const { sizes, tolerance = 5e-6, ...options } = judged;
  const feeds = feedsFor(model, sizes);
  const expected = await answersOfSource(writeOnnx(model), model, feeds);
  const { program } = litert.lower(model, options);
  const actual = await run(bytesOf(program), feeds);
  for (const [name, answer] of expected) {
    const found = actual.get(name);
    expect(found?.shape, `shape of ${name}`).toEqual([...answer.shape]);
    expect(difference(answer, found), `difference of ${name}`).toBeLessThanOrEqual(tolerance);
  }
  return program;
}
