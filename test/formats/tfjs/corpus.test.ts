import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tfjs } from '../../../src/formats/tfjs/index.js';
import { sizeOf } from '../../../src/model/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { openModel } from '../../corpus/open-model.js';
import { allCases, type Case } from '../../corpus.js';
import { type Answer, difference, operations, run } from './judge.js';

/** A `.npy` of float32 or integers. */
function readNpy(path: string): Answer {
  const bytes = readFileSync(path);
  const end = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, end);
  const shape = [...(/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '').matchAll(/\d+/g)].map(([digits]) =>
    Number(digits),
  );
  const buffer = new Uint8Array(bytes.subarray(end)).buffer;
  if (header.includes("'<f4'")) return { shape, data: new Float32Array(buffer) };
  if (header.includes("'<i8'")) return { shape, data: Array.from(new BigInt64Array(buffer), Number) };
  throw new Error(`${path} has an element type that is not read here`);
}

/** The first `count` rows from `start` along axis 0. */
function rows({ shape, data }: Answer, start: number, count: number): Answer {
  const run = sizeOf(shape.slice(1));
  return { shape: [count, ...shape.slice(1)], data: Float64Array.from(data).slice(start * run, (start + count) * run) };
}

/** Written without its batch norms and branches, run in wasm on the case's input, row by row where the batch is fixed. */
async function worstDifference(given: Case): Promise<number> {
  const model = openModel(given.model);
  optimize(model);
  const lowered = tfjs.lower(model, {});
  const input = readNpy(given.input);
  const { name = '', shape } = model.graph.inputs[0] ?? {};
  const batch = shape?.[0];
  const isDigits = input.shape[0] === 200;
  // Batches of 1 and then of 3 where any will do.
  const counts = !isDigits ? [input.shape[0] ?? 1] : typeof batch === 'number' ? [batch, batch, batch] : [1, 3];
  let [worst, start] = [0, 0];
  for (const count of counts) {
    const answers = await run(lowered, new Map([[name, rows(input, start, count)]]));
    for (const [output, path] of given.answers) {
      const all = readNpy(path);
      worst = Math.max(worst, difference(isDigits ? rows(all, start, count) : all, answers.get(output)));
    }
    start += count;
  }
  return worst;
}

describe('every network of the corpus answers in TensorFlow.js as it does in PyTorch', () => {
  test.each(allCases().map((given) => [given.name, given] as const))('%s', async (_, given) => {
    expect(await worstDifference(given)).toBeLessThanOrEqual(given.tolerance);
  });
});

describe('a MobileOne is its convolutions and a head', () => {
  test.each(['mobileone_s0_ts13', 'mobileone_s1_te18', 'mobileone_s2_ts13', 'digits_te18'])('%s', (name) => {
    const given = allCases().find((other) => other.name === name);
    if (!given) throw new Error(`no case ${name}`);
    const model = openModel(given.model);
    optimize(model);
    const counts = operations(tfjs.lower(model, {}));
    expect((counts.get('_FusedConv2D') ?? 0) + (counts.get('FusedDepthwiseConv2dNative') ?? 0)).toBe(
      given.ideal.convolutions,
    );
    expect([...counts.keys()].sort()).toEqual([
      'AvgPool',
      'FusedDepthwiseConv2dNative',
      'Reshape',
      '_FusedConv2D',
      '_FusedMatMul',
    ]);
  });
});

describe('no network of convolutions alone needs a transpose', () => {
  test.each(['deeplabv3_mobileone_s0_ts13', 'efficientnet_b0_te18', 'repvit_m0_9_ts13', 'ssdlite_mobileone_s0_ts13'])(
    '%s',
    (name) => {
      const given = allCases().find((other) => other.name === name);
      if (!given) throw new Error(`no case ${name}`);
      const model = openModel(given.model);
      optimize(model);
      expect(operations(tfjs.lower(model, {})).get('Transpose')).toBeUndefined();
    },
  );
});
