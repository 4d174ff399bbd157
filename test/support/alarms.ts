import type { StateValue } from '../../local/cloudwatch/alarm.ts';
import type { RunningChat } from './run-chat.ts';

const MINUTE_MS = 60_000;
/** Three periods of five minutes, and those before that CloudWatch looks at. */
const PATIENCE_MINUTES = 30;

/** The id of an alarm in its construct, which is its heading in docs/operations.md. */
export const alarmIdOf = (logicalId: string): string =>
  logicalId.replace(/^.*Alarms/, '').replace(/[0-9A-F]{8}$/, '');

export const stateOf = (stack: RunningChat, id: string): StateValue | undefined =>
  stack.alarms().find(({ logicalId }) => alarmIdOf(logicalId) === id)?.state;

/** Lets minutes pass by the clock, and something happen in each of them, until an alarm is in a state. */
export async function untilAlarm(
  stack: RunningChat,
  id: string,
  state: StateValue,
  inEachMinute: () => Promise<unknown> = async () => {},
): Promise<void> {
  for (let minute = 0; minute < PATIENCE_MINUTES; minute += 1) {
    await inEachMinute();
    await stack.idle();
    stack.clock.advance(MINUTE_MS);
    // The schedules.
    await stack.idle();
    if (stateOf(stack, id) === state) return;
  }
  throw new Error(`After ${PATIENCE_MINUTES} minutes ${id} is ${stateOf(stack, id)}, not ${state}`);
}
