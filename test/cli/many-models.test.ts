import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

/** Two models that are alike, of one name in two folders, and a file between them that is none. */
function models(): string {
  const folder = scratch();
  for (const name of ['a', 'b', 'c']) fs.mkdirSync(path.join(folder, name));
  fs.copyFileSync(DIGITS, path.join(folder, 'a', 'model.onnx'));
  fs.writeFileSync(path.join(folder, 'b', 'model.onnx'), 'no model');
  fs.copyFileSync(DIGITS, path.join(folder, 'c', 'model.onnx'));
  return folder;
}

const ALL = ['a/model.onnx', 'b/model.onnx', 'c/model.onnx'];

test('inspect takes many, and ends with a table, how many could be read, and how many blocks can be fused', async () => {
  const { code, stdout, stderr } = await mobileone(models(), ['inspect', ...ALL]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^mobileone: b\/model\.onnx: [^\n]*\n$/);
  expect(stdout.split('\n').slice(-7)).toEqual([
    'all models',
    '  a/model.onnx  232 to 29 nodes  13 can be fused',
    '  b/model.onnx                   not read',
    '  c/model.onnx  232 to 29 nodes  13 can be fused',
    '2 of 3 inspected',
    '26 blocks can still be fused',
    '',
  ]);
});

test.each([[['--jobs', '1']], [['--jobs', '3']]])(
  'convert %j tries each, in the order that they were named',
  async (jobs) => {
    const folder = models();
    const { code, stdout, stderr } = await mobileone(folder, ['convert', ...ALL, '--name', '{dir}-{name}', ...jobs]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^mobileone: b\/model\.onnx: [^\n]*\n$/);
    expect(stdout.split('\n').slice(-6)).toEqual([
      'all models',
      '  a/model.onnx  232 to 29 nodes  answers alike',
      '  b/model.onnx                   not read',
      '  c/model.onnx  232 to 29 nodes  answers alike',
      '2 of 3 converted',
      '',
    ]);
    expect(fs.readdirSync(folder).sort()).toEqual(['a', 'a-model.fused.onnx', 'b', 'c', 'c-model.fused.onnx']);
  },
);

test('two models of one name are told how to have two', async () => {
  const { code, stderr } = await mobileone(models(), ['convert', 'a/model.onnx', 'c/model.onnx']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/both be written to model\.fused\.onnx; name them by their folders, --name '\{dir\}'/);
});

test('{dir} of a file that is named without a folder is the working folder', async () => {
  const folder = path.join(models(), 'a');
  const { code } = await mobileone(folder, ['convert', 'model.onnx', '--no-check', '--name', '{dir}']);
  expect([code, fs.readdirSync(folder).sort()]).toEqual([0, ['a.fused.onnx', 'model.onnx']]);
});

test('one model has no table', async () => {
  const { stdout } = await mobileone(models(), ['convert', 'a/model.onnx', '--no-check']);
  expect(stdout).not.toMatch(/all models|1 of 1/);
});

test('where a model fails, nothing is said of what fusing would have gained', async () => {
  const folder = models();
  const differs = await mobileone(folder, ['convert', 'a/model.onnx', '--tolerance', '0']);
  expect(differs.code).toBe(5);
  expect(differs.stdout).not.toMatch(/factor|merged from/);
  expect(differs.stdout).toMatch(/\(not written\)\n {4}does not answer like the source/);
  const refused = await mobileone(folder, ['convert', 'a/model.onnx', '--labels', 'a/model.onnx', '--no-check']);
  expect([refused.code, refused.stdout]).toEqual([3, '']);
});
