import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CompiledScripts } from '../../src/cli/compiled-scripts.js';
import { scratch } from '../files/scratch.js';

/** A folder with two scripts that load each other. */
function scriptsInCircle(): string {
  const folder = scratch();
  fs.writeFileSync(
    path.join(folder, 'main.cjs'),
    "const other = require('./other.cjs'); exports.name = () => 'main'; exports.both = () => [exports.name(), other.name()];",
  );
  fs.writeFileSync(
    path.join(folder, 'other.cjs'),
    "const main = require('./main.cjs'); exports.name = () => 'other of ' + main.name() + ', ' + require('node:path').sep;",
  );
  return folder;
}

function both(scripts: CompiledScripts): unknown {
  return (scripts.load('./main.cjs') as { both: () => unknown }).both();
}

const EXPECTED = ['main', `other of main, ${path.sep}`];

test('scripts answer alike without a cache and with one', () => {
  const folder = scriptsInCircle();
  const scripts = new CompiledScripts(folder);
  expect(both(scripts)).toEqual(EXPECTED);
  scripts.writeCaches();
  expect(fs.readdirSync(folder)).toEqual(['main.cjs', 'main.cjs.cache', 'other.cjs', 'other.cjs.cache']);
  expect(both(new CompiledScripts(folder))).toEqual(EXPECTED);
});

function cachedFolder(): string {
  const folder = scriptsInCircle();
  const scripts = new CompiledScripts(folder);
  both(scripts);
  scripts.writeCaches();
  return folder;
}

test.each([
  ['is of another V8', (cache: string) => fs.writeFileSync(cache, 'of another V8')],
  ['is empty', (cache: string) => fs.writeFileSync(cache, '')],
  ['is cut short', (cache: string) => fs.truncateSync(cache, 200)],
  ['has become a folder', (cache: string) => [fs.rmSync(cache), fs.mkdirSync(cache)]],
  ['has one wrong bit', flipLastByte],
])('a cache that %s is not used, and the script runs all the same', (_, damage) => {
  const folder = cachedFolder();
  for (const name of ['main.cjs.cache', 'other.cjs.cache']) damage(path.join(folder, name));
  expect(both(new CompiledScripts(folder))).toEqual(EXPECTED);
});

function flipLastByte(cache: string): void {
  const bytes = fs.readFileSync(cache);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  fs.writeFileSync(cache, bytes);
}

test('a script that was changed since its cache was made runs as it is now, at the same length too', () => {
  const folder = cachedFolder();
  const file = path.join(folder, 'other.cjs');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace("'other of '", "'OTHER of '"));
  expect(both(new CompiledScripts(folder))).toEqual(['main', `OTHER of main, ${path.sep}`]);
});
