import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../src/formats/onnx/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { bisect } from '../../../src/verification/bisect/bisect.js';
import { targetOf } from '../../formats/open/opened.js';
import { bytes, engines, plain } from './digits.js';
import { asWritten, candidateOf, damaged, FAULTS, referenceOf } from './planted.js';

/** Beside the stem a place early in the network, and one late. */
const PLACES = [2, 9];

describe.each([
  ['onnx', 'fp32'],
  ['onnx', 'fp16'],
  ['tfjs', 'fp32'],
  ['coreml', 'fp16'],
  ['litert', 'fp32'],
] as const)('%s in %s', (name, precision) => {
  test.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s is found where it was planted',
    async (_, fault) => {
      const target = await targetOf(name);
      const { reference, samples } = await referenceOf(bytes, plain);
      let planted = 0;
      for (const place of PLACES.flatMap((first) => [first, first + 1])) {
        const found = damaged(bytes, fault, place);
        if (!found) continue;
        const opened = asWritten(target, found.model, { precision });
        const candidate = candidateOf(target, opened, engines[target.engine], precision === 'fp16');
        const parted = await bisect({ reference, candidate, samples, precision });
        expect(parted?.nodes.filter((node) => found.guilty.includes(node)).length, `at ${place}`).toBeGreaterThan(0);
        // Whoever reads a constant answers for it.
        expect(
          parted?.nodes.filter((node) => node.startsWith('constant_')),
          `at ${place}`,
        ).toEqual([]);
        const { own, inherited, noise } = parted ?? {};
        expect(own ?? 0, `at ${place}`).toBeGreaterThan(3 * (noise ?? 1));
        // In float16 the roundings of all nodes before it are inherited, whatever was planted.
        expect(own ?? 0, `at ${place}`).toBeGreaterThan((precision === 'fp16' ? 1 : 3) * (inherited ?? 1));
        planted++;
      }
      expect(planted).toBeGreaterThan(1);
    },
  );

  test('nothing stands out where nothing was planted', async () => {
    const target = await targetOf(name);
    const { reference, samples } = await referenceOf(bytes, plain);
    const model = readOnnx(bytes);
    optimize(model);
    const opened = asWritten(target, model, { precision });
    const candidate = candidateOf(target, opened, engines[target.engine], precision === 'fp16');
    const parted = await bisect({ reference, candidate, samples, precision });
    expect(parted?.own).toBeLessThan(5 * (parted?.noise ?? 0));
    expect(parted?.alongDepth.length).toBeGreaterThan(10);
    for (const { error, noise } of parted?.alongDepth ?? []) expect(error).toBeLessThan(20 * (noise ?? 0));
    const depths = parted?.alongDepth.map(({ depth }) => depth) ?? [];
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
  });
});
