import type { Context } from 'aws-lambda';
import { publishMetrics } from '../context/observe.ts';

/** Kept back for a clean end, milliseconds. */
const RESERVE_MS = 5_000;

/** Lets scheduled work run until shortly before its Lambda's time is over. */
export async function untilShortlyBefore(
  context: Context,
  work: (deadline: number) => Promise<void>,
): Promise<void> {
  await work(Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS);
  publishMetrics();
}
