import { expect, test } from 'vitest';
import { Replayed } from '../../src/proof/replayed.js';

function counted() {
  const taken: string[] = [];
  async function* steps(): AsyncGenerator<number, string> {
    try {
      for (let step = 1; step < 4; step++) {
        taken.push(`step ${step}`);
        yield step;
      }
      return 'no more';
    } finally {
      taken.push('end');
    }
  }
  return { taken, replayed: new Replayed(steps()) };
}

test('each asks from the first step on, and none is taken twice', async () => {
  const { taken, replayed } = counted();
  const first = replayed.fromStart();
  expect(await first.next()).toEqual({ done: false, value: 1 });
  await first.return(undefined);
  const second = replayed.fromStart();
  for (const value of [1, 2]) expect(await second.next()).toEqual({ done: false, value });
  expect(taken).toEqual(['step 1', 'step 2']);
});

test('who asks further hears the end, as often as it asks from the start', async () => {
  const { taken, replayed } = counted();
  for (let time = 0; time < 2; time++) {
    const found: unknown[] = [];
    const asking = replayed.fromStart();
    for (let step = await asking.next(); ; step = await asking.next()) {
      found.push(step.value);
      if (step.done) break;
    }
    expect(found).toEqual([1, 2, 3, 'no more']);
  }
  expect(taken).toEqual(['step 1', 'step 2', 'step 3', 'end']);
});

test('closing it ends it where it is', async () => {
  const { taken, replayed } = counted();
  await replayed.fromStart().next();
  await replayed.close();
  expect(taken).toEqual(['step 1', 'end']);
});
