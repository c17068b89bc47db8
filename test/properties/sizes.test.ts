import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { optimize } from '../../src/passes/pipeline.js';
import { network } from '../network.js';
import { Draw } from './random-networks.js';
import { sizeArithmetic } from './random-sizes.js';

const GRAPHS = 200;
/** Empty, smallest, odd, and where 8 bits, 16 bits and the square of 32 bits wrap. */
const SIZES = [
  [0, 3],
  [1, 1],
  [2, 7],
  [3, 0],
  [7, 2],
  [300, 1],
  [70000, 1],
] as const;

type Answer = readonly [string, readonly number[], Buffer];

/** Every result in full; undefined where ONNX Runtime refuses the sizes. */
async function answer(session: InferenceSession, [rows, columns]: readonly number[]): Promise<Answer[] | undefined> {
  const dims = [rows ?? 0, columns ?? 0, 2];
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => ((i * 37) % 101) - 50);
  try {
    const results = await session.run({ x: new Tensor('float32', data, dims) });
    return Object.entries(results).map(([name, { dims, data }]) => [name, dims, bufferOf(data)]);
  } catch {
    return undefined;
  }
}

/** Names of the results that differ in shape or in a bit. */
function differencesOf(expected: readonly Answer[], actual: readonly Answer[] | undefined): string[] {
  return expected.flatMap(([name, dims, data], index) => {
    const [, otherDims, otherData] = actual?.[index] ?? [];
    return otherData?.equals(data) && String(otherDims) === String(dims) ? [] : [name];
  });
}

function bufferOf(data: Tensor['data']): Buffer {
  if (!ArrayBuffer.isView(data)) throw new TypeError('results are numbers');
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

test('what is simplified by arithmetic on open sizes answers the same at every size', async () => {
  const options = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4 } as const;
  let judged = 0;
  let decided = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const model = network((n) => sizeArithmetic(n, new Draw(seed)));
    const before = writeOnnx(model);
    optimize(model);
    if (model.graph.count('If') === 0) decided++;
    const sessions = await Promise.all(
      [before, writeOnnx(model)].map((bytes) => InferenceSession.create(bytes, options)),
    );
    for (const sizes of SIZES) {
      const [expected, actual] = await Promise.all(sessions.map((session) => answer(session, sizes)));
      if (!expected) continue;
      judged++;
      expect(differencesOf(expected, actual), `graph ${seed} at ${sizes}`).toEqual([]);
    }
    await Promise.all(sessions.map((session) => session.release()));
  }
  expect(judged).toBeGreaterThan(GRAPHS * 3);
  expect(decided).toBeGreaterThan(GRAPHS / 20);
  console.log(`${judged} runs of ${GRAPHS} graphs judged, ${decided} with a decided If`);
});
