import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../src/commands/reading-options.js';
import { writeOnnx } from '../../src/formats/onnx/index.js';
import { seededTrials } from '../../src/trials/index.js';
import { makeCandidate } from '../../src/verification/candidate.js';
import { Engines } from '../../src/verification/engines.js';
import { type Group, groupsOfTrials } from '../../src/verification/groups.js';
import { findArtefact, openFound } from '../../src/verification/open-artefact.js';
import type { SampleRecord } from '../../src/verification/record.js';
import { type Recording, recordSamples } from '../../src/verification/record-samples.js';
import { makeReference } from '../../src/verification/reference.js';
import { network } from '../network.js';

let folder: string;
const engines = new Engines({ build: undefined, timeoutSeconds: 60 });
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'record-'));
});
afterAll(() => {
  engines.close();
  rmSync(folder, { recursive: true });
});

async function recordingOf(): Promise<Recording> {
  const file = path.join(folder, 'model.onnx');
  const model = network((n) => {
    const x = n.input([1, 3, 16, 16]);
    const map = n.batchNorm(n.conv(n.relu(n.batchNorm(n.conv(x, { channels: 32, kernel: 5 }))), { kernel: 3 }));
    return n.linear(n.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 }), 8);
  });
  writeFileSync(file, writeOnnx(model));
  const open = async () => openFound(await findArtefact(file, LIMITS), LIMITS);
  const reference = await makeReference(await open(), { shape: new Map() });
  return {
    reference,
    candidates: [makeCandidate(await open(), reference, new Map())],
    engines,
    notes: new Set(),
    failures: new Map(),
    settled: new Map(),
    keepsClasses: false,
  };
}

async function recorded(recording: Recording, groups: readonly Group[]): Promise<SampleRecord[]> {
  const found: SampleRecord[] = [];
  for await (const records of recordSamples(recording, groups)) found.push(...records);
  return found;
}

test('the order in which samples come changes nothing: noise is of the first and the third, nudged the first alone', async () => {
  const recording = await recordingOf();
  const groups = groupsOfTrials(seededTrials(recording.reference.specs));
  const late = groups.map((group): Group => {
    const way = async (index: number) => {
      // The first, which also settles the group, comes last of all that are in work at once.
      await setTimeout(100 * (group.size - index));
      const [first] = group.ways;
      if (!first) throw new Error('a group has a way');
      return first(index);
    };
    return { ...group, ways: [way] };
  });
  const [atOnce, comingLate] = [await recorded(recording, groups), await recorded(recording, late)];
  expect(comingLate).toEqual(atOnce);
  expect(atOnce.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(atOnce.map(({ self }) => self.length)).toEqual([2, 0, 1]);
  expect(atOnce.map(({ response }) => response !== null)).toEqual([true, false, false]);
  // Right runs differ, or the test would hold for any order.
  expect(atOnce[0]?.self.map(([sums]) => (sums?.maxDifference ?? 0) > 0)).toContain(true);
});

test('a group that the reference takes in its second way is settled so, and one that it takes in none is left out', async () => {
  const recording = await recordingOf();
  const [group] = groupsOfTrials(seededTrials(recording.reference.specs));
  const [taken] = group?.ways ?? [];
  if (!group || !taken) throw new Error('there is no group');
  const refused = async (index: number) => {
    const trial = await taken(index);
    const feeds = new Map(Array.from(trial.feeds, ([name, tensor]) => [name, tensor.reshape([3, 1, 16, 16])]));
    return { ...trial, feeds, artefactFeeds: feeds };
  };
  const second: Group = { ...group, ways: [refused, taken] };
  const none: Group = { ...second, isRequired: false, ways: [refused] };
  expect((await recorded(recording, [second, none])).map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(recording.settled.get(second)).toBe(taken);
  expect(recording.settled.get(none)).toBeNull();
});
