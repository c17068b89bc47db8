import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { studyNetwork } from '../../../src/study/index.js';
import type { staticFigures } from '../../../src/study/static/index.js';
import { scratch } from '../../files/scratch.js';

interface Counted {
  readonly name: string;
  readonly parameters: number;
  readonly macs: number;
  readonly activations: number;
}

/** Written by tools/study-counts.py: PyTorch counted the parameters, fvcore all else. */
const folder = new URL('counts/', import.meta.url);
const counted: Counted[] = fs
  .readFileSync(new URL('counts.jsonl', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

async function figuresOf(name: string): Promise<ReturnType<typeof staticFigures>> {
  const file = path.join(scratch(), `${name}.onnx`);
  fs.writeFileSync(file, gunzipSync(fs.readFileSync(new URL(`${name}.onnx.gz`, folder))));
  const limits = { maxNodes: 1e5, maxBytes: 2 ** 30 };
  const { forms } = await studyNetwork(file, { ...limits, shape: new Map(), forms: ['source'] }, [], undefined);
  const [source] = forms;
  if (!source) throw new Error('it was not studied');
  return source.figures;
}

describe.each(counted.map((each) => [each.name, each] as const))('%s', (name, { macs, parameters, activations }) => {
  test('has the multiply-accumulates, parameters and activations that others count', async () => {
    expect(await figuresOf(name)).toMatchObject({ macs, parameters, activations });
  });
});

test('at least twenty networks are counted', () => {
  expect(counted.length).toBeGreaterThanOrEqual(20);
});
