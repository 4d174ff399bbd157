import { sleep } from '../sleep.ts';
import { isConditionFailed, isTransient } from './failures.ts';

const TRIES = 8;

/** Repeats a write that met a transaction on the same item, or a transaction that was throttled. */
export async function retryTransient<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isTransient(error) || attempt === TRIES) throw error;
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Carries out a conditional write; undefined when its condition failed. */
export async function ifCondition<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await retryTransient(write);
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}
