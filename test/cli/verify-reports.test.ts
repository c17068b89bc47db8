import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeDigits } from '../data/digit-images.js';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const OTHER = DIGITS.replace('digits_ts13_bn', 'digits_se_ts17');
const ALL = ['--report', 'report.json', '--html', 'report.html', '--junit', 'report.xml'];

test('verify leaves the same reports, where a candidate passes and where one does not', async () => {
  const folder = scratch();
  const summary = path.join(folder, 'summary.md');
  const read = (file: string) => fs.readFileSync(path.join(folder, file), 'utf8');
  const { code } = await mobileone(folder, ['verify', DIGITS, DIGITS, OTHER, ...ALL], { GITHUB_STEP_SUMMARY: summary });
  expect(code).toBe(5);
  expect(JSON.parse(read('report.json')).verdict).toBe('different');
  expect(read('report.html')).toContain('✘ An artefact answers otherwise');
  expect(read('report.html')).toMatch(/<span class="good">.*<span class="bad">/);
  expect(read('report.xml')).toMatch(/<testsuites name="mobileone verify" tests="4" failures="2" errors="0">/);
  expect(read('summary.md')).toContain('<h1>✘ An artefact answers otherwise</h1>');
});

test('verify reads its options from the configuration', async () => {
  const folder = scratch();
  const config = { verify: { maxBytesRatio: 0.5, junit: 'from-config.xml', tolerance: 1 } };
  fs.writeFileSync(path.join(folder, 'mobileone.config.json'), JSON.stringify(config));
  const { code, stdout } = await mobileone(folder, ['verify', DIGITS, DIGITS]);
  expect(code).toBe(7);
  expect(stdout).toContain('options from mobileone.config.json: maxBytesRatio, junit\n');
  expect(stdout).toContain('as they count only with --config: tolerance\n');
  expect(fs.readFileSync(path.join(folder, 'from-config.xml'), 'utf8')).toMatch(/<failure message="[^"]*times/);
});

test.each([[['--html', DIGITS]], [['--html', 'a', '--junit', './a']]])(
  '%j: no report goes over what is read',
  async (flags) => {
    const { code, stderr } = await mobileone(scratch(), ['verify', DIGITS, DIGITS, ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/the output is the input|the same place/)]);
  },
);

describe('what is read stays as it is', () => {
  let folder: string;
  beforeEach(async () => {
    folder = scratch();
    fs.copyFileSync(DIGITS, path.join(folder, 'reference.onnx'));
    await writeDigits(path.join(folder, 'data'), 3);
    const { code } = await mobileone(folder, [
      'convert',
      'reference.onnx',
      '--to',
      'tfjs',
      '--name',
      'web',
      '--no-check',
    ]);
    expect(code).toBe(0);
  });

  test.each([
    ['reference.onnx', ['--report', 'web.tfjs/model.json']],
    ['nothing.onnx', ['--html', 'web.tfjs/page.html']],
    ['reference.onnx', ['--inputs', 'data', '--junit', 'data/page.png']],
    ['reference.onnx', ['--save', '.']],
    ['reference.onnx', ['--inputs', 'data', '--save', 'data']],
    ['reference.onnx', ['--save', 'web.tfjs/saved']],
  ])('by %s %j', async (reference, flags) => {
    const before = contentOf(folder);
    const { code, stderr } = await mobileone(folder, ['verify', reference, 'web.tfjs', ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/lies in the (input|folder for outputs)/)]);
    expect(contentOf(folder)).toEqual(before);
  });

  test.each([
    ['model.onnx', 'reference.onnx'],
    ['reference.onnx', 'model.onnx'],
  ])('not even external data, of reference and candidate alike: %s %s', async (reference, candidate) => {
    const external = fileURLToPath(new URL('../../fixtures/digits/digits_te18_external', import.meta.url));
    for (const file of ['model.onnx', 'model.onnx.data']) {
      fs.copyFileSync(path.join(external, file), path.join(folder, file));
    }
    const before = contentOf(folder);
    const { code, stderr } = await mobileone(folder, ['verify', reference, candidate, '--report', 'model.onnx.data']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is the input external data of the model')]);
    expect(contentOf(folder)).toEqual(before);
  });

  test('and samples take a report beside them, more than once', async () => {
    const asked = [
      'verify',
      'reference.onnx',
      'reference.onnx',
      '--inputs',
      'data',
      '--report',
      'data/report.json',
      '-q',
    ];
    for (const _ of [1, 2])
      expect(await mobileone(folder, [...asked, '--report', 'data/report.json'])).toMatchObject({
        code: 0,
        stderr: '',
      });
  });
});

test('the page of a run on images shows those that are furthest off', async () => {
  const folder = scratch();
  await writeDigits(path.join(folder, 'images'), 12);
  const flags = ['--inputs', 'images', '--image', 'gray', '--mean', '0.5', '--std', '0.5', '--html', 'report.html'];
  const { code } = await mobileone(folder, ['verify', DIGITS, OTHER, ...flags]);
  expect(code).toBe(5);
  const page = fs.readFileSync(path.join(folder, 'report.html'), 'utf8');
  expect(page.match(/<img src="data:image\/png;base64,[^"]+"/g)).toHaveLength(10);
  expect(page).toContain('on 12 samples');
});
