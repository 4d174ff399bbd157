import type { Participant } from '../protocol/entities.ts';
import type { Place } from '../protocol/offset.ts';
import type { Wire } from '../protocol/wire.ts';
import { updateIf } from './conditional.ts';
import { audiencePartition, connectionKey, memberKey } from './keys.ts';
import { putStaff } from './staff.ts';
import { getItem, queryPages, type Table } from './table.ts';
import { transact } from './transaction.ts';

/** One connection in an event's audience. */
export interface Member {
  connectionId: string;
  wire: Wire;
  participant: Participant;
  namedAt: number;
  /** `held`: gets no messages yet, its history is on the way. `away`: its connection is lost and may be recovered. */
  state: 'held' | 'live' | 'away';
  /** The join that put it here, and since when that has held it, milliseconds. */
  joinId: string;
  heldSince: number;
  /** What `held` ended with: the place that its join or recovery has taken it to. Windows serve it from there. */
  after?: Place;
  /** Where its stay began: the place to which its history took it, whatever it recovered since. */
  start?: Place;
  expiresAt: number;
  /** When its token runs out, milliseconds: it is there until the sweep has ended its connection, but hears nothing. */
  mutedFrom?: number;
}

/** Whether it may not hear anything any more. */
export const isMuted = ({ mutedFrom = Number.POSITIVE_INFINITY }: NamelessMember, now: number): boolean =>
  mutedFrom <= now;

/**
 * Lets windows serve a `held` member: it has had the log and the presence history up to `after`. False: it left, was lost,
 * or joined again and is held by that join.
 */
export async function setLive(
  table: Table,
  {
    eventId,
    connectionId,
    joinId,
    after,
  }: { eventId: string; connectionId: string; joinId: string; after: Place },
): Promise<boolean> {
  const Key = memberKey(eventId, connectionId);
  const updated = await updateIf(table, Key, {
    UpdateExpression: 'SET #state = :live, #after = :after, #start = if_not_exists(#start, :after)',
    // Still the row of this join: a leave in between must not bring it back, nor a lost connection to life.
    ConditionExpression: 'joinId = :join AND #state <> :away',
    ExpressionAttributeNames: { '#state': 'state', '#after': 'after', '#start': 'start' },
    ExpressionAttributeValues: {
      ':live': 'live',
      ':away': 'away',
      ':join': joinId,
      ':after': after,
    },
  });
  if (updated) return true;
  // Lost right after its history was sent: it may have had it, and come back to it.
  await updateIf(table, Key, {
    UpdateExpression: 'SET #start = if_not_exists(#start, :after)',
    ConditionExpression: 'joinId = :join',
    ExpressionAttributeNames: { '#start': 'start' },
    ExpressionAttributeValues: { ':join': joinId, ':after': after },
  });
  return false;
}

/** A member as it is listed: in large audiences every attribute counts. */
export type ListedMember = Omit<Member, 'joinId' | 'start'>;
/** Somebody to be served, whatever the name. */
export type NamelessMember = Omit<ListedMember, 'participant' | 'namedAt'> & { participant: { id: string } };

const ATTRIBUTES = ['connectionId', 'wire', 'state', 'heldSince', 'after', 'expiresAt', 'mutedFrom'];

/** The unexpired members of an event, page after page, strongly consistent: whoever is live now is listed. */
export const listMembers = (
  table: Table,
  eventId: string,
  pageSize?: number,
): AsyncGenerator<ListedMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant', 'namedAt'], pageSize);

/** The connections of one participant, page after page. */
export const listTabs = (
  table: Table,
  eventId: string,
  participantId: string,
): AsyncGenerator<ListedMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant', 'namedAt'], undefined, participantId);

/** The same without names, which are half of a member. */
export const listNameless = (table: Table, eventId: string): AsyncGenerator<NamelessMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant.id']);

async function* list<Listed extends NamelessMember>(
  table: Table,
  eventId: string,
  attributes: readonly string[],
  pageSize?: number,
  participantId?: string,
): AsyncGenerator<Listed[]> {
  const names = attributes.flatMap((attribute) => attribute.split('.'));
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: {
      ':pk': audiencePartition(eventId),
      ...(participantId !== undefined && { ':id': participantId }),
    },
    ...(participantId !== undefined && { FilterExpression: '#participant.#id = :id' }),
    ProjectionExpression: attributes.map((attribute) => `#${attribute.replace('.', '.#')}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(
      [...names, ...(participantId === undefined ? [] : ['id'])].map((name) => [`#${name}`, name]),
    ),
    ConsistentRead: true,
    ...(pageSize !== undefined && { Limit: pageSize }),
  });
  const now = Date.now();
  for await (const page of pages) {
    yield (page as unknown as Listed[]).filter((member) => member.expiresAt > now);
  }
}

export async function getMember(
  table: Table,
  eventId: string,
  connectionId: string,
): Promise<Member | undefined> {
  return getItem<Member>(table, memberKey(eventId, connectionId));
}

/** Gives a member the name that its participant took in another tab. False: it has changed meanwhile. */
export async function renameTab(
  table: Table,
  eventId: string,
  { connectionId, participant, expiresAt }: Pick<Member, 'connectionId' | 'participant' | 'expiresAt'>,
  username: string,
): Promise<boolean> {
  const names = { '#id': 'id' };
  const values = { ':id': participant.id, ':old': participant.username, ':new': username };
  const failed = await transact(table, [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET membership.participant.username = :new',
        // Still this participant, here, under the old name.
        ConditionExpression:
          'membership.eventId = :event AND membership.participant.#id = :id AND membership.participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ...values, ':event': eventId },
      },
    },
    {
      Update: {
        Key: memberKey(eventId, connectionId),
        UpdateExpression: 'SET participant.username = :new',
        ConditionExpression: 'participant.#id = :id AND participant.username = :old',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      },
    },
    ...(participant.role
      ? [putStaff(eventId, { ...participant, username }, { connectionId, expiresAt })]
      : []),
  ]);
  return failed.length === 0;
}
