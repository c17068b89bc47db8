import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDigits } from '../data/digit-images.js';
import { ended, mobileone, start } from './run.js';

const FIXTURES = new URL('../../fixtures/digits/', import.meta.url).pathname;
const network = (name: string) => path.join(FIXTURES, name, 'model.onnx');
const SHARDS = [1, 2, 3, 4, 5, 6, 7, 8];

const asked = (...more: string[]) => [
  ...['verify', network('digits_ts15_nofold'), network('digits_deploy'), '--inputs', 'images', '--truth', 'folders'],
  ...['--image', 'gray', '--mean', '0.5', '--std', '0.5', '--max-drop', '0', '-q', ...more],
];

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'shards-'));
  await writeDigits(path.join(folder, 'images'), 800);
});
afterAll(() => rmSync(folder, { recursive: true }));

const json = (file: string) => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
const fileOf = (shard: number) => path.join('parts', `${shard}.json`);

/** Ends the process once it has kept a group of samples and before it has all four of its part. */
async function killAmidst(shard: number): Promise<void> {
  const child = start(folder, asked('--shard', `${shard}/8`, '--report', fileOf(shard)));
  const end = ended(child);
  const journal = path.join(folder, `${fileOf(shard)}.journal`);
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill('SIGKILL');
  expect(await end).toMatchObject({ signal: 'SIGKILL' });
}

test('eight processes, one of them killed and taken up, give the bytes of one, but for its host', async () => {
  expect(await mobileone(folder, asked('--report', 'whole.json'))).toMatchObject({ code: 0, stderr: '' });
  const others = SHARDS.slice(1).map((shard) =>
    mobileone(folder, asked('--shard', `${shard}/8`, '--report', fileOf(shard))),
  );
  await killAmidst(1);
  expect((await Promise.all(others)).map(({ code }) => code)).toEqual(others.map(() => 0));

  // A part is missing while it is not done.
  const early = await mobileone(folder, ['report', 'merge', 'parts', '-q']);
  expect(early).toMatchObject({ code: 3, stderr: expect.stringContaining('of 8 parts one is missing: 1') });

  // The first sample was finished: it is not read again, so that nobody sees that it is broken now.
  const [label = ''] = readdirSync(path.join(folder, 'images', '0')).sort();
  const finished = path.join(folder, 'images', '0', label);
  const content = readFileSync(finished);
  writeFileSync(finished, Buffer.alloc(content.length));
  const resumed = await mobileone(folder, asked('--shard', '1/8', '--report', fileOf(1), '--resume'));
  writeFileSync(finished, content);
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(path.join(folder, 'parts')).sort()).toEqual(SHARDS.map((shard) => `${shard}.json`));

  const merged = await mobileone(folder, ['report', 'merge', 'parts', '--report', 'merged.json', '-q']);
  expect(merged).toMatchObject({ code: 0, stderr: '' });
  const text = readFileSync(path.join(folder, 'whole.json'), 'utf8');
  const host = JSON.stringify(json('whole.json').host, undefined, 2).replaceAll('\n', '\n  ');
  expect(text).toContain(`"host": ${host}`);
  expect(readFileSync(path.join(folder, 'merged.json'), 'utf8')).toBe(text.replace(`"host": ${host}`, '"host": null'));
  expect(json('merged.json').models[0].candidates[0].data).toMatchObject({ samples: 800 });
});

test('a part says that it is one, and nothing of it is red', async () => {
  const loud = asked('--shard', '2/8', '--report', 'loud.json', '--junit', 'loud.xml', '--html', 'loud.html');
  const { code, stdout } = await mobileone(
    folder,
    loud.filter((word) => word !== '-q'),
  );
  expect(code).toBe(0);
  expect(stdout).toContain('part 2 of 8, 96 samples; judged by mobileone report merge');
  expect(stdout).not.toContain('not compared');
  expect(readFileSync(path.join(folder, 'loud.xml'), 'utf8')).toContain('skipped="1"');
  expect(readFileSync(path.join(folder, 'loud.html'), 'utf8')).toContain('Part 2 of 8, 96 samples');
});

test('a merge is not written over a part', async () => {
  const before = readFileSync(path.join(folder, fileOf(1)), 'utf8');
  for (const parts of [['parts'], SHARDS.map(fileOf)]) {
    const merged = await mobileone(folder, ['report', 'merge', ...parts, '--report', fileOf(1), '-q']);
    expect(merged).toMatchObject({ code: 2, stderr: expect.stringMatching(/a part would be lost|is the input/) });
  }
  expect(readFileSync(path.join(folder, fileOf(1)), 'utf8')).toBe(before);
});

test('a part of another run is refused by what differs', async () => {
  const other = await mobileone(folder, [...asked('--shard', '1/8', '--report', 'other.json'), '--tolerance', '1e-3']);
  expect(other.code).toBe(0);
  const parts = SHARDS.slice(1).map(fileOf);
  const merged = await mobileone(folder, ['report', 'merge', 'other.json', ...parts, '-q']);
  expect(merged).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/is of another run than other\.json: options differs/),
  });
});

test('a pod of an indexed job and a node of a pipeline know their part, and nothing is taken unasked', async () => {
  const few = ['verify', network('digits_ts15_nofold'), network('digits_deploy'), '--inputs', 'images', '--json', '-q'];
  const pixels = ['--image', 'gray', '--mean', '0.5', '--std', '0.5', '--report', 'auto.json'];
  const pod = await mobileone(folder, [...few, ...pixels, '--shard', 'auto', '--shards', '25'], {
    JOB_COMPLETION_INDEX: '24',
  });
  expect(JSON.parse(pod.stdout).part).toMatchObject({ shard: 25, of: 25, samples: 32 });
  const node = await mobileone(folder, [...few, ...pixels, '--shard', 'auto'], {
    CI_NODE_INDEX: '2',
    CI_NODE_TOTAL: '30',
  });
  expect(JSON.parse(node.stdout).part).toMatchObject({ shard: 2, of: 30, samples: 32 });
  const lost = await mobileone(folder, [...few, ...pixels, '--shard', 'auto']);
  expect(lost).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^mobileone: --shard auto: the environment has neither/),
  });
});
