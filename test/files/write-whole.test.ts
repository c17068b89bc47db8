import { execFileSync } from 'node:child_process';
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

test.runIf(process.platform !== 'win32')(
  'a pipe is written to, never replaced, however its path is spelt',
  async () => {
    const folder = scratch();
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const spelt of [pipe, `${folder}/missing/../pipe`]) {
      const read = fs.promises.readFile(pipe, 'utf8');
      await writeWhole(spelt, bytes('one'));
      expect(await read).toBe('one');
      expect(fs.statSync(pipe).isFIFO()).toBe(true);
    }
  },
);
