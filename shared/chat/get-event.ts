import type { Event } from '../protocol/entities.ts';
import { ChatError } from '../protocol/errors.ts';
import { getEvent as get } from '../store/events.ts';
import type { Table } from '../store/table.ts';

/** Throws `EVENT_NOT_FOUND`. */
export async function getEvent({ table }: { table: Table }, id: string): Promise<Event> {
  const event = await get(table, id);
  if (!event) throw new ChatError('EVENT_NOT_FOUND');
  return event;
}
