import { describe, expect, test } from 'vitest';
import type { Network } from '../../../src/check/pieces/network.js';
import { readOnnx } from '../../../src/formats/onnx/index.js';
import { optimize } from '../../../src/passes/pipeline.js';
import { bisect } from '../../../src/verification/bisect/bisect.js';
import { pairsByName } from '../../../src/verification/bisect/correspond.js';
import { pairsByValue } from '../../../src/verification/bisect/match-values.js';
import { targetOf } from '../../formats/open/opened.js';
import { bytes, engines, plain } from './digits.js';
import { asWritten, candidateOf, damaged, FAULTS, referenceOf } from './planted.js';

/** As another tool would have written it: nobody says what its values are in the reference, nor how they lie. */
function foreign(network: Network): Network {
  const values = network.values.map(({ name }, i) => ({ name, sourceName: `unknown_${i}` }));
  return { ...network, values, isTraced: false };
}

describe.each(['onnx', 'tfjs', 'litert', 'coreml'] as const)('values of %s', (name) => {
  test('are found where nobody says which they are', async () => {
    const target = await targetOf(name);
    const { reference, samples } = await referenceOf(bytes, plain);
    const model = readOnnx(bytes);
    optimize(model);
    const candidate = candidateOf(target, asWritten(target, model, { precision: 'fp32' }), engines[target.engine]);
    const said = new Map(pairsByName(reference, candidate).map((pair) => [pair.candidate.name, pair]));
    const networks = { reference, candidate: foreign(candidate), precision: 'fp32' } as const;
    const found = await pairsByValue(networks, pairsByName(reference, foreign(candidate)), await samples.sample(0));
    expect(found.length).toBeGreaterThanOrEqual(said.size - 2);
    const isRight = found.map(({ value, candidate: { name: written, permutation } }) => {
      const right = said.get(written);
      return (
        right === undefined || (right.value === value && String(right.candidate.permutation) === String(permutation))
      );
    });
    expect(isRight.filter((each) => each).length).toBeGreaterThanOrEqual(found.length - 2);
  });
});

/** What leaves a value like what it should be. */
const SLIGHT = ['one weight by 5 %', 'a bias dropped', 'one channel times 1.1', 'a ReLU dropped'];

/** A block has up to 16 nodes. Where a convolution has its activation with it, what is named may begin in the block before. */
describe.each([
  ['onnx', 17],
  ['coreml', 17],
  ['tfjs', 31],
  ['litert', 31],
] as const)('in %s of another tool, of which at most %i nodes are named,', (name, most) => {
  // It is planted as two nodes, which nobody writes where activations are no nodes.
  const isFused = name === 'tfjs' || name === 'litert';
  const faults = FAULTS.filter((fault) => SLIGHT.includes(fault.name) && !(isFused && fault.name === 'a ReLU dropped'));

  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s is found where it was planted',
    async (_, fault) => {
      const target = await targetOf(name);
      const { reference, samples } = await referenceOf(bytes, plain);
      let planted = 0;
      for (const place of [1, 2, 9]) {
        const found = damaged(bytes, fault, place);
        if (!found) continue;
        const opened = asWritten(target, found.model, { precision: 'fp32' });
        const candidate = foreign(candidateOf(target, opened, engines[target.engine]));
        const parted = await bisect({ reference, candidate, samples, precision: 'fp32' });
        expect(parted?.nodes.filter((node) => found.guilty.includes(node)).length, `at ${place}`).toBeGreaterThan(0);
        expect(parted?.nodes.length, `at ${place}`).toBeLessThanOrEqual(most);
        planted++;
      }
      expect(planted).toBeGreaterThan(0);
    },
  );
});
