import type { Participant } from '../protocol/entities.ts';
import type { Place } from '../protocol/offset.ts';
import type { Wire } from '../protocol/wire.ts';
import { type Attendance, attendantKey } from './attendance.ts';
import { updateIf } from './conditional.ts';
import { audiencePartition, memberKey } from './keys.ts';
import { getItem, queryPages, type Table } from './table.ts';

/** One connection in an event's audience. */
export interface Member extends Attendant {
  participant: Participant;
  namedAt: number;
}

/** One that only watches. */
export interface Viewer extends Attendant {
  /** If that is known. */
  participantId?: string;
}

/** What those who take part and those who watch have in common. */
interface Attendant {
  connectionId: string;
  wire: Wire;
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
  tokenExpiresAt?: number;
}

/** Whether it may not hear anything any more. */
export const isTokenExpired = (
  { tokenExpiresAt = Number.POSITIVE_INFINITY }: Pick<Attendant, 'tokenExpiresAt'>,
  now: number,
): boolean => tokenExpiresAt <= now;

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
    isViewer,
  }: { eventId: string; connectionId: string; joinId: string; after: Place; isViewer?: boolean },
): Promise<boolean> {
  const Key = memberKey(eventId, connectionId, isViewer);
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
export type NamelessMember = ListedViewer & { participant: { id: string } };
export type ListedViewer = Omit<Viewer, 'joinId' | 'start' | 'participantId'>;

const ATTRIBUTES = ['connectionId', 'wire', 'state', 'heldSince', 'after', 'expiresAt', 'tokenExpiresAt'];

/** The unexpired members of an event, page after page, strongly consistent: whoever is live now is listed. */
export const listMembers = (
  table: Table,
  eventId: string,
  pageSize?: number,
): AsyncGenerator<ListedMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant', 'namedAt'], { pageSize });

/** The connections with which one participant takes part, page after page. */
export const listTabs = (
  table: Table,
  eventId: string,
  participantId: string,
): AsyncGenerator<ListedMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant', 'namedAt'], {
    of: { attribute: 'participant.id', id: participantId },
  });

/** The same without names, which are half of a member. */
export const listNameless = (table: Table, eventId: string): AsyncGenerator<NamelessMember[]> =>
  list(table, eventId, [...ATTRIBUTES, 'participant.id']);

/** Those who watch; `participantId`: as far as they are known to be this one. */
export const listViewers = (
  table: Table,
  eventId: string,
  { participantId, pageSize }: { participantId?: string; pageSize?: number } = {},
): AsyncGenerator<ListedViewer[]> =>
  list(table, eventId, ATTRIBUTES, {
    isViewers: true,
    pageSize,
    of: participantId === undefined ? undefined : { attribute: 'participantId', id: participantId },
  });

interface Listing {
  isViewers?: boolean;
  pageSize?: number | undefined;
  /** Only those with this id in an attribute. */
  of?: { attribute: string; id: string } | undefined;
}

async function* list<Listed extends ListedViewer>(
  table: Table,
  eventId: string,
  attributes: readonly string[],
  { isViewers, pageSize, of }: Listing = {},
): AsyncGenerator<Listed[]> {
  const named = (attribute: string) => `#${attribute.replace('.', '.#')}`;
  const names = [...attributes, ...(of ? [of.attribute] : [])].flatMap((attribute) => attribute.split('.'));
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: {
      ':pk': audiencePartition(eventId, isViewers),
      ...(of && { ':id': of.id }),
    },
    ...(of && { FilterExpression: `${named(of.attribute)} = :id` }),
    ProjectionExpression: attributes.map(named).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
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

/** Whichever way it is in the event. */
export async function getAttendant(
  table: Table,
  attendance: Attendance,
  connectionId: string,
): Promise<Attendant | undefined> {
  return getItem<Attendant>(table, attendantKey(attendance, connectionId));
}
