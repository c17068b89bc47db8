import fs from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { readOnnx } from '../../src/core.js';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, IMAGES, mobileone } from './run.js';

const schema = JSON.parse(fs.readFileSync(new URL('../../dist/report/report.schema.json', import.meta.url), 'utf8'));
const isReport = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

function reportIn(text: string) {
  const report = JSON.parse(text);
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  return report;
}

test('a trained network is fused, checked and put in place; the summary says so', async () => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, ['convert', DIGITS, '-o', 'a/b', '--to', 'onnx,tfjs']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/nodes +232 +29 +8\.00x/);
  expect(stdout).toMatch(/13 blocks merged/);
  expect(stdout.match(/answers like the source/g)).toHaveLength(2);
  expect(stdout).toMatch(/logits: error \S+, limit \S+, noise \S+/);
  expect(stdout).not.toContain('\u001b');
  expect(fs.readdirSync(path.join(folder, 'a', 'b')).sort()).toEqual(['model.fused.onnx', 'model.tfjs']);
  expect(fs.readdirSync(path.join(folder, 'a', 'b', 'model.tfjs')).sort()).toEqual([
    expect.stringMatching(/^group1-shard1of1\.[0-9a-f]{16}\.bin$/),
    'model.json',
  ]);
});

test('two runs give the same bytes, and the second replaces the first', async () => {
  const [folder, other] = [scratch(), scratch()];
  const args = ['convert', DIGITS, '--to', 'onnx,tfjs', '--no-check', '-q'];
  for (const where of [folder, other, folder]) expect((await mobileone(where, args)).code).toBe(0);
  expect(contentOf(folder)).toEqual(contentOf(other));
});

test('--json prints one report by the schema and nothing else; the summary goes to standard error', async () => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, ['convert', DIGITS, '--json', '--report', 'report.json']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/answers like the source/);
  const report = reportIn(stdout);
  expect(fs.readFileSync(path.join(folder, 'report.json'), 'utf8')).toBe(stdout);
  const [model] = report.models;
  expect(report).toMatchObject({ command: 'convert', exitCode: 0 });
  expect(model.source).toMatchObject({ path: DIGITS, opset: 13, bytes: fs.statSync(DIGITS).size });
  expect(model.before).toMatchObject({ nodes: 232, operators: { Conv: 56, BatchNormalization: 62, Add: 49 } });
  expect(model.after).toMatchObject({ nodes: 29, operators: { Conv: 13 } });
  expect(model.after.operators).not.toHaveProperty('Add');
  expect(model.fused).toHaveLength(13);
  const [artefact] = model.artefacts;
  expect(artefact).toMatchObject({ target: 'onnx', path: 'model.fused.onnx', precision: 'fp32', written: true });
  expect(artefact.check).toMatchObject({
    verdict: 'equivalent',
    judgements: [{ purpose: 'artefact', tolerance: 1e-5 }],
  });
  const [figures] = artefact.check.judgements[0].outputs;
  expect(figures).toMatchObject({ output: 'logits', failures: [] });
  expect(figures.error).toBeLessThan(1e-5);
  expect(figures.noise).toBeGreaterThan(0);
});

test.each([[], ['--no-check']])('a file of the same name that is no model is 6 and stays (%s)', async (...more) => {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'model.fused.onnx'), 'my notes, which nobody else has\n');
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, ...more.flat()]);
  expect(code).toBe(6);
  expect(stderr).toMatch(/model\.fused\.onnx: exists and is not an ONNX file; move it away/);
  expect(fs.readFileSync(path.join(folder, 'model.fused.onnx'), 'utf8')).toMatch(/^my notes/);
});

test('an artefact that does not pass is 5, is not put in place, and its figures are in the report', async () => {
  const folder = scratch();
  const old = fs.readFileSync(path.join(path.dirname(DIGITS), '..', 'digits_deploy', 'model.onnx'));
  fs.writeFileSync(path.join(folder, 'model.fused.onnx'), old);
  const args = ['convert', DIGITS, '--tolerance', '0', '--report', 'report.json'];
  const { code, stdout, stderr } = await mobileone(folder, args);
  expect(code).toBe(5);
  expect(stderr).toMatch(/^mobileone: .*does not answer like the source.*logits.*\n$/);
  expect(stdout).toMatch(/not written/);
  expect(fs.readFileSync(path.join(folder, 'model.fused.onnx'))).toEqual(old);
  const report = reportIn(fs.readFileSync(path.join(folder, 'report.json'), 'utf8'));
  expect(report.exitCode).toBe(5);
  expect(report.models[0].artefacts[0]).toMatchObject({ written: false, check: { verdict: 'different' } });
  expect(fs.readdirSync(folder).sort()).toEqual(['model.fused.onnx', 'report.json']);
});

test('--keep leaves it in place all the same, and the code stays 5', async () => {
  const folder = scratch();
  const { code } = await mobileone(folder, ['convert', DIGITS, '--tolerance', '0', '--keep', '-q']);
  expect([code, fs.readdirSync(folder)]).toEqual([5, ['model.fused.onnx']]);
});

test('several targets are all put in place, or none', async () => {
  const folder = scratch();
  fs.mkdirSync(path.join(folder, 'model.tfjs'));
  fs.writeFileSync(path.join(folder, 'model.tfjs', 'photo.jpg'), 'mine');
  const before = contentOf(folder);
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, '--to', 'onnx,tfjs', '--no-check']);
  expect(stderr).toMatch(/model\.tfjs: exists and is not/);
  expect([code, contentOf(folder)]).toEqual([6, before]);
});

test('real images are what it is judged on with --inputs, classes too', async () => {
  const { code, stdout } = await mobileone(scratch(), ['convert', DIGITS, '--inputs', IMAGES, '--json', '-q']);
  expect(code).toBe(0);
  const [judgement] = reportIn(stdout).models[0].artefacts[0].check.judgements;
  expect(judgement).toMatchObject({ trials: 200, outputs: [{ top1: 1 }] });
  // Another image moves this network's answer by half its scale: the check is no weak one.
  expect(judgement.outputs[0].response).toBeGreaterThan(0.5);
});

test('a reduced precision is judged twice: the lowering at fp32, then the file', async () => {
  const { code, stdout } = await mobileone(scratch(), ['convert', DIGITS, '--precision', 'fp16', '--json', '-q']);
  expect(code).toBe(0);
  const { judgements } = reportIn(stdout).models[0].artefacts[0].check;
  expect(judgements).toMatchObject([
    { purpose: 'lowering', precision: 'fp32', tolerance: 1e-5 },
    { purpose: 'artefact', precision: 'fp16', tolerance: 2e-2 },
  ]);
  expect(judgements[1].outputs[0].error).toBeGreaterThan(judgements[0].outputs[0].error);
});

test('--no-fuse cleans only', async () => {
  const { code, stdout } = await mobileone(scratch(), ['convert', DIGITS, '--no-fuse', '--no-check', '--json', '-q']);
  expect(code).toBe(0);
  expect(reportIn(stdout).models[0]).toMatchObject({ fused: [], after: { operators: { Conv: 56 } } });
});

test('--outputs cuts the network, and the source it is judged by', async () => {
  const relu = readOnnx(fs.readFileSync(DIGITS)).graph.nodesOf('Relu')[0]?.output().name ?? '';
  const { code, stdout } = await mobileone(scratch(), ['convert', DIGITS, '--outputs', relu, '--json', '-q']);
  expect(code).toBe(0);
  const [model] = reportIn(stdout).models;
  expect(model).toMatchObject({ outputs: [{ name: relu }], artefacts: [{ check: { verdict: 'equivalent' } }] });
  expect(model.before.nodes).toBeLessThan(30);
});

test('--image alone says that pixels are only divided by 255', async () => {
  const noteOf = async (...more: string[]) => {
    const args = ['convert', DIGITS, '--image', 'gray', ...more, '--no-check', '--json', '-q'];
    return JSON.parse((await mobileone(scratch(), args)).stdout).models[0].notes.join();
  };
  expect(await noteOf()).toMatch(/pixels are divided by 255 and no more.*--mean and --std/);
  expect(await noteOf('--mean', '0.3')).not.toContain('255');
});

test('--image puts the normalisation inside, and the check feeds it pixels', async () => {
  const folder = scratch();
  const args = ['convert', DIGITS, '--image', 'gray', '--mean', '0.3', '--std', '0.4', '--json', '-q'];
  const { code, stdout } = await mobileone(folder, args);
  expect(code).toBe(0);
  expect(reportIn(stdout).models[0].artefacts[0].check.verdict).toBe('equivalent');
  const metadata = readOnnx(fs.readFileSync(path.join(folder, 'model.fused.onnx'))).metadata.get('mobileone.image');
  expect(JSON.parse(metadata ?? '')).toEqual({ order: 'gray', mean: [0.3], std: [0.4] });
});

test('nothing can be compared without a working engine: 8, which names --no-check', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', DIGITS, '--timeout', '0.001']);
  expect(code).toBe(8);
  expect(stderr).toMatch(/--no-check/);
});
