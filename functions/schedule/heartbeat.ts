import type { Context, ScheduledEvent } from 'aws-lambda';
import { heartbeat } from '../../shared/chat/heartbeat.ts';
import { minutesBetweenPings, slotsAt } from '../../shared/chat/heartbeat-slots.ts';
import { chat } from '../context/chat.ts';
import { untilShortlyBefore } from '../context/deadline.ts';
import { observed } from '../context/observe.ts';

/** The slots belong to the minute for which it was invoked, so that a late invocation does not skip any. */
async function beat({ time }: ScheduledEvent, context: Context): Promise<void> {
  const slots = slotsAt(Date.parse(time), minutesBetweenPings(chat.settings));
  await untilShortlyBefore(context, async (deadline) => {
    for (const slot of slots) await heartbeat(chat, slot, deadline);
  });
}

export const handler = observed(() => ({}), beat);
