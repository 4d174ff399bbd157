import type { Participant } from '../protocol/entities.ts';
import { type Connection, GARBAGE_MS, type Membership } from './connections.ts';
import { idOf, type Key, staffKey, staffPartition } from './keys.ts';
import { epochSeconds, queryPages, type Table } from './table.ts';
import type { Write } from './transaction.ts';

/** A connection of a host, a moderator or an operator in an event: a small item, so that joins and moderation need not read the audience. */
export interface StaffMember {
  participantId: string;
  username: string;
  expiresAt: number;
}

/** What a change of a membership means for the staff of the events: nothing, mostly. */
export function staffWrites(
  { connectionId, expiresAt }: Pick<Connection, 'connectionId' | 'expiresAt'>,
  previous: Membership | undefined,
  next: Membership | undefined,
): Write[] {
  const writes: Write[] = [];
  if (next?.participant.role)
    writes.push(putStaff(next.eventId, next.participant, { connectionId, expiresAt }));
  const isReplaced = next?.participant.role !== undefined && next.eventId === previous?.eventId;
  if (previous?.participant.role && !isReplaced)
    writes.push({ Delete: { Key: staffKey(previous.eventId, connectionId) } });
  return writes;
}

export function putStaff(
  eventId: string,
  { id, username }: Participant,
  { connectionId, expiresAt }: { connectionId: string; expiresAt: number },
): Write {
  const item: StaffMember = { participantId: id, username, expiresAt };
  const ttl = epochSeconds(expiresAt + GARBAGE_MS);
  return { Put: { Item: { ...staffKey(eventId, connectionId), ...item, ttl } } };
}

/** Those who are in an event with a role, strongly consistent. */
export async function listStaff(
  table: Table,
  eventId: string,
): Promise<(StaffMember & { connectionId: string })[]> {
  const staff: (StaffMember & { connectionId: string })[] = [];
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': staffPartition(eventId) },
    ConsistentRead: true,
  });
  const now = Date.now();
  for await (const page of pages) {
    for (const { sk, ...item } of page as unknown as (StaffMember & Key)[])
      if (item.expiresAt > now) staff.push({ ...item, connectionId: idOf(sk) });
  }
  return staff;
}
