import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { type Connection, GARBAGE_MS, type Membership, type Wire } from './connections.ts';
import { isConditionFailed } from './failures.ts';
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
  participantToken: string,
): Promise<boolean> {
  const { connectionId, wire, expiresAt, membership: previous } = connection;
  const member: Member = {
    connectionId,
    wire,
    expiresAt,
    state: 'held',
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

/** Lets windows serve a `held` member: it has had the log up to `after`. False: it is no longer held. */
export async function goLive(
  table: Table,
  eventId: string,
  connectionId: string,
  after: number,
): Promise<boolean> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: memberKey(eventId, connectionId),
        UpdateExpression: 'SET #state = :live, #after = :after',
        // Still here: a leave in between must not bring the row back.
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state', '#after': 'after' },
        ExpressionAttributeValues: { ':live': 'live', ':after': after },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
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
