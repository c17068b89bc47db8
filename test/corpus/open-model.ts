import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOnnx } from '../../src/formats/onnx/index.js';
import type { Model } from '../../src/model/index.js';

/** Reads a model of the corpus, with external data from beside it. */
export function openModel(path: string): Model {
  const externalData = (location: string, offset: number, length: number | undefined) => {
    const bytes = readFileSync(join(dirname(path), location));
    return new Uint8Array(bytes.subarray(offset, length === undefined ? undefined : offset + length));
  };
  return readOnnx(readFileSync(path), { externalData });
}
