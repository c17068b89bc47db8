import { expect, test } from 'vitest';
import { growthNotes } from '../../src/conversion/artefact-report.js';
import type { OpenSource } from '../../src/source/open-source.js';

/** A source of 100 bytes with 150 beside it. */
const source = { bytes: new Uint8Array(100), external: { files: [{ bytes: 150 }] } } as unknown as OpenSource;
const fileOf = (bytes: number) => [{ path: '', bytes, sha256: '' }];
const counts = (weightBytes: number) => ({
  nodes: 1,
  operators: {},
  parameters: 1,
  multiplyAccumulates: 1,
  weightBytes,
});
const same = { before: counts(10), after: counts(10) };

function notesOf(bytes: number, precision?: 'fp32' | 'fp16', draft = same): string {
  return growthNotes(fileOf(bytes), { precision }, source, draft).join();
}

test('external data counts as part of the source', () => {
  expect(notesOf(250)).toBe('');
  expect(notesOf(251)).toContain('(251 bytes, 250 before)');
});

test('the reason is constants that are stored, else the format or precision, else what the file says of itself', () => {
  expect(notesOf(300, undefined, { before: counts(10), after: counts(40) })).toMatch(/computed.*30 bytes more$/);
  expect(notesOf(300, 'fp16')).toMatch(/format or precision/);
  expect(notesOf(300, 'fp32')).toMatch(/format or precision/);
  expect(notesOf(300)).toMatch(/by which version/);
});
