import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const shipped = createRequire(import.meta.url).resolve('mobileone/study.schema.json');
const isReport = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(fs.readFileSync(shipped, 'utf8')));

/** Short: what is measured here is not looked at. */
const TIMED = ['study', DIGITS, '--engine', 'native', '--threads', '1', '--turns', '1'];

describe('without latency', () => {
  test('the digits network has the counts that PyTorch and the standard give it', async () => {
    const { code, stdout } = await mobileone(scratch(), ['study', DIGITS, '--no-latency', '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    // Merged by PyTorch it has 6810 parameters: fixtures/digits/digits_deploy.
    expect(report.networks).toMatchObject([
      { path: DIGITS, form: 'source', latency: [] },
      { path: DIGITS, form: 'fused', parameters: 6810, nodes: 29, branches: 0, latency: [] },
    ]);
    expect(report).toMatchObject({ command: 'study', exitCode: 0, engines: [], noise: null, errors: [] });
  });

  test('a folder is every ONNX file in it', async () => {
    const folder = scratch();
    fs.mkdirSync(path.join(folder, 'a', 'b'), { recursive: true });
    for (const place of ['a/b/one.onnx', 'a/two.onnx']) fs.copyFileSync(DIGITS, path.join(folder, place));
    const { stdout } = await mobileone(folder, ['study', 'a', '--no-latency', '--form', 'fused', '--json']);
    const { networks } = JSON.parse(stdout);
    expect(networks.map((each: { path: string }) => each.path)).toEqual(['a/b/one.onnx', 'a/two.onnx']);
  });

  test('a network is counted up to the values that --outputs names', async () => {
    const first = '/features/features.0/Relu_output_0';
    const asked = ['study', DIGITS, '--no-latency', '--json', '--outputs', first];
    const { networks } = JSON.parse((await mobileone(scratch(), asked)).stdout);
    // Fused one convolution: 16 channels of 16x16 pixels, each of 3x3 pixels of one channel.
    expect(networks[1]).toMatchObject({ macs: 9 * 16 * 16 * 16, parameters: 16 * 9 + 16, activations: 16 * 16 * 16 });
    const wrong = await mobileone(scratch(), ['study', DIGITS, '--no-latency', '--outputs', 'nothing']);
    expect(wrong.code).toBe(2);
  });

  test('options come from the configuration of the working folder, and flags win', async () => {
    const folder = scratch();
    const config = { study: { latency: false, form: ['fused'], maxParams: 6809 } };
    fs.writeFileSync(path.join(folder, 'mobileone.config.json'), JSON.stringify(config));
    const { code, stdout } = await mobileone(folder, ['study', DIGITS]);
    expect(code).toBe(7);
    expect(stdout).toContain('options from mobileone.config.json: latency, form, maxParams');
    expect((await mobileone(folder, ['study', DIGITS, '--max-params', '6810'])).code).toBe(0);
  });

  test('what cannot be read does not keep others from being studied', async () => {
    const { code, stdout, stderr } = await mobileone(scratch(), ['study', 'no.onnx', DIGITS, '--no-latency', '--json']);
    expect(code).toBe(3);
    const report = JSON.parse(stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.networks).toHaveLength(2);
    expect(report.errors).toMatchObject([{ kind: 'InputError', file: 'no.onnx' }]);
    expect(stderr).toContain('mobileone: no.onnx: not found');
  });

  test.each([
    ['--max-macs', '268000', 'multiply-accumulates are over --max-macs 268000'],
    ['--max-params', '6809', '6810 parameters are over --max-params 6809'],
  ])('%s is a gate on what is shipped', async (option, value, message) => {
    const { code, stderr } = await mobileone(scratch(), ['study', DIGITS, '--no-latency', option, value]);
    expect(code).toBe(7);
    expect(stderr).toContain(message);
  });

  test('a gate that is met lets it pass, although the source is over it', async () => {
    const { code } = await mobileone(scratch(), ['study', DIGITS, '--no-latency', '--max-params', '6810', '-q']);
    expect(code).toBe(0);
  });

  test.each([
    [['--max-latency', '3'], '--max-latency has no meaning with --no-latency'],
    [['--engine', 'native'], '--engine has no meaning with --no-latency'],
    [['--form', 'merged'], '"merged" is not one of source, fused'],
    [['--turns', '0'], '0 is not a whole number above 0'],
  ])('%s is wrong usage', async (options, message) => {
    const { code, stderr } = await mobileone(scratch(), ['study', DIGITS, '--no-latency', ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('a browser that is not there is an engine that is not there, and the line says what was looked for', async () => {
  const asked = ['study', DIGITS, '--browser', '--engine', 'native', '--threads', '1', '--turns', '1', '-q'];
  const [named, none] = await Promise.all([
    mobileone(scratch(), asked, { CHROMIUM: '/nowhere/chromium' }),
    mobileone(scratch(), asked, { CHROMIUM: '', PATH: '/nowhere' }),
  ]);
  expect(named).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('which the variable CHROMIUM names, is not there'),
  });
  expect(none.code).toBe(8);
  expect(none.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/no browser was found: looked for .*CHROMIUM names another/),
  ]);
});

describe('with latency', () => {
  test('a part of a network is timed as it is given and fused', async () => {
    const { code: ended, stdout } = await mobileone(scratch(), [
      ...[...TIMED, '--outputs', '/features/features.0/Relu_output_0', '--json'],
    ]);
    expect(ended).toBe(0);
    for (const { latency } of JSON.parse(stdout).networks) expect(latency).toHaveLength(1);
  });

  let code: number | null;
  let json: string;
  let csv: string;

  beforeAll(async () => {
    const folder = scratch();
    ({ code } = await mobileone(folder, [...TIMED, '--report', 'study.json', '--csv', 'study.csv']));
    [json, csv] = ['study.json', 'study.csv'].map((file) => fs.readFileSync(path.join(folder, file), 'utf8')) as [
      string,
      string,
    ];
  });

  test('each form has a median, and the report is what the schema says', () => {
    expect(code).toBe(0);
    const report = JSON.parse(json);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    expect(report.engines).toMatchObject([{ engine: 'native', package: 'onnxruntime-node' }]);
    for (const { latency } of report.networks) {
      expect(latency).toMatchObject([{ engine: 'native', threads: 1 }]);
      expect(latency[0].median).toBeGreaterThan(0);
      expect(latency[0].runs).toBeGreaterThanOrEqual(3);
    }
  });

  test("the table has timm's columns and a line for each latency", () => {
    const [head = '', ...lines] = csv.trimEnd().split('\n');
    const timm =
      'model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,param_count,infer_gmacs,infer_macts';
    expect(head.startsWith(`${timm},`)).toBe(true);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.split(',')).toHaveLength(head.split(',').length);
    expect(lines[1]?.split(',').slice(0, 2)).toEqual([DIGITS, '32']);
  });

  test.each([
    ['--max-latency', '1e-6', 'are over --max-latency 0.000001'],
    ['--min-speedup', '1e6', 'which is under --min-speedup 1000000'],
  ])('%s is a gate', async (option, value, message) => {
    const gated = await mobileone(scratch(), [...TIMED, option, value]);
    expect(gated.code).toBe(7);
    expect(gated.stderr).toContain(message);
  });

  test('a median that is over that of an earlier report is found, by the path, form, engine and threads', async () => {
    const report = JSON.parse(json);
    for (const { latency } of report.networks) for (const each of latency) each.median /= 1e6;
    const folder = scratch();
    fs.writeFileSync(path.join(folder, 'faster.json'), JSON.stringify(report));
    const slower = await mobileone(folder, [...TIMED, '--compare', 'faster.json']);
    expect(slower.code).toBe(7);
    expect(slower.stderr).toMatch(/source, in native, threads 1: .* became .*; .*fused, in native/);
  });

  test.each([
    ['[]', 'not a report of mobileone study'],
    ['{"networks":[{"latency":[{}]}]}', 'not a report of mobileone study'],
    ['{"networks":[]}', 'no latency in it is of a network, form and engine of this run'],
  ])('an earlier report that holds %s is refused', async (text, message) => {
    const folder = scratch();
    fs.writeFileSync(path.join(folder, 'before.json'), text);
    const compared = await mobileone(folder, [...TIMED, '--compare', 'before.json']);
    expect(compared.code).toBe(3);
    expect(compared.stderr).toContain(message);
  });
});
