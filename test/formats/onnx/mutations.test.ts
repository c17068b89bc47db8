import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readOnnx, writeOnnx } from '../../../src/formats/onnx/index.js';
import { MobileoneError } from '../../../src/model/index.js';
import { digitsCases } from '../../corpus.js';
import { model, node } from './wire.js';

const seeds = [
  ...digitsCases()
    .filter(({ name }) => name === 'digits_deploy' || name === 'digits_ts17_training')
    .map((each) => new Uint8Array(readFileSync(each.model))),
  model({ nodes: [node('Relu', ['x'], ['y'])] }),
];

type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'drop' | 'repeat'; readonly at: number; readonly count: number };

// Most of a file is weights, where every change is legal; structure lies in its first part.
const at = fc.oneof(fc.double({ min: 0, max: 0.2, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at, value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff) }),
  fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constantFrom('drop' as const, 'repeat' as const), at, count: fc.integer({ min: 1, max: 40 }) }),
);

function mutated(bytes: Uint8Array, change: Mutation): Uint8Array {
  const index = Math.min(bytes.length - 1, Math.floor(change.at * bytes.length));
  if (change.kind === 'set' || change.kind === 'flip') {
    const copy = bytes.slice();
    copy[index] = change.kind === 'set' ? change.value : (copy[index] ?? 0) ^ (1 << change.bit);
    return copy;
  }
  const resume = change.kind === 'drop' ? index + change.count : index - change.count;
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, index), bytes.subarray(Math.max(0, resume))]));
}

test('H03 a damaged file is refused in one line, or is a model that is written and read as the same', () => {
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }), (seed, changes) => {
      const bytes = changes.reduce(mutated, seed);
      try {
        const model = readOnnx(bytes);
        model.graph.check();
        const written = writeOnnx(model);
        expect(Buffer.from(writeOnnx(readOnnx(written))).equals(written)).toBe(true);
        read++;
      } catch (error) {
        if (!(error instanceof MobileoneError)) throw error;
        expect([2, 3, 4]).toContain(error.exitCode);
        refused++;
      }
    }),
    { numRuns: 500, seed: 20261124 },
  );
  expect(read).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(200);
});

test('H03 random bytes are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4096 }), (bytes) => {
      expect(() => readOnnx(bytes)).toThrow(MobileoneError);
    }),
    { numRuns: 500, seed: 20261124 },
  );
});
