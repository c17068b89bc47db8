import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/cli/cache-folder.js';
import { scratch } from '../files/scratch.js';
import { DIGITS, type Ended, ended, mobileone, program, start } from './run.js';

describe('what V8 compiled of the scripts', () => {
  test('is kept in the folder of caches, and a run that finds all it needs leaves it alone', async () => {
    const caches = scratch();
    expect((await run(caches, ['inspect', DIGITS])).code).toBe(0);
    const kept = filesIn(caches);
    expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(['main.cjs', 'model.cjs', 'start.cjs']));
    const written = kept.map(timeOf);
    expect(await run(caches, ['inspect', DIGITS])).toMatchObject({ code: 0, stderr: '' });
    expect(filesIn(caches).map(timeOf)).toEqual(written);
  });

  test('holds the functions that a run called, so that the next need not compile them', async () => {
    const caches = scratch();
    // Node's own cache, made before a script runs, holds a third of this.
    await run(caches, ['inspect', DIGITS]);
    const model = filesIn(caches).find(({ name }) => name === 'model.cjs');
    expect(model && fs.statSync(place(model)).size).toBeGreaterThan(600_000);
  });

  test('is made anew where a run needs one script more', async () => {
    const caches = scratch();
    await run(caches, ['inspect', '--help']);
    const before = filesIn(caches);
    const start = before.find(({ name }) => name === 'start.cjs');
    const size = start && fs.statSync(place(start)).size;
    await run(caches, ['inspect', DIGITS]);
    expect(filesIn(caches).length).toBeGreaterThan(before.length);
    expect(start && fs.statSync(place(start)).size).toBeGreaterThan(size ?? Number.POSITIVE_INFINITY);
  });

  test('is not kept of a run that fails, which saw little of the scripts', async () => {
    const caches = scratch();
    expect((await run(caches, ['inspect', 'missing.onnx'])).code).toBe(3);
    expect(filesIn(caches)).toEqual([]);
  });

  test('is not trusted where it is no such thing, and mended', async () => {
    const caches = scratch();
    const { stdout } = await run(caches, ['inspect', DIGITS]);
    for (const damaged of [() => Buffer.alloc(0), () => Buffer.alloc(4096), cutShort, ...[3, 5, 7].map(flippedAt)]) {
      const before = filesIn(caches).map((file) => ({ file, bytes: damaged(fs.readFileSync(place(file))) }));
      for (const { file, bytes } of before) fs.writeFileSync(place(file), bytes);
      expect(await run(caches, ['inspect', DIGITS])).toEqual({ code: 0, signal: null, stdout, stderr: '' });
      expect(before.filter(({ file, bytes }) => fs.readFileSync(place(file)).equals(bytes))).toEqual([]);
    }
  });

  test('is not taken for a script that was changed since', async () => {
    const [caches, folder] = [scratch(), scratch()];
    fs.cpSync(path.dirname(path.dirname(program())), folder, { recursive: true, filter: isOfProgram });
    const moved = path.join(folder, 'bin', 'mobileone.js');
    await run(caches, ['inspect', DIGITS], moved);
    // As long as it was, which is all that V8 looks at.
    const script = path.join(folder, 'dist', 'bundle', 'start.cjs');
    fs.writeFileSync(script, fs.readFileSync(script, 'utf8').replaceAll('can still', 'might yet'));
    expect((await run(caches, ['inspect', DIGITS], moved)).stdout).toContain('blocks might yet be fused');
  });

  test('leaves nothing behind of runs that were killed while they wrote', async () => {
    const caches = scratch();
    await run(caches, ['inspect', '--help']);
    const [first] = filesIn(caches);
    if (first) fs.writeFileSync(`${place(first)}.123`, 'a part');
    await run(caches, ['inspect', DIGITS]);
    expect(filesIn(caches).filter(({ name }) => !name.endsWith('.cjs'))).toEqual([]);
  });

  test.runIf(process.platform !== 'win32')('is not run where others could have written it', async () => {
    const caches = scratch();
    await run(caches, ['inspect', DIGITS]);
    const [first] = filesIn(caches);
    const folder = first?.parentPath ?? '';
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    fs.chmodSync(folder, 0o777);
    for (const file of filesIn(caches)) fs.writeFileSync(place(file), 'planted');
    expect(await run(caches, ['inspect', DIGITS])).toMatchObject({ code: 0, stderr: '' });
    expect(new Set(filesIn(caches).map((file) => fs.readFileSync(place(file), 'utf8')))).toEqual(new Set(['planted']));
  });

  test('is not kept where that is switched off', async () => {
    const caches = scratch();
    await run(caches, ['inspect', DIGITS], undefined, { NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(filesIn(caches)).toEqual([]);
  });

  test('is not kept and not missed where that folder is none', async () => {
    const file = path.join(scratch(), 'a file');
    fs.writeFileSync(file, 'kept');
    const { code, stderr } = await run(file, ['inspect', '--help']);
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

/** Runs a program with its own folder of caches. */
function run(
  caches: string,
  args: readonly string[],
  built = program(),
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const places = { XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: caches, NODE_V8_COVERAGE: '' };
  return ended(start(scratch(), args, { ...places, ...environment }, built));
}

function filesIn(folder: string): fs.Dirent[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
}

function cutShort(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

/** A bit that fell over at so many eighths of the bytes. */
function flippedAt(eighths: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const at = Math.floor((bytes.length * eighths) / 8);
    return Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 4), bytes.subarray(at + 1)]);
  };
}

function place({ parentPath, name }: fs.Dirent): string {
  return path.join(parentPath, name);
}

function timeOf(file: fs.Dirent): number {
  return fs.statSync(place(file)).mtimeMs;
}

/** All that the program runs by, but for engines. */
function isOfProgram(file: string): boolean {
  const [top = '', ...rest] = path.relative(path.dirname(path.dirname(program())), file).split(path.sep);
  return ['', 'bin', 'package.json'].includes(top) || (top === 'dist' && ['', 'bundle'].includes(rest[0] ?? ''));
}
