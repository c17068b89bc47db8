import { expect, test } from 'vitest';
import { inJobs } from '../../src/run/in-jobs.js';

/** Work that is done when the test says so. */
function controlled() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const fails = new Map<string, (error: Error) => void>();
  const work = (item: string, job: number) => {
    begun.push(`${item} in ${job}`);
    return new Promise<string>((resolve, reject) => {
      ends.set(item, () => resolve(item.toUpperCase()));
      fails.set(item, reject);
    });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    begun,
    work,
    async end(item: string) {
      ends.get(item)?.();
      await settle();
    },
    async fail(item: string) {
      fails.get(item)?.(new Error(item));
      await settle();
    },
  };
}

const never = () => false;

test('so many items at a time, results in the order of the items', async () => {
  const { begun, work, end } = controlled();
  const all = inJobs(['a', 'b', 'c'], 2, { work, isLast: never });
  expect(begun).toEqual(['a in 0', 'b in 1']);
  await end('b');
  expect(begun).toEqual(['a in 0', 'b in 1', 'c in 1']);
  await end('c');
  await end('a');
  expect(await all).toEqual(['A', 'B', 'C']);
});

test('after the last nothing is begun, and what was begun is waited for', async () => {
  const { begun, work, end } = controlled();
  const all = inJobs(['a', 'b', 'c'], 2, { work, isLast: (result) => result === 'B' });
  await end('b');
  await end('a');
  expect(await all).toEqual(['A', 'B']);
  expect(begun).toEqual(['a in 0', 'b in 1']);
});

test('what is thrown is thrown when the others are done', async () => {
  const { begun, work, end, fail } = controlled();
  let isOver = false;
  const all = inJobs(['a', 'b', 'c'], 2, { work, isLast: never }).finally(() => {
    isOver = true;
  });
  const thrown = expect(all).rejects.toThrow('a');
  await fail('a');
  expect(isOver).toBe(false);
  await end('b');
  await thrown;
  expect(begun).toEqual(['a in 0', 'b in 1']);
});
