import type { Context } from 'aws-lambda';
import { timing } from '../../shared/timing.ts';

/** Lets work run until shortly before its Lambda's time is over; `deadline` is in milliseconds since the epoch. */
export function untilShortlyBefore<T>(context: Context, work: (deadline: number) => Promise<T>): Promise<T> {
  return work(Date.now() + context.getRemainingTimeInMillis() - timing.deadlineReserveMs);
}
