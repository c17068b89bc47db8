import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { mobileone, program } from './run.js';

const require = createRequire(import.meta.url);

/** As another program would read it from the package that was packed. */
const sha256Of = (name: string) =>
  createHash('sha256')
    .update(fs.readFileSync(require.resolve(name)))
    .digest('hex');

test('doctor names Node, engines with versions and hashes, and converts a block to every target', async () => {
  const folder = scratch();
  const { code, stdout, stderr } = await mobileone(folder, ['doctor', '--json', '-q']);
  expect([code, stderr, fs.readdirSync(folder)]).toEqual([0, '', []]);
  const report = JSON.parse(stdout);
  expect(report.node).toEqual({ version: process.version, isSupported: true });
  expect(report.engines).toMatchObject([
    { package: 'onnxruntime-node', version: require('onnxruntime-node/package.json').version, missing: null },
    { package: 'onnxruntime-web', sha256: sha256Of('onnxruntime-web/ort-wasm-simd-threaded.wasm') },
    { sha256: sha256Of('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'), version: '4.22.0' },
    { sha256: sha256Of('@litertjs/core/wasm/litert_wasm_compat_internal.wasm'), missing: null },
  ]);
  const native = path.join(path.dirname(require.resolve('onnxruntime-node/package.json')), 'bin');
  const library = fs
    .readdirSync(native, { recursive: true, encoding: 'utf8' })
    .find((name) => name.includes(path.join(process.platform, process.arch)) && /[/\\](lib)?onnxruntime\./.test(name));
  expect(library).toBeDefined();
  expect(report.engines[0].sha256).toBe(sha256Of(path.join(native, library ?? '')));
  expect(report.selfTest).toMatchObject({
    error: null,
    targets: ['onnx', 'tfjs', 'litert', 'coreml'].map((target) => ({ target, verdict: 'equivalent' })),
  });
  expect(report.advice).toEqual([]);
});

test('the summary says the same, and a terminal of 40 columns can show it', async () => {
  const { code, stdout } = await mobileone(scratch(), ['doctor']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mobileone \d+\.\d+\.\d+\n {2}Node v/);
  expect(stdout).toMatch(/ONNX Runtime, WebAssembly: onnxruntime-web \S+, sha256 [0-9a-f]{16}\n/);
  expect(stdout).toMatch(/self-test: a block converted, written and checked in \S+ s\n/);
});

/** The program as users install it: without the native engine beside it. */
function installed(): string {
  const folder = scratch();
  const root = path.join(path.dirname(program()), '..');
  const home = path.join(folder, 'node_modules', 'mobileone');
  for (const part of ['bin', 'dist/bundle', 'package.json']) {
    fs.cpSync(path.join(root, part), path.join(home, part), { recursive: true });
  }
  fs.cpSync(path.join(root, 'node_modules', 'commander'), path.join(folder, 'node_modules', 'commander'), {
    recursive: true,
  });
  return home;
}

test('without the native engine it names the command that brings it; a damaged package is 8', async () => {
  const home = installed();
  const run = () => mobileone(scratch(), ['doctor'], {}, path.join(home, 'bin', 'mobileone.js'));
  const without = await run();
  expect([without.code, without.stderr]).toEqual([0, '']);
  expect(without.stdout).toMatch(/ONNX Runtime, native: not installed\n/);
  expect(without.stdout).toMatch(/\n {4}npm i onnxruntime-node --ignore-scripts\n$/);
  const wasm = path.join(home, 'dist', 'bundle', 'child', 'packages', 'onnxruntime-web');
  fs.rmSync(wasm, { recursive: true });
  const damaged = await run();
  expect(damaged.code).toBe(8);
  expect(damaged.stderr).toMatch(/^mobileone: the self-test failed: [^\n]*\n$/);
  expect(damaged.stdout).toMatch(/ONNX Runtime, WebAssembly: does not start: /);
  expect(damaged.stdout).toMatch(/the package is damaged:\n {4}npm i mobileone\n/);
});

test('it takes no model', async () => {
  const { code, stderr } = await mobileone(scratch(), ['doctor', 'model.onnx']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^mobileone: too many arguments for 'doctor'[^\n]*\n$/);
});
