import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { convert } from '../../src/convert.js';
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

test('a value that leaves the range of fp16 is named, with its node and what can be done', async () => {
  const options = { to: ['coreml'], outDir: folder } as const;
  await expect(convert(largeInTheMiddle(), options)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/Mul reaches .*beyond fp16's 65504 \(node Mul_1.*--keep-fp32 Mul_1/),
  });
  expect(fs.readdirSync(folder)).toEqual(['large.onnx']);
});

test('kept in float32, the nodes that name it pass', async () => {
  const options = { to: ['coreml'], outDir: folder, keepFp32: ['Mul_*', 'Div_*'] } as const;
  await convert(largeInTheMiddle(), options);
  expect(fs.readdirSync(folder).sort()).toEqual(['large.mlpackage', 'large.onnx']);
});
