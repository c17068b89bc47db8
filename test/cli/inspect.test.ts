import path from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

test('the last line says how many blocks can still be fused; nothing is written', async () => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, ['inspect', DIGITS]);
  expect([code, stderr, contentOf(folder)]).toEqual([0, '', {}]);
  expect(stdout).toMatch(/written by pytorch 2\.15\.0, operator set 13/);
  expect(stdout).toMatch(/input {2}image: float32 \[1,1,32,32\]/);
  expect(stdout).toMatch(/output logits: float32 \[1,10\]/);
  expect(stdout).toMatch(/ BatchNormalization +62 +0\n/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('13 blocks can still be fused');
});

test('--expect-fused is 7 on the export, and 0 on what convert wrote of it', async () => {
  const folder = scratch();
  const gate = (model: string) => mobileone(folder, ['inspect', model, '--expect-fused']);
  const before = await gate(DIGITS);
  expect(before.code).toBe(7);
  expect(before.stderr).toMatch(/^mobileone: .*13 blocks can still be fused; .*\n$/);
  await mobileone(folder, ['convert', DIGITS, '--no-check']);
  const after = await gate(path.join(folder, 'model.fused.onnx'));
  expect([after.code, after.stderr]).toEqual([0, '']);
  expect(after.stdout).toMatch(/\n0 blocks can still be fused\n$/);
});

test('-q prints nothing, and the gate still holds', async () => {
  const { code, stdout } = await mobileone(scratch(), ['inspect', DIGITS, '-q']);
  expect([code, stdout]).toEqual([0, '']);
});

test('--nodes lists nodes and values by the names that --keep-fp32 and --outputs take, above what else there is to say', async () => {
  const { stdout } = await mobileone(scratch(), ['inspect', DIGITS, '--nodes']);
  expect(stdout).toMatch(/^ {2}node +operator +values it makes$/m);
  expect(stdout).toMatch(/^ {2}\/linear\/Gemm +Gemm +logits: float32 \[1,10\]$/m);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('13 blocks can still be fused');
  const { stdout: json } = await mobileone(scratch(), ['inspect', DIGITS, '--nodes', '--json', '-q']);
  const [model] = JSON.parse(json).models;
  expect(model.nodes).toHaveLength(model.before.nodes);
  expect(model.nodes.at(-1)).toMatchObject({
    name: '/linear/Gemm',
    operator: 'Gemm',
    outputs: [{ name: 'logits', dtype: 'float32', shape: [1, 10] }],
  });
});

test('without --nodes the report has no list of them', async () => {
  const { stdout } = await mobileone(scratch(), ['inspect', DIGITS, '--json', '-q']);
  expect(JSON.parse(stdout).models[0].nodes).toBeNull();
});

test('the size counts external data, and the report names its files', async () => {
  const model = path.join(path.dirname(DIGITS), '..', 'digits_te18_external', 'model.onnx');
  const { stdout } = await mobileone(scratch(), ['inspect', model]);
  // 257,004 bytes and 95,936 beside it.
  expect(stdout).toMatch(/operator set 18, 353 kB, 95\.9 kB of it external data\n/);
  const { stdout: json } = await mobileone(scratch(), ['inspect', model, '--json', '-q']);
  expect(JSON.parse(json).models[0].source.data).toMatchObject([{ location: 'model.onnx.data', bytes: 95936 }]);
});

test('--to asks about some targets alone', async () => {
  const { stdout } = await mobileone(scratch(), ['inspect', DIGITS, '--to', 'tfjs', '--json', '-q']);
  expect(JSON.parse(stdout).models[0].targets).toEqual([{ target: 'tfjs', unsupported: [] }]);
});

test('-v says where the time went, and the last line stays the last', async () => {
  const { stdout } = await mobileone(scratch(), ['inspect', DIGITS, '-v']);
  for (const station of ['read', 'look', 'fuse', 'coreml'])
    expect(stdout).toMatch(new RegExp(`^ {2}${station}: [0-9.]+ s$`, 'm'));
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/blocks can still be fused$/);
});
