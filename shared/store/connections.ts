import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Identity } from '../identity.ts';
import type { Participant } from '../protocol/entities.ts';
import type { Place } from '../protocol/offset.ts';
import { isSocketIo, type Wire } from '../protocol/wire.ts';
import type { Watching } from './attendance.ts';
import { ifCondition, type UpdateInput, updateIf } from './conditional.ts';
import {
  connectionGroup,
  connectionKey,
  dueRank,
  idOf,
  type Phase,
  phases,
  SLOTS,
  tableKeys,
} from './keys.ts';
import { epochSeconds, getItem, listGroup, type Table } from './table.ts';

/** Who a connection is in the event it has joined. */
export interface Membership {
  eventId: string;
  participant: Participant;
  /** When the connection took its name, milliseconds. */
  namedAt: number;
}

/** What a Socket.IO client has been given at CONNECT: its id, and the session to come back to. */
export interface Socket {
  sid: string;
  sessionId: string;
}

/** That somebody was announced as typing, in which event and until when that is valid, milliseconds. */
export interface Typing {
  eventId: string;
  until: number;
}

/** One WebSocket connection, from `$connect` until it is gone; of Socket.IO, until it cannot be recovered any more. */
export interface Connection {
  connectionId: string;
  wire: Wire;
  /** Milliseconds since the epoch; past the two hours that API Gateway gives a connection. */
  expiresAt: number;
  /** Who it is by the token it came with, where there is an issuer. */
  identity?: Identity;
  /** The guest's secret, once there was a join: later joins of this connection are the same participant. */
  participantToken?: string;
  /** The participant that it was first: changing tokens gives nobody a new allowance. */
  firstParticipantId?: string;
  membership?: Membership;
  /** Excludes `membership`. */
  watching?: Watching;
  /** Only of those who have typed. */
  typing?: Typing;
  socket?: Socket;
  /** By when something is to be done about it, in the index: see `phases`. */
  rank: string;
  /** Since when the connection is lost, milliseconds. */
  lostAt?: number;
  /** The event that it was in until it had been lost for too long, and where its stay had begun. */
  expiredStay?: Pick<Connection, 'membership' | 'watching'> & { start: Place };
}

/** API Gateway closes after 2 h: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LIFETIME_MS = 130 * 60_000;
/** A Socket.IO connection that has not sent CONNECT by then is closed, as Socket.IO's own server does (`connectTimeout`). */
const CONNECT_TIMEOUT_MS = 45_000;
/** Time to live is only garbage collection: a row that nobody cleaned up first would end without a `userLeft`. */
export const GARBAGE_MS = 24 * 3_600_000;

/** The attributes of a connection in a phase, in which something is due at a time (milliseconds). */
const inPhase = (phase: Phase, dueAt: number): Record<string, string> => ({
  [tableKeys.index.partition]: connectionGroup(phase, Math.floor(Math.random() * SLOTS)),
  [tableKeys.index.sort]: dueRank(dueAt),
});

/** The parts of an update that puts a connection into a phase. */
export const enterPhase = (phase: Phase, dueAt: number) => {
  const { index } = tableKeys;
  const attributes = inPhase(phase, dueAt);
  return {
    set: '#group = :group, #rank = :rank',
    names: { '#group': index.partition, '#rank': index.sort },
    values: { ':group': attributes[index.partition], ':rank': attributes[index.sort] },
  };
};

/** When a connection has to end: API Gateway's time or its token's is over. */
const endOf = ({ expiresAt, identity }: Pick<Connection, 'expiresAt' | 'identity'>): number =>
  Math.min(expiresAt, identity?.expiresAt ?? expiresAt);

export interface NewConnection {
  connectionId: string;
  wire: Wire;
  connectedAt: number;
  identity?: Identity | undefined;
}

export async function putConnection(
  table: Table,
  { connectionId, wire, connectedAt, identity }: NewConnection,
): Promise<void> {
  const expiresAt = connectedAt + LIFETIME_MS;
  const connection = { connectionId, wire, expiresAt, ...(identity && { identity }) };
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        ...connectionKey(connectionId),
        ...connection,
        ttl: epochSeconds(expiresAt + GARBAGE_MS),
        ...(isSocketIo(wire)
          ? inPhase('opening', connectedAt + CONNECT_TIMEOUT_MS)
          : inPhase('json', endOf(connection))),
      } satisfies Partial<Connection> & Record<string, unknown>,
    }),
  );
}

/** Strongly consistent: the first message follows the handshake at once. */
export async function getConnection(table: Table, connectionId: string): Promise<Connection | undefined> {
  return getItem<Connection>(table, connectionKey(connectionId));
}

/** The update that opens a connection's socket, with who it is: a guest by its secret, or somebody by a token. */
export function opening(connection: Connection, { socket, participantToken }: Opened): UpdateInput {
  const { identity } = connection;
  const open = enterPhase('open', endOf(connection));
  return {
    UpdateExpression: `SET socket = :socket, #who = :who, ${open.set}`,
    // Of two CONNECT packets at once, one.
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(socket)',
    ExpressionAttributeNames: { ...open.names, '#who': identity ? 'identity' : 'participantToken' },
    ExpressionAttributeValues: {
      ...open.values,
      ':socket': socket,
      ':who': identity ?? participantToken,
    },
  };
}

export interface Opened {
  socket: Socket;
  /** Of a guest. */
  participantToken: string;
}

/** Takes a connection out of an event that is deleted; nobody is told. */
export async function forgetAttendance(
  table: Table,
  connectionId: string,
  eventId: string,
  attribute: 'membership' | 'watching',
): Promise<void> {
  await updateIf(table, connectionKey(connectionId), {
    UpdateExpression: `REMOVE ${attribute}`,
    ConditionExpression: `${attribute}.eventId = :event`,
    ExpressionAttributeValues: { ':event': eventId },
  });
}

/** Gives a connection its socket. False: it has one, or it is gone. */
export async function openSocket(table: Table, connection: Connection, opened: Opened): Promise<boolean> {
  const Key = connectionKey(connection.connectionId);
  return (await updateIf(table, Key, opening(connection, opened))) !== undefined;
}

/** Removes a connection that is in no event. False: it has joined one meanwhile. */
export async function deleteUnjoined(table: Table, connectionId: string): Promise<boolean> {
  const command = new DeleteCommand({
    TableName: table.name,
    Key: connectionKey(connectionId),
    // A join that came in between needs a leave first.
    ConditionExpression: 'attribute_not_exists(membership) AND attribute_not_exists(watching)',
  });
  return (await ifCondition(() => table.client.send(command))) !== undefined;
}

/** Whether something is due about a connection: the index, which said so, may be behind. */
export const isDue = ({ rank }: Connection, now: number): boolean => rank < dueRank(now);

/** Ids of the connections with which something was due before `now`, whatever their phase. */
export async function* listDue(table: Table, now: number): AsyncGenerator<string> {
  for (const phase of phases) {
    for (let slot = 0; slot < SLOTS; slot += 1) yield* list(table, phase, slot, now);
  }
}

/** Ids of the open Socket.IO connections of one slot, page after page. */
export const listOpen = (table: Table, slot: number): AsyncGenerator<string> =>
  list(table, 'open', slot, Number.MAX_SAFE_INTEGER);

async function* list(table: Table, phase: Phase, slot: number, before: number): AsyncGenerator<string> {
  for await (const { pk } of listGroup(table, connectionGroup(phase, slot), dueRank(before))) yield idOf(pk);
}
