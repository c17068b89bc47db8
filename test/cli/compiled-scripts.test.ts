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

test('a cache that is no cache of this V8 is refused, and the script runs all the same', () => {
  const folder = scriptsInCircle();
  fs.writeFileSync(path.join(folder, 'main.cjs.cache'), 'of another V8');
  fs.writeFileSync(path.join(folder, 'other.cjs.cache'), '');
  expect(both(new CompiledScripts(folder))).toEqual(EXPECTED);
});
