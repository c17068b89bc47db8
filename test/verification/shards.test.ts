import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shardOf } from '../../src/commands/verify/shard-options.js';
import { EngineError, NotEquivalentError } from '../../src/model/index.js';
import { reportError } from '../../src/report/index.js';
import { errorFrom } from '../../src/verification/shards/error-as-data.js';
import { GroupJournal } from '../../src/verification/shards/group-journal.js';
import { mergeParts } from '../../src/verification/shards/merge.js';
import { fromText, toText } from '../../src/verification/shards/plain-text.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('sums that are infinite or no number stay so as text', () => {
  const value = { a: [1.5, Number.POSITIVE_INFINITY], b: { c: Number.NaN, d: null }, e: -0.1 };
  expect(fromText(toText(value))).toEqual(value);
});

test('an error is the same again from what a report tells of it', () => {
  const errors = [
    new NotEquivalentError({ what: 'it differs', where: { file: 'a.onnx', value: 'y' }, todo: 'look' }),
    new EngineError({ what: 'not judged' }),
  ];
  for (const error of errors) {
    const again = errorFrom(reportError(error));
    expect(again).toBeInstanceOf(error.constructor);
    expect(again.message).toBe(error.message);
    expect(reportError(again)).toEqual(reportError(error));
  }
});

describe('a journal', () => {
  const report = () => path.join(folder, 'report.json');
  const group = { records: [], failures: [] };

  test('gives back what was finished, but for a line that a kill cut off, and goes on behind it', () => {
    GroupJournal.open(report(), { samples: '1' }, false).add(group);
    appendFileSync(`${report()}.journal`, '{"records":[');
    const taken = GroupJournal.open(report(), { samples: '1' }, true);
    expect([...taken.done()]).toEqual([group]);
    taken.add(group);
    expect([...GroupJournal.open(report(), { samples: '1' }, true).done()]).toEqual([group, group]);
    taken.remove();
    expect(existsSync(`${report()}.journal`)).toBe(false);
    expect([...GroupJournal.open(report(), { samples: '1' }, true).done()]).toEqual([]);
  });

  test('of another run is not taken up, and says what differs', () => {
    GroupJournal.open(report(), { reference: 'a', samples: '1' }, false).add(group);
    expect(() => GroupJournal.open(report(), { reference: 'b', samples: '1' }, true)).toThrow(
      'it is of another run: reference differs',
    );
    expect([...GroupJournal.open(report(), { reference: 'b', samples: '1' }, false).done()]).toEqual([]);
  });

  test("never replaces a stranger's file", () => {
    writeFileSync(`${report()}.journal`, 'dear diary\n');
    expect(() => GroupJournal.open(report(), {}, false)).toThrow('exists and is not ours');
    expect(() => GroupJournal.open(report(), {}, true)).toThrow('no journal of a verification');
    expect(readFileSync(`${report()}.journal`, 'utf8')).toBe('dear diary\n');
  });
});

describe('parts', () => {
  const put = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };

  test('that are none, or are damaged, are refused by name', () => {
    expect(() => mergeParts([folder])).toThrow('there is no part of a verification');
    expect(() => mergeParts([put('whole.json', '{"models": [{}], "part": null}')])).toThrow(
      'no part of a verification',
    );
    expect(() => mergeParts([put('list.json', 'null')])).toThrow('no part of a verification');
    expect(() => mergeParts([put('cut.json', '{"models": ')])).toThrow('a damaged part: it is no JSON');
    const part = { shard: 1, of: 1, samples: 0, facts: {}, terms: '{}', groups: [], sha256: '0'.repeat(64) };
    expect(() => mergeParts([put('changed.json', JSON.stringify({ models: [{}], part }))])).toThrow(
      'a damaged part: it was changed',
    );
  });
});

describe('which part', () => {
  test('is what is written', () => {
    expect(shardOf({ shard: '2/8' }, { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' })).toEqual({ index: 2, of: 8 });
    expect(shardOf({}, { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '4' })).toBeUndefined();
  });

  test('an environment that says nonsense is named', () => {
    const environment = { CI_NODE_INDEX: '5', CI_NODE_TOTAL: '4' };
    expect(() => shardOf({ shard: 'auto' }, environment)).toThrow('CI_NODE_INDEX/CI_NODE_TOTAL is "5/4"');
    expect(() => shardOf({ shard: 'auto', shards: 2 }, { JOB_COMPLETION_INDEX: '2' })).toThrow('is "3/2"');
    expect(() => shardOf({ shard: 'auto' }, { JOB_COMPLETION_INDEX: '2' })).toThrow('has neither');
  });
});
