import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { scratch } from '../files/scratch.js';
import { DIGITS, mobileone } from './run.js';

const NAME = 'mobileone.config.json';

/** A folder in which a configuration lies. */
function configured(config: unknown, name = NAME): string {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, name), typeof config === 'string' ? config : JSON.stringify(config));
  return folder;
}

test('the file in the working folder is read by itself, and the summary names it', async () => {
  const folder = configured({ convert: { to: ['tfjs'], name: 'network', fuse: false } });
  const { code, stdout } = await mobileone(folder, ['convert', DIGITS]);
  expect(code).toBe(0);
  expect(stdout).toContain(`options from ${NAME}: to, name, fuse\n`);
  expect(fs.readdirSync(folder).sort()).toEqual([NAME, 'network.tfjs']);
  expect(stdout).toContain('0 blocks merged');
});

test('a flag wins over the file', async () => {
  const folder = configured({ convert: { to: ['tfjs'], name: 'configured' } });
  const { code } = await mobileone(folder, ['convert', DIGITS, '--to', 'onnx', '--no-check']);
  expect(code).toBe(0);
  expect(fs.readdirSync(folder).sort()).toEqual(['configured.fused.onnx', NAME]);
});

test('what weakens the check, or leads out of the folder, counts only where the file is named', async () => {
  const outside = scratch();
  const config = { convert: { tolerance: 0, report: path.join(outside, 'report.json'), keep: true, name: 'network' } };
  const folder = configured(config);
  fs.symlinkSync(outside, path.join(folder, 'link'));
  const unasked = await mobileone(folder, ['convert', DIGITS]);
  expect(unasked.code).toBe(0);
  expect(unasked.stdout).toContain('as they count only with --config: tolerance, report, keep\n');
  expect(fs.readdirSync(outside)).toEqual([]);

  fs.writeFileSync(path.join(folder, NAME), JSON.stringify({ convert: { outDir: 'link/deep', check: false } }));
  const linked = await mobileone(folder, ['convert', DIGITS]);
  expect(linked.stdout).toContain('as they count only with --config: outDir, check\n');
  expect(fs.readdirSync(outside)).toEqual([]);

  fs.writeFileSync(path.join(folder, NAME), JSON.stringify(config));
  const asked = await mobileone(folder, ['convert', DIGITS, '--config', NAME]);
  expect(asked.code).toBe(5);
  expect(fs.readdirSync(outside)).toEqual(['report.json']);
  expect(fs.existsSync(path.join(folder, 'network.fused.onnx'))).toBe(true);
});

test.each([
  ['{"convert": {"precison": "fp16"}}', /there is no option precison; did you mean precision\?/],
  ['{"convert": {"precision": "fp15"}}', /convert\.precision: "fp15" is not one of/],
  ['{"convert": {"to": "onnx"}}', /convert\.to: is not a list of names/],
  ['{"convert": {"onProgress": "x"}}', /convert\.onProgress: is not a function/],
  ['{"convert": []}', /convert is not options by name/],
  ['{"convrt": {}}', /there is no section convrt; did you mean convert\?/],
  ['{"inspect": {}}', /there is no section inspect/],
  ['{"__proto__": {"to": ["tfjs"]}}', /there is no section __proto__/],
  ['[]', /not an object with a section for each command/],
  ['{', /not JSON/],
])('%s is wrong usage, and nothing is written', async (config, line) => {
  const folder = configured(config);
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(line)]);
  expect(stderr).toMatch(new RegExp(`^mobileone: ${NAME}: .*\n$`));
  expect(fs.readdirSync(folder)).toEqual([NAME]);
});

test('what only a program can be given is refused in a file', async () => {
  const folder = configured({ convert: { outDir: null } });
  const { code, stderr } = await mobileone(folder, ['convert', DIGITS]);
  expect([code, stderr]).toEqual([2, `mobileone: ${NAME}: convert.outDir: is null\n`]);
});

test('a file that is named has to be there', async () => {
  const { code, stderr } = await mobileone(scratch(), ['convert', DIGITS, '--config', 'missing.json']);
  expect([code, stderr]).toEqual([3, expect.stringMatching(/^mobileone: missing\.json: /)]);
});

test('what has no use for options in a file does not read it', async () => {
  const { code } = await mobileone(configured('{'), ['inspect', DIGITS]);
  expect(code).toBe(0);
});

test('the schema that is shipped takes what the program takes, and refuses what is no option', () => {
  const shipped = createRequire(import.meta.url).resolve('mobileone/config.schema.json');
  const isConfig = new Ajv().compile(JSON.parse(fs.readFileSync(shipped, 'utf8')));
  const fine = {
    $schema: 'node_modules/mobileone/dist/config.schema.json',
    convert: { to: ['onnx', 'coreml'], shape: { image: [1, 3, 224, 224] }, mean: [0.5], image: 'rgb', keep: true },
  };
  expect(isConfig(fine), JSON.stringify(isConfig.errors)).toBe(true);
  for (const wrong of [
    { convert: { precison: 'fp16' } },
    { convert: { precision: 'fp15' } },
    { convert: { to: 'onnx' } },
    { convert: { to: ['onx'] } },
    { convert: { maxNodes: 0 } },
    { convert: { shape: { image: [0] } } },
    { convert: { onProgress: 'x' } },
    { inspect: {} },
  ]) {
    expect(isConfig(wrong), JSON.stringify(wrong)).toBe(false);
  }
});
