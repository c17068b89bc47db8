import { expect, test } from 'vitest';
import { filesOf } from '../../src/files/given.js';
import { convert } from '../../src/index.js';
import { floats, node, tinyModel } from '../engines/tiny-models.js';

const CHANNELS = 16;
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => Math.sin(i + from) / 8);
const weights = CHANNELS * CHANNELS * 9;

/** One head behind two levels, as detectors share it; the square matrix is read as it is and turned. */
const shared = tinyModel({
  nodes: [
    node('Conv', ['x', 'weight', 'bias'], ['a']),
    node('Relu', ['a'], ['b']),
    node('Conv', ['b', 'weight', 'bias'], ['c']),
    node('GlobalAveragePool', ['c'], ['pooled']),
    node('Flatten', ['pooled'], ['row']),
    node('Gemm', ['row', 'matrix'], ['p'], [{ name: 'transB', type: 2, i: 1 }]),
    node('Relu', ['p'], ['q']),
    node('Gemm', ['q', 'matrix'], ['y']),
  ],
  inputs: [{ name: 'x', dtype: 'float32', shape: [1, CHANNELS, 12, 12] }],
  outputs: [
    { name: 'a', dtype: 'float32', shape: [1, CHANNELS, 10, 10] },
    { name: 'y', dtype: 'float32', shape: [1, CHANNELS] },
  ],
  initializers: [
    floats('weight', [CHANNELS, CHANNELS, 3, 3], numbers(weights)),
    floats('bias', [CHANNELS], numbers(CHANNELS, 7)),
    floats('matrix', [CHANNELS, CHANNELS], numbers(CHANNELS * CHANNELS, 3)),
  ],
});

test.each(['tfjs', 'litert', 'coreml'] as const)('%s holds weights once that several nodes read', async (target) => {
  const given = { name: 'shared.onnx', bytes: shared };
  const { artefacts, report } = await convert(given, { outDir: null, to: [target], precision: 'fp32' });
  expect(report.models[0]?.artefacts[0]?.check?.verdict).toBe('equivalent');
  const [artefact] = artefacts;
  const held = artefact && 'bytes' in artefact ? [artefact.bytes] : [...filesOf(artefact?.files).values()];
  const bytes = held.reduce((sum, { length }) => sum + length, 0);
  // The matrix may be there both ways round.
  const least = 4 * (weights + CHANNELS * CHANNELS);
  expect(bytes).toBeGreaterThan(least);
  expect(bytes).toBeLessThan(1.9 * 4 * weights);
});
