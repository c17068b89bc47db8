import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { startEngine } from '../../../src/engines/index.js';
import { digitsCases } from '../../corpus.js';

/** A small network that tests plant faults in. */
export const file = digitsCases().find(({ name }) => name === 'digits_ts17_constants')?.model ?? '';
export const bytes = new Uint8Array(readFileSync(file));

/** Runs the source. */
export const plain = startEngine('onnxruntime');

/** Run what is compared with it. */
export const engines = {
  onnxruntime: startEngine('onnxruntime'),
  'tensorflow.js': startEngine('tensorflow.js'),
  litert: startEngine('litert'),
};

afterAll(() => {
  for (const engine of [plain, ...Object.values(engines)]) engine.close();
});
