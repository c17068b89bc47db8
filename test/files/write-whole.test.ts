import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { writeWhole } from '../../src/files/index.js';
import { contentOf, scratch, systemError } from './scratch.js';

const bytes = (text: string) => new TextEncoder().encode(text);

test('a file is written, its folder made, and nothing else left', async () => {
  const folder = scratch();
  await writeWhole(path.join(folder, 'a', 'report.json'), bytes('one'));
  await writeWhole(path.join(folder, 'a', 'report.json'), bytes('two'));
  expect(contentOf(folder)).toEqual({ 'a/': '', 'a/report.json': 'two' });
});

test('the old content stays where writing or renaming fails', async () => {
  const folder = scratch();
  const file = path.join(folder, 'report.json');
  await writeWhole(file, bytes('one'));
  vi.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
    throw systemError('ENOSPC');
  });
  await expect(writeWhole(file, bytes('two'))).rejects.toThrow(/No space left/);
  expect(contentOf(folder)).toEqual({ 'report.json': 'one' });
});

test('a link is followed to the file that it names', async () => {
  const folder = scratch();
  fs.writeFileSync(path.join(folder, 'real.json'), 'old');
  fs.symlinkSync('real.json', path.join(folder, 'link.json'));
  await writeWhole(path.join(folder, 'link.json'), bytes('new'));
  expect(contentOf(folder)).toEqual({ 'link.json': '-> real.json', 'real.json': 'new' });
});

test('a folder is refused', async () => {
  await expect(writeWhole(scratch(), bytes('one'))).rejects.toThrow(/is a folder/);
});

test.runIf(process.platform === 'linux')(
  'a device is written to, never replaced, however its path is spelt',
  async () => {
    for (const device of ['/dev/null', `${scratch()}/missing/../../../dev/null`]) {
      await writeWhole(device, bytes('one'));
      expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
    }
  },
);
