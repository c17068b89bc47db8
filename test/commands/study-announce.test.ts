import { expect, test } from 'vitest';
import { announce } from '../../src/commands/study/announce.js';

test('what takes more than five minutes is said, and what would take less', () => {
  const said: unknown[] = [];
  for (const seconds of [300, 1234]) announce(seconds, 'fewer turns', ({ notice }) => said.push(notice));
  expect(said).toEqual(['this will take about 21 minutes: fewer turns take less']);
});
