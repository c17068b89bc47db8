import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { inspectCommand } from '../../src/commands/inspect/command.js';
import { inspect } from '../../src/index.js';
import type { Report } from '../../src/report/index.js';
import { DIGITS } from '../cli/run.js';
import { scratch } from '../files/scratch.js';

const MODEL = path.join(path.dirname(DIGITS), '..', 'digits_te18_external', 'model.onnx');

const hashOf = (file: string) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');
const expectHashes = ({ models }: Report) => {
  const [source] = models.map((model) => model.source);
  expect(source?.sha256).toBe(hashOf(MODEL));
  expect(source?.data.length).toBeGreaterThan(0);
  for (const { location, sha256 } of source?.data ?? []) {
    expect(sha256).toBe(hashOf(path.join(path.dirname(MODEL), location)));
  }
};

test('the model and its data files are hashed for who reads the report, and for nobody else', async () => {
  const report = path.join(scratch(), 'report.json');
  const told = async (options: Readonly<Record<string, unknown>>, isReportRead: boolean): Promise<Report> => {
    const { json } = await inspectCommand.run([MODEL], options, { onProgress() {}, isReportRead });
    return JSON.parse(json());
  };
  const [unread] = (await told({}, false)).models;
  expect(unread?.source).toMatchObject({ sha256: null, bytes: fs.statSync(MODEL).size });
  expect(unread?.source.data.map(({ sha256 }) => sha256)).toEqual(unread?.source.data.map(() => null));
  expectHashes(await told({}, true));
  await told({ report }, false);
  expectHashes(JSON.parse(fs.readFileSync(report, 'utf8')));
  expectHashes(await inspect(MODEL));
});
