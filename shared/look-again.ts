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
