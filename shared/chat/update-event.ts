import type { ChatSettings } from '../config.ts';
import type { Event } from '../protocol/entities.ts';
import { getBell, ringForEnd } from '../store/bell.ts';
import { type EventChanges, listAsEnded, updateEvent as update } from '../store/events.ts';
import { logExpiry, putEntry } from '../store/log.ts';
import type { Table } from '../store/table.ts';
import { checkTimes } from './create-event.ts';
import { getEvent } from './get-event.ts';

type Changes = EventChanges & { status?: 'ended' | undefined };
type Context = { table: Table; settings: ChatSettings };

/** Changes an event, or ends it. Throws `EVENT_NOT_FOUND`, and `BAD_REQUEST` for impossible times. */
export async function updateEvent(
  context: Context,
  id: string,
  { status, ...details }: Changes,
): Promise<Event> {
  const { startsAt, endsAt } = await getEvent(context, id);
  checkTimes({ startsAt: details.startsAt ?? startsAt, endsAt: details.endsAt ?? endsAt });
  await update(context.table, id, details);
  if (status === 'ended') await endEvent(context, id);
  return getEvent(context, id);
}

/**
 * Ends an event: from the first write on it takes no messages. Safe to repeat, which also finishes what a crash left
 * undone; a reader that finds the number open puts the end there itself.
 */
async function endEvent({ table, settings }: Context, id: string): Promise<void> {
  const bell = (await ringForEnd(table, id, new Date().toISOString())) ?? (await getBell(table, id));
  if (bell?.endSeq === undefined || bell.endedAt === undefined) return;
  await putEntry(table, id, { seq: bell.endSeq, kind: 'ended' }, logExpiry(settings));
  await listAsEnded(table, id, bell.endedAt);
}
