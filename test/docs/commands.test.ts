import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocksOf, pages, ROOT, read, repositoryFiles } from './markdown.js';
import { transcriptsOf, withoutChance } from './transcripts.js';
import { makeUserFolder } from './user-folder.js';

/**
 * How a block is marked: `sh` is run in the folder of a user, `sh clone` in a clone of this repository, `console` is run likewise, and
 * what it prints is compared. What cannot be run in a test is `text`; other names of shells would hide it.
 */
const OTHER_SHELLS = ['bash', 'shell', 'zsh', 'shell-session', 'sh-session', 'terminal', 'powershell', 'cmd'];

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'mobileone-docs-'));
const clone = path.join(temporary, 'clone');
const globals = path.join(temporary, 'globals');

afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

beforeAll(() => {
  for (const file of repositoryFiles()) fs.cpSync(path.join(ROOT, file), path.join(clone, file));
});

/** What a shell of somebody else would have: nothing of the npm that runs these tests. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|VITEST)/i.test(name));
  const bin = process.platform === 'win32' ? globals : path.join(globals, 'bin');
  return {
    ...Object.fromEntries(own),
    PATH: [bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    npm_config_prefix: globals,
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
}

/** Runs lines as a shell does that stops at the first which fails. */
function run(folder: string, lines: string) {
  const script = path.join(temporary, 'block.sh');
  fs.writeFileSync(script, `${lines}\n`);
  return spawnSync('sh', ['-e', script], { cwd: folder, env: environment(), encoding: 'utf8', timeout: 600_000 });
}

function expectDone(folder: string, { text }: Block): void {
  const { status, stdout, stderr } = run(folder, text);
  expect(status, `${text}\n${stdout}\n${stderr}`).toBe(0);
}

function expectTranscript(folder: string, { text }: Block): void {
  for (const { command, answer } of transcriptsOf(text)) {
    const { stdout, stderr } = run(folder, command);
    expect(withoutChance(stdout + stderr), command).toBe(withoutChance(answer));
  }
}

const isRun = ({ marks: [language = ''] }: Block) => language === 'sh' || language === 'console';
const isOfClone = ({ marks }: Block) => marks.includes('clone');
const all = pages().map((page) => ({ page, blocks: blocksOf(read(page)) }));
const toRun = all
  .map(({ page, blocks }) => ({ page, blocks: blocks.filter(isRun) }))
  .filter(({ blocks }) => blocks.length > 0)
  // It says how the program is installed that others start.
  .sort((a, b) => Number(b.page === 'README.md') - Number(a.page === 'README.md'));

test('there are commands, and all are marked as run or as text', () => {
  const lines = toRun.flatMap(({ blocks }) => blocks.flatMap(({ text }) => text.split('\n')));
  expect(lines.filter((line) => line.includes('mobileone')).length).toBeGreaterThan(10);
  expect(toRun.map(({ page }) => page)).toContain('README.md');
  const hidden = all.flatMap(({ page, blocks }) =>
    blocks.flatMap(({ marks: [language = ''] }) => (OTHER_SHELLS.includes(language) ? [`${page}: ${language}`] : [])),
  );
  expect(hidden).toEqual([]);
});

test('what differs from run to run is left out of transcripts, and nothing else', () => {
  expect(withoutChance('error 3.2e-7, limit 1.3e-5 in 0.42 s (1.5 s)')).toBe('error #, limit # in # s (# s)');
  expect(withoutChance('13 blocks merged from 167 nodes')).toBe('13 blocks merged from 167 nodes');
  expect(transcriptsOf('$ a \\\n  b\nx\ny\n$ c\n')).toEqual([
    { command: 'a \\\n  b', answer: 'x\ny\n' },
    { command: 'c', answer: '' },
  ]);
});

describe.each(toRun)('$page', ({ page, blocks }) => {
  const user = path.join(temporary, page.replaceAll('/', '-'));
  beforeAll(() => makeUserFolder(user));

  test.each(blocks.map((block) => [block.text, block] as const))('%s', { timeout: 600_000 }, (_, block) => {
    const folder = isOfClone(block) ? clone : user;
    if (block.marks[0] === 'console') expectTranscript(folder, block);
    else expectDone(folder, block);
  });
});
