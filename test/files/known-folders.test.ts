import os from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { homeFolder, workingFolder } from '../../src/files/index.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** As Node does where a user has no entry in the list of users, or a folder was removed. */
const unknown = () => {
  throw new Error('ENOENT');
};

test.each(['', 'relative'])('a home that is called "%s" is none', (home) => {
  vi.spyOn(os, 'homedir').mockReturnValue(home);
  expect(homeFolder()).toBeUndefined();
});

test('a home is what the system says', () => {
  expect(homeFolder()).toBe(os.homedir());
});

test('no home and no working folder are no errors', () => {
  vi.spyOn(os, 'homedir').mockImplementation(unknown);
  vi.spyOn(process, 'cwd').mockImplementation(unknown);
  expect([homeFolder(), workingFolder()]).toEqual([undefined, undefined]);
});
