import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const write = (content: string | Uint8Array) => (file: string) => fs.writeFileSync(file, content);

test.each([
  ['a missing file', () => {}, /not found/],
  ['a folder', (file: string) => fs.mkdirSync(file), /not a regular file/],
  ['a pipe', (file: string) => execFileSync('mkfifo', [file]), /not a regular file/],
  ['an empty file', write(''), /empty/],
  ['a text file', write('hello\n'), /not an ONNX model/],
  [
    'a Git LFS pointer',
    write('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
    /Git LFS pointer.*git lfs pull/,
  ],
  [
    'a truncated model',
    (file: string) => write(fs.readFileSync(DIGITS).subarray(0, 5000))(file),
    /truncated.*at byte 5000/,
  ],
  [
    'a model with something behind it',
    (file: string) => write(Buffer.concat([fs.readFileSync(DIGITS), Buffer.alloc(16)]))(file),
    /trailing|field|wire|twice/,
  ],
])('%s is 3: one line that names it, nothing written', async (_, make, message) => {
  const folder = scratch();
  make(path.join(folder, 'm.onnx'));
  const before = fs.readdirSync(folder);
  const { code, stdout, stderr } = await mobileone(folder, ['convert', 'm.onnx']);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^mobileone: m\.onnx: [^\n]*\n$/);
  expect([code, stdout, fs.readdirSync(folder)]).toEqual([3, '', before]);
});

test.each([
  [['--max-nodes', '10'], /limit.*--max-nodes|--max-nodes/],
  [['--max-bytes', '1000'], /limit.*--max-bytes/],
  [['--labels', 'missing.txt'], /missing\.txt: not found/],
  [['--labels', 'two.txt'], /two\.txt: 2 class names fit no output.*logits has 10/],
  [['--labels', 'blank.txt'], /blank\.txt: line 2 of the class names is empty/],
  [['--inputs', 'missing.npy'], /missing\.npy: not found/],
  [['--inputs', 'two.txt'], /two\.txt: neither an npy nor an npz/],
])('%j is 3, and nothing is written', async (args, message) => {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'two.txt'), '\ufeffzero\r\none\r\n');
  fs.writeFileSync(path.join(folder, 'blank.txt'), 'zero\n\ntwo\n');
  const before = contentOf(folder);
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS, ...args]);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^mobileone: [^\n]*\n$/);
  expect([code, contentOf(folder)]).toEqual([3, before]);
});

test('with several models each is tried, and the code is that of the first that failed', async () => {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'text.onnx'), 'hello\n');
  const { code, stdout, stderr } = await mobileone(folder, [
    'convert',
    'text.onnx',
    DIGITS,
    'missing.onnx',
    '--no-check',
  ]);
  expect(code).toBe(3);
  expect(stderr.match(/^mobileone: .*$/gm)).toHaveLength(2);
  expect(stdout).toMatch(/not checked/);
  expect(fs.readdirSync(folder).sort()).toEqual(['model.fused.onnx', 'text.onnx']);
});

test('control characters of a file name are shown, not obeyed', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', 'a\u001b[31m\n::error::b.onnx']);
  expect(code).toBe(3);
  expect(stderr).toBe('mobileone: a\\u{1b}[31m\\u{a}::error::b.onnx: not found: no such file\n');
});

test('the report is written also where an input is wrong, and says why', async () => {
  const folder = scratch();
  for (const args of [['missing.onnx'], [DIGITS, '--labels', 'missing.txt']]) {
    const { code, stdout } = await mobileone(folder, ['convert', ...args, '--json', '--report', 'report.json', '-q']);
    expect(code).toBe(3);
    expect(fs.readFileSync(path.join(folder, 'report.json'), 'utf8')).toBe(stdout);
    const error = { kind: 'InputError', file: args.at(-1), what: expect.stringMatching(/not found/) };
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 3, models: [{ exitCode: 3, error }] });
  }
});

test('a report that cannot be written is 6, and nothing is put in place', async () => {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'file'), '');
  const { code, stdout, stderr } = await mobileone(folder, [
    'convert',
    DIGITS,
    '--no-check',
    '--report',
    'file/report.json',
  ]);
  expect(code).toBe(6);
  expect(stderr).toMatch(/^mobileone: file\/report\.json: cannot be written.*\n$/);
  expect(stdout).toBe('');
  expect(fs.readdirSync(folder)).toEqual(['file']);
});

test.runIf(process.platform === 'linux')('a file system that lets nobody make a folder is 6, at once', async () => {
  for (const place of [
    ['--out-dir', '/proc/x/y'],
    ['--report', '/proc/x/report.json'],
  ]) {
    const { code, stderr } = await mobileone(scratch(), ['convert', DIGITS, '--no-check', '--quiet', ...place]);
    expect([code, stderr]).toEqual([6, expect.stringMatching(/^mobileone: \/proc\/x.*cannot be written.*\n$/)]);
  }
});

test('--debug adds the stack of an error of a model', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', 'missing.onnx', '--debug']);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^mobileone: missing\.onnx: not found.*\nInputError: .*\n {4}at /);
});

test('--max-nodes takes a model of just as many nodes', async () => {
  const nodes = (limit: string) => mobileone(scratch(), ['inspect', DIGITS, '--quiet', '--max-nodes', limit]);
  expect((await nodes('232')).code).toBe(0);
  expect(await nodes('231')).toMatchObject({ code: 3, stderr: expect.stringContaining('more than 231 nodes') });
});
