/** How to go through a list. */
interface Work<Item, Result> {
  /** @param job which of those that run at a time, from 0 */
  work(item: Item, job: number): Promise<Result>;
  /** Whether no further item is to be begun. */
  isLast(result: Result): boolean;
}

/**
 * Goes through a list, so many items at a time. Where one throws, no other is begun, and it is thrown when those are done
 * that were.
 * @returns results in the order of the items, of those that were begun
 */
export async function inJobs<Item, Result>(
  items: readonly Item[],
  jobs: number,
  { work, isLast }: Work<Item, Result>,
): Promise<Result[]> {
  const waiting = items.entries();
  const results: Result[] = [];
  let isOver = false;
  const run = async (job: number) => {
    for (const [index, item] of waiting) {
      try {
        const result = await work(item, job);
        results[index] = result;
        isOver ||= isLast(result);
      } catch (error) {
        isOver = true;
        throw error;
      }
      // Asked before the next item is taken: one that was taken is begun.
      if (isOver) return;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: jobs }, (_, job) => run(job)));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return results.filter(() => true);
}
