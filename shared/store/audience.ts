import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { type Connection, GARBAGE_MS, type Membership, type Wire } from './connections.ts';
import { audiencePartition, connectionKey, memberKey } from './keys.ts';
import { type PresenceNote, putNote } from './presence.ts';
import { epochSeconds, queryPages, type Table } from './table.ts';
import { transact, type Write } from './transaction.ts';

/** One connection in an event's audience. */
export interface Member {
  connectionId: string;
  wire: Wire;
  participant: Participant;
  namedAt: number;
  /** `held`: gets no messages yet, its history is on the way. */
  state: 'held' | 'live';
  /** The join that put it here, and since when that has held it, milliseconds. */
  joinId: string;
  heldSince: number;
  /** What `held` ended with: the seq up to which the log was sent by the join itself. */
  after?: number;
  expiresAt: number;
}

/**
 * Makes a connection a `held` member of an event, leaving the one before, and notes who came, left or changed the name.
 * False: the connection is gone or changed meanwhile; read it again.
 */
export async function join(
  table: Table,
  connection: Connection,
  next: Membership,
  { participantToken, joinId }: { participantToken: string; joinId: string },
): Promise<boolean> {
  const { connectionId, wire, expiresAt, membership: previous } = connection;
  const member: Member = {
    connectionId,
    wire,
    expiresAt,
    state: 'held',
    joinId,
    heldSince: Date.now(),
    participant: next.participant,
    namedAt: next.namedAt,
  };
  const writes: Write[] = [
    {
      Update: {
        Key: connectionKey(connectionId),
        UpdateExpression: 'SET membership = :next, participantToken = :token',
        ...unchanged(previous, { ':next': next, ':token': participantToken }),
      },
    },
    {
      Put: {
        Item: {
          ...memberKey(next.eventId, connectionId),
          ...member,
          ttl: epochSeconds(expiresAt + GARBAGE_MS),
        },
      },
    },
  ];
  if (previous && previous.eventId !== next.eventId) {
    writes.push({ Delete: { Key: memberKey(previous.eventId, connectionId) } });
  }
  writes.push(...notes(connectionId, previous, next));
  return (await transact(table, writes)).length === 0;
}

/** Gives a member the name that its participant took in another tab. False: it has changed meanwhile. */
export async function renameTab(
  table: Table,
  eventId: string,
  { connectionId, participant }: Member,
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
  ]);
  return failed.length === 0;
}

/**
 * Ends a connection's membership; with `forget`, the connection itself too. Of several callers exactly one succeeds,
 * so a departure is announced once. False: it has changed meanwhile; read it again.
 */
export async function leave(
  table: Table,
  connectionId: string,
  membership: Membership,
  { forget }: { forget: boolean },
): Promise<boolean> {
  const Key = connectionKey(connectionId);
  const failed = await transact(table, [
    forget
      ? { Delete: { Key, ...unchanged(membership) } }
      : { Update: { Key, UpdateExpression: 'REMOVE membership', ...unchanged(membership) } },
    { Delete: { Key: memberKey(membership.eventId, connectionId) } },
    putNote(membership.eventId, { kind: 'left', connectionId, ...who(membership) }),
  ]);
  return failed.length === 0;
}

/** The connection is there and in the event, under the name, that we read: no other join or leave came in between. */
function unchanged(membership: Membership | undefined, values: Record<string, unknown> = {}) {
  if (!membership) {
    return {
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(membership)',
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    };
  }
  return {
    ConditionExpression: 'membership = :previous',
    ExpressionAttributeValues: { ...values, ':previous': membership },
  };
}

const who = ({ participant, namedAt }: Membership) => ({ participant, namedAt });

function notes(connectionId: string, previous: Membership | undefined, next: Membership): Write[] {
  const joined = putNote(next.eventId, { kind: 'joined', connectionId, ...who(next) });
  if (!previous) return [joined];
  if (previous.eventId !== next.eventId || previous.participant.id !== next.participant.id) {
    return [putNote(previous.eventId, { kind: 'left', connectionId, ...who(previous) }), joined];
  }
  if (previous.participant.username === next.participant.username) return [];
  const renamed: Omit<PresenceNote, 'ulid'> = {
    kind: 'renamed',
    connectionId,
    ...who(next),
    previous: { username: previous.participant.username, namedAt: previous.namedAt },
  };
  return [putNote(next.eventId, renamed)];
}

/**
 * Lets windows serve a `held` member: it has had the log up to `after`. False: it left, or joined again and is held by
 * that join.
 */
export async function goLive(
  table: Table,
  {
    eventId,
    connectionId,
    joinId,
    after,
  }: { eventId: string; connectionId: string; joinId: string; after: number },
): Promise<boolean> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: memberKey(eventId, connectionId),
    UpdateExpression: 'SET #state = :live, #after = :after',
    // Still the row of this join: a leave in between must not bring it back.
    ConditionExpression: 'joinId = :join',
    ExpressionAttributeNames: { '#state': 'state', '#after': 'after' },
    ExpressionAttributeValues: { ':live': 'live', ':join': joinId, ':after': after },
  });
  return (await ifCondition(() => table.client.send(command))) !== undefined;
}

/** The unexpired members of an event, page after page, strongly consistent: whoever is live now is listed. */
export async function* listMembers(
  table: Table,
  eventId: string,
  pageSize?: number,
): AsyncGenerator<Member[]> {
  const pages = queryPages(table, {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': audiencePartition(eventId) },
    ConsistentRead: true,
    ...(pageSize !== undefined && { Limit: pageSize }),
  });
  const now = Date.now();
  for await (const page of pages) {
    yield (page as unknown as Member[]).filter((member) => member.expiresAt > now);
  }
}

export async function getMember(
  table: Table,
  eventId: string,
  connectionId: string,
): Promise<Member | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: memberKey(eventId, connectionId), ConsistentRead: true }),
  );
  return Item as Member | undefined;
}
