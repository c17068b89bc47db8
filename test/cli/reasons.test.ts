import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { scratch } from '../files/scratch.js';
import { network } from '../network.js';
import { mobileone } from './run.js';

const COST = 'Conv_1, Conv_2, Add_3: one convolution would cost 1.37 times the multiply-accumulates that it replaces';
const BATCH_NORM =
  'BatchNormalization_5: no weights can take it: before it, Relu Relu_4 lets no shift through; behind it, Sigmoid Sigmoid_6 lets no scale and shift through';

/** A 3x3 beside a dilated one, which is dearer joined, and a batch norm between activations. */
function folderWithModel(): string {
  const model = network((n) => {
    const x = n.relu(n.input([1, 4, 9, 11]));
    const sum = n.add(n.conv(x, { kernel: 3, pad: 1 }), n.conv(x, { kernel: 3, pad: 2, dilation: 2 }));
    return n.sigmoid(n.batchNorm(n.relu(sum)));
  });
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'model.onnx'), writeOnnx(model));
  return folder;
}

test('the summary of convert gives the number of what stayed, and -v each with its reason', async () => {
  const folder = folderWithModel();
  const short = await mobileone(folder, ['convert', 'model.onnx', '--no-check']);
  expect(short.stdout).toContain('0 blocks merged from 0 nodes, 2 not (reasons with -v)\n');
  expect(short.stdout).not.toContain('not fused');
  const long = await mobileone(folder, ['convert', 'model.onnx', '--no-check', '-v']);
  expect(long.stdout).toContain(`  not fused: ${COST}\n  not fused: ${BATCH_NORM}\n`);
});

test('inspect and the report say the same', async () => {
  const folder = folderWithModel();
  const inspected = await mobileone(folder, ['inspect', 'model.onnx', '--report', 'inspect.json']);
  expect(inspected.stdout).toContain(`  not fused: ${COST}\n  not fused: ${BATCH_NORM}\n`);
  await mobileone(folder, ['convert', 'model.onnx', '--no-check', '--report', 'convert.json']);
  for (const report of ['inspect.json', 'convert.json']) {
    const { models } = JSON.parse(fs.readFileSync(path.join(folder, report), 'utf8'));
    const told = models[0].declined.map(
      ({ sources, reason }: { sources: { name: string }[]; reason: string }) =>
        `${sources.map(({ name }) => name).join(', ')}: ${reason}`,
    );
    expect(told, report).toEqual([COST, BATCH_NORM]);
  }
});

test('--max-cost lets a merge cost more, in inspect as in convert, and the check still passes', async () => {
  const folder = folderWithModel();
  const { stdout } = await mobileone(folder, ['inspect', 'model.onnx', '--max-cost', '1.37']);
  expect(stdout).toMatch(/ Conv +2 +1\n/);
  expect(stdout).toMatch(/\n1 block can still be fused\n$/);
  const converted = await mobileone(folder, ['convert', 'model.onnx', '--max-cost', '1.37', '--precision', 'fp16']);
  expect([converted.code, converted.stderr]).toEqual([0, '']);
  expect(converted.stdout).toContain('1 block merged from 3 nodes, 1 not (reasons with -v)\n');
  const again = await mobileone(folder, ['inspect', 'model.fused.onnx', '--max-cost', '1.37']);
  expect(again.stdout).toMatch(/\n0 blocks can still be fused\n$/);
});

test('--batch-norm decides what a batch norm in training mode means, in inspect as in convert', async () => {
  const model = network((n) => {
    const operands = [n.conv(n.input([2, 3, 6, 7])), n.random([3]), n.random([3]), n.constant([0, 0, 0])];
    return n.nodes('BatchNormalization', [...operands, n.constant([1, 1, 1])], { training_mode: 1 }, 3).slice(0, 1);
  });
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'model.onnx'), writeOnnx(model));
  const kept = await mobileone(folder, ['convert', 'model.onnx', '-v']);
  expect([kept.code, kept.stderr]).toEqual([0, '']);
  expect(kept.stdout).toContain('  not fused: BatchNormalization_1: it takes the statistics of each batch\n');
  expect(kept.stdout).toContain('keep the statistics of each batch: their running mean is 0 and their variance 1');
  const merged = await mobileone(folder, ['convert', 'model.onnx', '--batch-norm', 'inference']);
  expect([merged.code, merged.stderr]).toEqual([0, '']);
  expect(merged.stdout).toContain('1 block merged from 2 nodes');
  const inspected = await mobileone(folder, ['inspect', 'model.onnx', '--batch-norm', 'inference']);
  expect(inspected.stdout).toMatch(/\n1 block can still be fused\n$/);
  const wrong = await mobileone(folder, ['inspect', 'model.onnx', '--batch-norm', 'train']);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
});
