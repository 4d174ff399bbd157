/**
 * Runs `work` on every item, at most `limit` at a time. Resolves when all are done; rejects with the first failure once
 * nothing is under way any more, and begins nothing after it.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.iterator in items ? items[Symbol.iterator]() : items[Symbol.asyncIterator]();
  let hasFailed = false;
  const worker = async () => {
    try {
      for (let next = await iterator.next(); !next.done && !hasFailed; next = await iterator.next()) {
        await work(next.value);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  // Most posts are to a few.
  const length = Array.isArray(items) ? Math.min(limit, items.length) : limit;
  const results = await Promise.allSettled(Array.from({ length }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What an attempt resolves to when something else came in between its read and its conditional write. */
export const CHANGED = Symbol('changed');

const ATTEMPTS = 50;

/**
 * Optimistic concurrency: `attempt` reads, decides and writes under a condition; if that failed, it looks again. Throws if
 * it is overtaken again and again, which no real client does.
 */
export async function lookAgain<T>(attempt: () => Promise<T | typeof CHANGED>): Promise<T> {
  for (let count = 0; count < ATTEMPTS; count += 1) {
    const result = await attempt();
    if (result !== CHANGED) return result;
  }
  throw new Error('The item was changed by others in every attempt');
}
