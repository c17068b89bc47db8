import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { faults } from '../../bench/prove/faults.js';
import { readOnnx, writeOnnx } from '../../src/formats/onnx/index.js';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const FP16 = path.join(path.dirname(path.dirname(DIGITS)), 'digits_fp16', 'model.onnx');

test('--prove says in the last line that the network is its source, and reports every block, without an engine', async () => {
  const folder = scratch();
  const args = ['convert', DIGITS, '--prove', '--no-check', '--report', 'report.json'];
  const { code, stdout } = await mobileone(folder, args);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(
    "  the network is proved equal to its source, but for engines' rounding",
  );
  const report = JSON.parse(fs.readFileSync(path.join(folder, 'report.json'), 'utf8'));
  const [{ proof }] = report.models[0].artefacts;
  expect(proof).toMatchObject({ network: true, proved: 13, notProved: 0, leftOver: [] });
  expect(proof.blocks[0]).toMatchObject({ verdict: 'proved', reason: null, smallestSize: [5, 5] });
});

test('verify --prove finds a weight that is off by less than any input shows', async () => {
  const folder = scratch();
  await mobileone(folder, ['convert', DIGITS, '--no-check', '--name', 'm']);
  const file = path.join(folder, 'm.fused.onnx');
  const proved = await mobileone(folder, ['verify', DIGITS, file, '--prove']);
  expect([proved.code, proved.stdout.trimEnd().split('\n').at(-1)]).toEqual([
    0,
    "  the network is proved equal to its source, but for engines' rounding",
  ]);
  const model = readOnnx(new Uint8Array(fs.readFileSync(file)));
  for (const node of model.graph.nodesOf('Conv').slice(3, 4)) faults['a weight times 1 + 1e-5']?.(node);
  fs.writeFileSync(file, writeOnnx(model));
  const { code, stdout, stderr } = await mobileone(folder, ['verify', DIGITS, file, '--prove']);
  expect(code).toBe(5);
  expect(stdout).toMatch(/answers like the reference/);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/1 of 13 blocks not equal to their source: .* in the source /);
  expect(stderr).toMatch(/m\.fused\.onnx: a merged block is not its source: .* \(node /);
});

test('verify --prove with candidates in other formats alone is wrong usage', async () => {
  const folder = scratch();
  await mobileone(folder, ['convert', DIGITS, '--no-check', '--name', 'm', '--to', 'tfjs']);
  const { code, stderr } = await mobileone(folder, ['verify', DIGITS, 'm.tfjs', '--prove']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--prove is about ONNX files in fp32/);
});

test.each([
  ['another target', [DIGITS, '--to', 'tfjs']],
  ['another precision', [DIGITS, '--precision', 'fp16']],
  ['a source in fp16', [FP16]],
])('--prove with %s alone is wrong usage', async (_, args) => {
  const folder = scratch();
  const { code, stderr } = await mobileone(folder, ['convert', ...args, '--prove', '--no-check']);
  expect([code, fs.readdirSync(folder)]).toEqual([2, []]);
  expect(stderr).toMatch(/--prove is about ONNX files in fp32/);
});
