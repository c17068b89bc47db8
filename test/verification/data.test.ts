import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAll } from '../../src/commands/verify/verify.js';
import { DIGITS_PIXELS, writeDigits } from '../data/digit-images.js';

const DIGITS = new URL('../../fixtures/digits/', import.meta.url).pathname;
const network = (name: string) => path.join(DIGITS, name, 'model.onnx');
const PLAIN = network('digits_ts15_nofold');
/** PyTorch's own re-parameterised export of the same network. */
const DEPLOYED = network('digits_deploy');
/** Another network, trained on the same digits. */
const OTHER = network('digits_ts17_dynamic');

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'verify-data-'));
  await writeDigits(path.join(folder, 'images'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const onDigits = async (candidate: string, options = {}) => {
  const inputs = path.join(folder, 'images');
  const { report, error } = await verifyAll(PLAIN, [candidate], { inputs, ...DIGITS_PIXELS, ...options });
  return { report, error, candidate: report.models[0]?.candidates[0], notes: report.models[0]?.notes };
};

test('a folder of digits is judged by its classes: 197 of 200, as PyTorch has it', async () => {
  const { error, candidate } = await onDigits(DEPLOYED, { truth: 'folders', maxDrop: 0, minAgreement: 1 });
  expect(error).toBeUndefined();
  expect(candidate?.data).toMatchObject({
    samples: 200,
    decided: 200,
    top1: { share: 197 / 200 },
    reference: { top1: { share: 197 / 200 } },
    agreement: { share: 1 },
    preprocessing: { resize: [32, 32], crop: null, order: 'gray', mean: [0.5], std: [0.5] },
  });
  expect(candidate?.data?.worst[0]?.sample).toMatch(/^\d\/\d{5}\.(png|jpg)$/);
});

test('another network is not the same function, whatever its top-1', async () => {
  const { error } = await onDigits(OTHER, { truth: 'folders' });
  expect(error).toMatchObject({ name: 'NotEquivalentError', exitCode: 5 });
});

test('a budget that is not met is 7, and the figures are told all the same', async () => {
  const { error, candidate } = await onDigits(network('digits_se_ts17'), { tolerance: 10, minAgreement: 0.999 });
  expect(error).toMatchObject({ name: 'GateError', exitCode: 7, what: expect.stringContaining('--min-agreement') });
  expect(candidate?.data?.agreement?.share).toBeLessThan(0.999);
  expect(candidate?.data?.agreement?.share).toBeGreaterThan(0.9);
  expect(candidate?.data?.top1).toBeNull();
});

test('an image that cannot be decoded ends it with the name of the file', async () => {
  const broken = path.join(folder, 'images', '9', 'broken.png');
  writeFileSync(broken, 'no image');
  const { error } = await onDigits(DEPLOYED);
  rmSync(broken);
  expect(error).toMatchObject({ exitCode: 3, where: { file: broken } });
});
