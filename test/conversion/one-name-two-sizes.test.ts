import fs from 'node:fs';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { expect, test } from 'vitest';
import { convert } from '../../src/index.js';
import { int64s, node, tinyModel } from '../engines/tiny-models.js';
import { scratch } from '../files/scratch.js';

/** y has the elements of x, transposed, in the shape of x: the Reshape does nothing where height and width are equal. */
const turned = tinyModel({
  nodes: [
    node('Transpose', ['x'], ['t'], [{ name: 'perm', type: 7, ints: [0, 1, 3, 2] }]),
    node('Shape', ['x'], ['s']),
    node('Reshape', ['t', 's'], ['y']),
  ],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['?', 1, '?', '?'] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['?', 1, '?', '?'] }],
});

async function converted(
  model: Uint8Array,
  shape: Record<string, readonly number[]> = {},
  to: readonly ('onnx' | 'tfjs')[] = ['onnx'],
) {
  const folder = scratch();
  const file = path.join(folder, 'model.onnx');
  fs.writeFileSync(file, model);
  const report = await convert(file, { outDir: folder, to, shape });
  const written = onnx.ModelProto.decode(fs.readFileSync(path.join(folder, 'model.fused.onnx'))).graph;
  return { model: report.models[0], written };
}

test('height and width of one name are two sizes: nothing rests on their being equal, and the check tries unlike ones', async () => {
  const { model, written } = await converted(turned, {}, ['onnx', 'tfjs']);
  expect(written?.node?.map(({ opType }) => opType)).toContain('Reshape');
  for (const { check } of model?.artefacts ?? []) {
    expect(check?.verdict).toBe('equivalent');
    expect(check?.judgements[0]?.tried.map(({ inputs }) => inputs[0]?.shape)).toEqual([
      [1, 1, 224, 224],
      [3, 1, 161, 225],
    ]);
  }
});

test('the names stay in the file', async () => {
  const { written } = await converted(turned);
  const dims = written?.input?.[0]?.type?.tensorType?.shape?.dim;
  expect(dims?.map(({ dimParam }) => dimParam)).toEqual(['?', null, '?', '?']);
});

test('--shape may give them two sizes, with a note', async () => {
  const { model, written } = await converted(turned, { x: [1, 1, 2, 3] });
  expect(written?.node?.map(({ opType }) => opType)).toContain('Reshape');
  expect(model?.notes.join()).toMatch(/the file calls unlike sizes by one name, \?: 1 and 2 and 3/);
});

test('a batch of one name in two inputs is none where one is a single row that is spread over the other', async () => {
  // The Expand does nothing where both batches are equal, as their name says.
  const spread = tinyModel({
    nodes: [node('Shape', ['y'], ['s']), node('Expand', ['x', 's'], ['e'])],
    inputs: [
      { name: 'x', dtype: 'float32', shape: ['batch', 2] },
      { name: 'y', dtype: 'float32', shape: ['batch', 2] },
    ],
    outputs: [{ name: 'e', dtype: 'float32', shape: ['batch', 2] }],
  });
  const { written } = await converted(spread, { x: [1, 2], y: [4, 2] });
  expect(written?.node?.map(({ opType }) => opType)).toContain('Expand');
  const open = await converted(spread);
  expect(open.written?.node?.map(({ opType }) => opType)).toContain('Expand');
});

test('a fixed batch in a Reshape of a file that is else open: the advice is --shape, which cures it', async () => {
  const fixed = tinyModel({
    nodes: [node('Reshape', ['x', 'sizes'], ['y'])],
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [4, 1, 2] }],
    initializers: [int64s('sizes', [3], [4n, 1n, 2n])],
  });
  await expect(converted(fixed)).rejects.toMatchObject({ exitCode: 8, todo: expect.stringContaining('--shape') });
  expect((await converted(fixed, { x: [4, 2] })).model?.exitCode).toBe(0);
});
