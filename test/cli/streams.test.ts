import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { corpusFolder } from '../corpus.js';
import { contentOf, scratch } from '../files/scratch.js';
import { DIGITS, ended, mobileone, program, start } from './run.js';

/** Runs a line of sh in which `m` is the program. */
function shell(line: string) {
  const script = `m() { "${process.execPath}" "${program()}" "$@"; }; ${line}`;
  return spawnSync('sh', ['-c', script], { cwd: scratch(), encoding: 'utf8', env: { ...process.env, MODEL: DIGITS } });
}

test('a reader that goes away changes neither the code nor standard error', () => {
  const { stdout, stderr } = shell('{ m inspect "$MODEL" --json -q; echo "code $?" >&2; } | true');
  expect([stdout, stderr]).toEqual(['', 'code 0\n']);
});

test.runIf(fs.existsSync('/dev/full')).each(['--json', '--no-color'])(
  'a full device under standard output is 6 with %s',
  (flag) => {
    const { status, stderr } = shell(`m inspect "$MODEL" ${flag} > /dev/full`);
    expect(status).toBe(6);
    expect(stderr).toMatch(/standard output cannot be written: No space left/);
  },
);

test('closed streams change nothing', () => {
  expect(shell('m inspect "$MODEL" >&-').status).toBe(0);
  expect(shell('m inspect "$MODEL" --json 2>&-').stdout).toMatch(/^\{\n.*"mobileone"/s);
});

test.runIf(process.platform === 'linux').each([20, 24])(
  'a run that may open %i files says so, or does without',
  (count) => {
    const { status, stderr } = shell(`ulimit -n ${count}; m convert "$MODEL" -q -o out`);
    expect([0, 3, 6, 8]).toContain(status);
    expect(stderr).toMatch(status === 0 ? /^$/ : /^mobileone: .*\n$/);
  },
);

test('a run whose working folder was removed works where all paths are whole', () => {
  const { status, stderr } = shell(
    'out="$PWD/out"; mkdir gone; cd gone; rmdir ../gone; m convert "$MODEL" -q -o "$out"',
  );
  expect([status, stderr]).toEqual([0, '']);
});

test('a slow reader gets every byte of a report larger than a pipe holds', async () => {
  const child = start(scratch(), [
    'inspect',
    path.join(corpusFolder(), 'mobileone_s0_ts13', 'model.onnx'),
    '--json',
    '-q',
  ]);
  const over = ended(child);
  child.stdout.pause();
  await setTimeout(4000);
  child.stdout.resume();
  const { code, stdout } = await over;
  expect(code).toBe(0);
  expect(stdout.length).toBeGreaterThan(65_536);
  expect(JSON.parse(stdout).command).toBe('inspect');
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the run as such, and leaves nothing behind',
  async (signal) => {
    const folder = scratch();
    const child = start(folder, ['convert', DIGITS, '--inputs', '/dev/null', '-q', '-o', 'out']);
    child.kill(signal);
    expect(await ended(child)).toMatchObject({ code: null, signal });
    expect(contentOf(folder)).toEqual({});
  },
);

test('a signal while temporaries are on disk removes them, and the folders made for them', async () => {
  const folder = scratch();
  const child = start(folder, ['convert', DIGITS, '-q', '-o', 'out/deep']);
  const over = ended(child);
  while (child.exitCode === null && Object.keys(contentOf(folder)).length < 3) await setTimeout(1);
  child.kill('SIGTERM');
  expect((await over).signal).toBe('SIGTERM');
  expect(contentOf(folder)).toEqual({});
});

test('no colour in a pipe, and NO_COLOR and --no-color are taken', async () => {
  for (const args of [
    ['inspect', DIGITS],
    ['inspect', DIGITS, '--no-color'],
  ]) {
    const { stdout } = await mobileone(scratch(), args, { NO_COLOR: '1', FORCE_COLOR: '' });
    expect(stdout).not.toContain('\u001b');
  }
});

test.each([
  [{ FORCE_COLOR: '1' }, [], true],
  [{ FORCE_COLOR: '0' }, [], false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
  [{ FORCE_COLOR: '1' }, ['--no-color'], false],
])('colour in a pipe where FORCE_COLOR asks for it: %j %j', async (env, flags, isColoured) => {
  const { stdout } = await mobileone(scratch(), ['inspect', DIGITS, ...flags], { NO_COLOR: '', ...env });
  expect(stdout.includes('\u001b[')).toBe(isColoured);
});
