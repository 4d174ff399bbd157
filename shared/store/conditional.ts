import { sleep } from '../sleep.ts';
import { isConditionFailed, isConflict } from './failures.ts';

const CONFLICT_TRIES = 8;

/** Repeats a write that met a transaction of somebody else on the same item. */
export async function retryConflicts<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || attempt === CONFLICT_TRIES) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Carries out a conditional write; undefined when its condition failed. */
export async function ifCondition<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await retryConflicts(write);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}
