import { expect } from 'vitest';
import { type ReadOptions, readOnnx } from '../../../src/formats/onnx/index.js';
import { MobileoneError, type Model } from '../../../src/model/index.js';
import type { Bytes } from './wire.js';

/** Exit code 3 unless another is named, one line, and every word in it. */
export function expectRefusal(bytes: Bytes, words: readonly string[], options: ReadOptions = {}, exitCode = 3): void {
  const error = refusalOf(() => readOnnx(bytes, options));
  expect(error, 'an error that its reader can act on').toBeInstanceOf(MobileoneError);
  if (!(error instanceof MobileoneError)) return;
  expect(error.exitCode, error.message).toBe(exitCode);
  expect(error.message).not.toMatch(/\n/);
  for (const word of words) expect(error.message.toLowerCase()).toContain(word.toLowerCase());
}

export function refusalOf(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    return error;
  }
  return undefined;
}

export function expectRead(bytes: Bytes, options: ReadOptions = {}): Model {
  const model = readOnnx(bytes, options);
  model.graph.check();
  return model;
}
