import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODEL = path.join(ROOT, 'fixtures', 'digits', 'digits_te18', 'model.onnx');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mobileone-package-'));
let said = '';

const npm = (cwd: string, ...args: readonly string[]) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
const node = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });

beforeAll(() => {
  // The program is built already.
  const [{ filename }] = JSON.parse(npm(ROOT, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder));
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  said = execFileSync('npm', ['install', `./${filename}`], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Every file that npm put there. */
function installed(): readonly string[] {
  const modules = path.join(folder, 'node_modules');
  return fs
    .readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

describe('what npm installs from the package', () => {
  test('takes at most 15 MB, counted as a disk does, in at most 5 packages, without a warning', () => {
    const files = installed();
    const bytes = files.reduce((sum, file) => sum + 4096 * Math.ceil(fs.statSync(file).size / 4096), 0);
    expect(bytes).toBeGreaterThan(5e6);
    expect(bytes).toBeLessThanOrEqual(15e6);
    const packages = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file));
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.length).toBeLessThanOrEqual(5);
    expect(said).not.toMatch(/warn/i);
  });

  test('is at most 190 files: npm takes as long for each as for a hundred kilobytes', () => {
    const own = path.join('node_modules', 'mobileone', path.sep);
    const files = installed().filter((file) => file.includes(own));
    expect(files.length).toBeGreaterThan(100);
    expect(files.length).toBeLessThanOrEqual(190);
  });

  test('converts to every target and checks it with the engines that came along', () => {
    const program = path.join('node_modules', 'mobileone', 'bin', 'mobileone.js');
    const targets = 'onnx,tfjs,coreml,litert';
    const report = JSON.parse(node(program, 'convert', MODEL, '--to', targets, '--engine', 'wasm', '--json', '-q'));
    const engines = report.models.flatMap((model: { artefacts: { check: { engine: { name: string } } }[] }) =>
      model.artefacts.map(({ check }) => check.engine.name),
    );
    expect(engines).toEqual(['onnxruntime-web', '@tensorflow/tfjs-core', 'onnxruntime-web', '@litertjs/core']);
  });

  test('is a library, with types of its own', () => {
    const code = "import { convert, verify } from 'mobileone';\nimport { optimize, readOnnx } from 'mobileone/core';\n";
    fs.writeFileSync(
      path.join(folder, 'user.js'),
      `${code}console.log(typeof convert, typeof verify, typeof optimize, typeof readOnnx);`,
    );
    expect(node('user.js').trim()).toBe('function function function function');
    const typed =
      "const report = await convert('model.onnx', { to: ['onnx'] });\nexport const code: number | null = report.exitCode;\n";
    fs.writeFileSync(path.join(folder, 'user.ts'), `${code}${typed}export const use = [verify, optimize, readOnnx];\n`);
    fs.writeFileSync(
      path.join(folder, 'options.ts'),
      "import { type ConvertOptions, convert } from 'mobileone';\nconst options: ConvertOptions = { to: ['onnx'] };\n" +
        "export const given = await convert('model.onnx', options);\n",
    );
    fs.writeFileSync(
      path.join(folder, 'common.cts'),
      "import mobileone = require('mobileone');\nconsole.log(typeof mobileone.convert, typeof mobileone.InputError);\n",
    );
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = path.join(ROOT, 'node_modules', '@types');
    const options = ['--strict', '--target', 'esnext', '--typeRoots', types, '--types', 'node'];
    const modules = ['user.ts', 'options.ts'];
    const bundled = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
    expect(() => node(tsc, ...options, ...bundled, ...modules)).not.toThrow();
    // Who writes for browsers has no types of Node.
    const bare = ['--strict', '--target', 'esnext', '--typeRoots', path.join(folder, 'none')];
    expect(() => node(tsc, ...bare, ...bundled, ...modules)).not.toThrow();
    // CommonJS asks for it by require.
    expect(() => node(tsc, ...options, '--module', 'node16', ...modules, 'common.cts')).not.toThrow();
    expect(node('common.cjs').trim()).toBe('function function');
  });

  test('names everything that was joined into it, in a bill of materials, and each licence', () => {
    const bundle = path.join(folder, 'node_modules', 'mobileone', 'dist', 'bundle');
    const { bomFormat, components } = JSON.parse(fs.readFileSync(path.join(bundle, 'bom.cdx.json'), 'utf8'));
    expect(bomFormat).toBe('CycloneDX');
    const named = components.map(({ 'bom-ref': name }: { 'bom-ref': string }) => name.replace(/@[^@]*$/, ''));
    for (const name of ['commander', 'onnxruntime-web', '@litertjs/core', 'protobufjs']) expect(named).toContain(name);
    const notices = fs.readFileSync(path.join(bundle, 'THIRD_PARTY_NOTICES'), 'utf8');
    for (const { version, licenses } of components) {
      const [{ license, expression }] = licenses;
      expect(notices).toContain(`${version} (${license?.id ?? expression})`);
    }
  });

  test('is packed to the same bytes twice', () => {
    const again = path.join(folder, 'again');
    fs.mkdirSync(again);
    const [{ filename, shasum }] = JSON.parse(
      npm(ROOT, 'pack', '--ignore-scripts', '--json', '--pack-destination', again),
    );
    expect(shasum).toMatch(/^[0-9a-f]{40}$/);
    expect(fs.readFileSync(path.join(again, filename))).toEqual(fs.readFileSync(path.join(folder, filename)));
  });

  test('carries the licence of everything that was joined into it', () => {
    const notices = fs.readFileSync(
      path.join(folder, 'node_modules', 'mobileone', 'dist', 'bundle', 'THIRD_PARTY_NOTICES'),
      'utf8',
    );
    for (const name of ['onnxruntime-web', '@tensorflow/tfjs-core', '@litertjs/core', 'commander', '@jsquash/png']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });
});
