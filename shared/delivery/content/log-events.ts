import type { Event } from '../../protocol/entities.ts';
import type { ServerEvent } from '../../protocol/server-to-client.ts';
import { getEvent } from '../../store/events.ts';
import type { LogEntry } from '../../store/log.ts';
import { withQuotes } from '../../store/messages.ts';
import type { Table } from '../../store/table.ts';

export type LogEvent = ServerEvent & { seq: number };

/**
 * The entries that clients hear of, as the events that they hear. Of several changes of the event they hear the last: it says how the
 * event is now.
 */
export async function logEvents(
  table: Table,
  eventId: string,
  entries: readonly LogEntry[],
): Promise<LogEvent[]> {
  let now: Event | undefined;
  const lastChange = entries.findLast(({ kind }) => kind === 'updated');
  const stored = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  const messages = (await withQuotes(table, eventId, stored)).values();
  const events: LogEvent[] = [];
  for (const entry of entries) {
    const { seq } = entry;
    if (entry.kind === 'message') {
      const { value } = messages.next();
      if (value) events.push({ seq, event: 'newMessage', data: value });
    }
    if (entry.kind === 'deleted') {
      const [first, ...more] = entry.messages;
      const which = first && more.length === 0 ? first : { messages: entry.messages };
      events.push({ seq, event: 'messageDeleted', data: { eventId, ...which } });
    }
    if (entry.kind !== 'ended' && entry !== lastChange) continue;
    now ??= await getEvent(table, eventId, { withDeleted: true });
    const event = entry.kind === 'ended' ? 'eventEnded' : 'eventUpdated';
    if (now) events.push({ seq, event, data: { event: now } });
  }
  return events;
}
