import { newId } from '../ids.ts';
import type { Event } from '../protocol/entities.ts';
import { badRequest } from '../protocol/parse.ts';
import { createEvent as create, type EventChanges, type NewEvent } from '../store/events.ts';
import type { Table } from '../store/table.ts';

export async function createEvent({ table }: { table: Table }, details: NewEvent): Promise<Event> {
  checkTimes(details);
  return create(table, newId(), details, Date.now());
}

/** Throws `BAD_REQUEST` for an event that ends before it starts. */
export function checkTimes({ startsAt, endsAt }: Pick<EventChanges, 'startsAt' | 'endsAt'>): void {
  if (!startsAt || !endsAt || Date.parse(endsAt) > Date.parse(startsAt)) return;
  throw badRequest('endsAt', 'must be after startsAt');
}
