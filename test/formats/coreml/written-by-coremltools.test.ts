import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { difference, modelIn, run } from './judge.js';
import { readNpy } from './npy.js';

/** Packages that coremltools wrote from PyTorch, and PyTorch's answer; `test/coreml/write_reference.py` makes them. */
const FOLDER = fileURLToPath(new URL('../../../fixtures/coreml', import.meta.url));

function filesIn(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path)]));
}

describe('a package that coremltools wrote is read, and answers as PyTorch does', () => {
  test.each([
    ['fp32', 1e-5],
    ['fp16', 2e-2],
  ])('in %s', async (precision, tolerance) => {
    const model = modelIn(filesIn(join(FOLDER, `${precision}.mlpackage`)));
    const answers = await run(model, new Map([['x', readNpy(join(FOLDER, 'input.npy'))]]));
    expect(difference(readNpy(join(FOLDER, 'output.npy')), answers.get('y'))).toBeLessThanOrEqual(tolerance);
  });

  test('and in fp16 it rounds: the answer is not that of fp32', async () => {
    const model = modelIn(filesIn(join(FOLDER, 'fp16.mlpackage')));
    const answers = await run(model, new Map([['x', readNpy(join(FOLDER, 'input.npy'))]]));
    expect(difference(readNpy(join(FOLDER, 'output.npy')), answers.get('y'))).toBeGreaterThan(1e-5);
  });
});
