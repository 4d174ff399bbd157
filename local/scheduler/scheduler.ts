import type { Clock } from '../clock.ts';
import type { AsynchronousInvocations } from '../lambda/asynchronous-invocation.ts';
import type { Log } from '../log.ts';
import type { Schedule } from './schedule.ts';
import { nextTime } from './schedule-expression.ts';

/** Invokes the targets of all schedules when they are due by the clock. Returns what stops it. */
export function startSchedules(
  schedules: readonly Schedule[],
  asynchronous: AsynchronousInvocations,
  clock: Clock,
  log: Log,
): () => void {
  const timers = new Map<Schedule, () => void>();
  const arm = (schedule: Schedule) => {
    const at = nextTime(schedule.expression, clock.now());
    if (at === undefined) return;
    const fire = () => {
      // A month is more than a timer can wait for.
      if (clock.now() < at) {
        wait();
        return;
      }
      // The hand-over always succeeds here, and a rule's RetryPolicy is for nothing else.
      asynchronous.submit(schedule.functionArn, schedule.event(at));
      arm(schedule);
    };
    const wait = () => timers.set(schedule, clock.after(Math.min(at - clock.now(), 2 ** 31 - 1), fire));
    wait();
  };
  for (const schedule of schedules) {
    arm(schedule);
    if (!timers.has(schedule)) log(`${schedule.logicalId} never fires: ${schedule.expression}`);
  }
  return () => {
    for (const cancel of timers.values()) cancel();
  };
}
