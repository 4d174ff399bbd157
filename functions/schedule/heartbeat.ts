import type { Context, ScheduledEvent } from 'aws-lambda';
import { heartbeat, slotAt } from '../../shared/chat/heartbeat.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';

/** The slot belongs to the minute for which it was invoked, so that a late invocation does not skip a slot. */
export async function handler({ time }: ScheduledEvent, context: Context): Promise<void> {
  await untilShortlyBefore(context, (deadline) => heartbeat(chat, slotAt(Date.parse(time)), deadline));
}
