import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { convert } from '../../src/commands/convert/convert.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { network } from '../network.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'beyond-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** x * 1000 * 1000 / 1000 / 1000: right in float32, infinite in float16 from the second product on. */
function largeInTheMiddle(): string {
  const model = network((n) => {
    const thousand = n.constant(1000);
    const product = n.mul(n.mul(n.input([1, 8]), thousand), thousand);
    return n.div(n.div(product, thousand), thousand);
  });
  const file = path.join(folder, 'large.onnx');
  fs.writeFileSync(file, writeOnnx(model));
  return file;
}

test('nodes that leave the range of fp16 are named all at once, with what can be done', async () => {
  const options = { to: ['coreml'], outDir: folder, keepFp32: ['none'] } as const;
  await expect(convert(largeInTheMiddle(), options)).rejects.toMatchObject({
    exitCode: 5,
    where: { node: 'Mul_1' },
    what: expect.stringMatching(/; Mul reaches .*, beyond fp16's 65504$/),
    todo: expect.stringMatching(/--precision fp32.*--keep-fp32 Mul_1,Div_2.*--inputs/),
  });
  expect(fs.readdirSync(folder)).toEqual(['large.onnx']);
});

/** Twice to a million and back, with numbers of plain size between, and a side branch that reads what is too large. */
function largeTwice(): string {
  const model = network((n) => {
    const million = n.constant(1e6);
    const back = n.div(n.mul(n.input([1, 8]), million), million);
    const large = n.mul(n.relu(back), million);
    return [n.div(large, million), n.div(n.node('Abs', [large]), million)];
  });
  const file = path.join(folder, 'twice.onnx');
  fs.writeFileSync(file, writeOnnx(model));
  return file;
}

test('the advice, followed once, is enough', async () => {
  const source = largeTwice();
  const options = { to: ['onnx', 'coreml'], precision: 'fp16', outDir: folder, keepFp32: ['none'] } as const;
  const error: unknown = await convert(source, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ exitCode: 5, what: expect.stringContaining('and so do 2 more nodes') });
  const [, list = ''] = /--keep-fp32 (\S+);/.exec(String(error)) ?? [];
  expect(list).not.toBe('');
  await convert(source, { ...options, keepFp32: list.replaceAll("'", '').split(',') });
  expect(fs.readdirSync(folder)).toContain('twice.fused.onnx');
  fs.rmSync(path.join(folder, 'twice.fused.onnx'));
  fs.rmSync(path.join(folder, 'twice.mlpackage'), { recursive: true });
  fs.rmSync(source);
});

test('kept in float32, the nodes that name it pass', async () => {
  const options = { to: ['coreml'], outDir: folder, keepFp32: ['Mul_*', 'Div_*'] } as const;
  await convert(largeInTheMiddle(), options);
  expect(fs.readdirSync(folder).sort()).toEqual(['large.mlpackage', 'large.onnx']);
});
