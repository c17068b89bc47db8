import fs from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/cli/keep-compiled.js';
import { scratch } from '../files/scratch.js';
import { mobileone } from './run.js';

const NODE_CAN = 'enableCompileCache' in module;

describe('what Node compiles of the scripts', () => {
  test('is kept in the folder of caches where this Node can do that, and for a version nothing', async () => {
    const caches = scratch();
    const environment = { XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: caches };
    await mobileone(scratch(), ['--version'], environment);
    expect(fs.readdirSync(caches)).toEqual([]);
    const { code } = await mobileone(scratch(), ['inspect', '--help'], environment);
    expect(code).toBe(0);
    const files = fs.readdirSync(caches, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length > 0).toBe(NODE_CAN);
  });

  test('is not kept and not missed where that folder is none', async () => {
    const file = path.join(scratch(), 'a file');
    fs.writeFileSync(file, 'kept');
    const { code, stderr } = await mobileone(scratch(), ['inspect', '--help'], {
      XDG_CACHE_HOME: file,
      LOCALAPPDATA: file,
      HOME: file,
    });
    expect([code, stderr, fs.readFileSync(file, 'utf8')]).toEqual([0, '', 'kept']);
  });
});

test.runIf(process.platform === 'linux').each([
  ['is empty', { HOME: '' }],
  ['is relative', { HOME: 'home' }],
  ['lets nobody make folders', { HOME: '/proc' }],
])('nothing is kept, in the working folder neither, where the home %s', async (_, home) => {
  const folder = scratch();
  const { code, stderr } = await mobileone(folder, ['inspect', '--help'], { XDG_CACHE_HOME: '', ...home });
  expect([code, stderr, fs.readdirSync(folder)]).toEqual([0, '', []]);
});

test.each([
  ['linux', {}, path.join(os.homedir(), '.cache')],
  ['linux', { XDG_CACHE_HOME: '/caches' }, '/caches'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, path.join(os.homedir(), '.cache')],
  ['darwin', { XDG_CACHE_HOME: '/caches' }, path.join(os.homedir(), 'Library', 'Caches')],
  ['win32', { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'C:\\Users\\a\\AppData\\Local'],
] as const)('the folder of caches on %s with %j', (platform, environment, expected) => {
  expect(cacheFolder(platform, environment, os.homedir())).toBe(expected);
});

test.each(['linux', 'darwin', 'win32'] as const)(
  'there is no folder of caches on %s where no home is known',
  (platform) => {
    expect(cacheFolder(platform, {}, undefined)).toBeUndefined();
  },
);
