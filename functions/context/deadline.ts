import type { Context } from 'aws-lambda';
import { publishMetrics } from './observe.ts';

/** Kept back for a clean end, milliseconds. */
const RESERVE_MS = 5_000;

/** Lets work run until shortly before its Lambda's time is over; `deadline` is in milliseconds since the epoch. */
export async function untilShortlyBefore<T>(
  context: Context,
  work: (deadline: number) => Promise<T>,
): Promise<T> {
  const result = await work(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS);
  publishMetrics();
  return result;
}
