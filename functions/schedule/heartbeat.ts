import type { Context, ScheduledEvent } from 'aws-lambda';
import { heartbeat, slotAt } from '../../shared/chat/heartbeat.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';

/** The slot is that of the minute it was invoked for: a late invocation must not leave a slot out. */
export async function handler({ time }: ScheduledEvent, context: Context): Promise<void> {
  await untilShortlyBefore(context, (deadline) => heartbeat(chat, slotAt(Date.parse(time)), deadline));
}
