import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { resolveConvert } from '../src/commands/convert/options.js';
import { resolveInspect } from '../src/commands/inspect/options.js';
import { resolveStudy } from '../src/commands/study/options.js';
import { resolveVerify } from '../src/commands/verify/options.js';

const ROOT = new URL('..', import.meta.url);

interface Property {
  readonly name: string;
  readonly default: string;
}

interface Made {
  readonly page: string;
  readonly options: Readonly<Record<string, readonly Property[]>>;
}

/** In a process of its own: the compiler that reads the sources knows nothing of this test's modules. */
const SCRIPT = `
  import { libraryPage, propertiesOf } from './tools/library-page.js';
  const names = ['ConvertOptions', 'InspectOptions', 'StudyOptions', 'VerifyOptions'];
  const options = Object.fromEntries(names.map((name) => [name, propertiesOf(name)]));
  console.log(JSON.stringify({ page: libraryPage(), options }));`;

let made: Made;
beforeAll(() => {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  made = JSON.parse(output);
}, 300_000);

test('the page of the library says what the comments say: node tools/library-page.js', () => {
  expect(fs.readFileSync(new URL('docs/library.md', ROOT), 'utf8')).toBe(made.page);
});

/** Chosen anew where nothing is said, from what is there or from other options. */
const FOLLOWS = ['map', 'shape', 'precision', 'isAsked'];

test.each([
  ['ConvertOptions', resolveConvert()],
  // All that there are.
  ['InspectOptions', { ...resolveInspect(), to: undefined }],
  ['StudyOptions', resolveStudy()],
  ['VerifyOptions', resolveVerify()],
])('%s are documented with the defaults that are in force', (name, resolved) => {
  const inForce = Object.entries(resolved).filter(([key, value]) => value !== undefined && !FOLLOWS.includes(key));
  expect(inForce.length).toBeGreaterThan(2);
  const said = new Map(made.options[name]?.map((property) => [property.name, property.default]));
  for (const [key, value] of inForce) expect([key, said.get(key)?.replaceAll("'", '"')]).toEqual([key, asText(value)]);
});

function asText(value: unknown): string {
  return JSON.stringify(value).replaceAll(',', ', ');
}
