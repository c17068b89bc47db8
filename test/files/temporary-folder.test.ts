import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { TemporaryFolder } from '../../src/files/index.js';
import { contentOf, scratch } from './scratch.js';

/** A process id that was in use, and is no more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

/** What a run leaves that is killed between the two renames of a package. */
function leaveGap(folder: string): void {
  const live = new TemporaryFolder(folder);
  const abandoned = path.basename(live.path).replace(/-\d+-/, `-${deadPid()}-`);
  live.remove({ isPlaced: true });
  const aside = path.join(folder, abandoned, 'aside', 'm.mlpackage');
  fs.mkdirSync(aside, { recursive: true });
  fs.writeFileSync(path.join(aside, 'Manifest.json'), 'old');
}

test('folders that were made for the output go again where nothing was put in place', () => {
  const root = scratch();
  const temporary = new TemporaryFolder(path.join(root, 'a', 'b'));
  expect(fs.statSync(temporary.path).mode & 0o777).toBe(0o700);
  temporary.remove({ isPlaced: false });
  expect(contentOf(root)).toEqual({});
});

test('what a killed run moved aside goes back, and its temporaries go', () => {
  const folder = scratch();
  leaveGap(folder);
  new TemporaryFolder(folder).remove({ isPlaced: true });
  expect(contentOf(folder)).toEqual({ 'm.mlpackage/': '', 'm.mlpackage/Manifest.json': 'old' });
});

test('what a killed run moved aside does not come back over its successor', () => {
  const folder = scratch();
  leaveGap(folder);
  fs.mkdirSync(path.join(folder, 'm.mlpackage'));
  fs.writeFileSync(path.join(folder, 'm.mlpackage', 'Manifest.json'), 'new');
  new TemporaryFolder(folder).remove({ isPlaced: true });
  expect(contentOf(folder)).toEqual({ 'm.mlpackage/': '', 'm.mlpackage/Manifest.json': 'new' });
});

test('the temporaries of a run that still lives stay', () => {
  const folder = scratch();
  const [first, second] = [new TemporaryFolder(folder), new TemporaryFolder(folder)];
  expect(fs.existsSync(first.path)).toBe(true);
  for (const each of [first, second]) each.remove({ isPlaced: true });
});

test('no signal handler is installed while nothing is on disk', () => {
  const before = process.listenerCount('SIGINT');
  const temporary = new TemporaryFolder(scratch());
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  temporary.remove({ isPlaced: true });
  expect(process.listenerCount('SIGINT')).toBe(before);
});
