import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Participant } from '../protocol/entities.ts';
import { ifCondition } from './conditional.ts';
import { connectionKey, expiryRank, idOf, SLOTS, slotGroup, tableKeys } from './keys.ts';
import { epochSeconds, getItem, queryPages, type Table } from './table.ts';

export type Wire = 'json';

/** Who a connection is in the event it has joined. */
export interface Membership {
  eventId: string;
  participant: Participant;
  /** When the connection took its name, milliseconds. */
  namedAt: number;
}

/** One WebSocket connection, from `$connect` until it is gone. */
export interface Connection {
  connectionId: string;
  wire: Wire;
  /** Milliseconds since the epoch; past the two hours that API Gateway gives a connection. */
  expiresAt: number;
  /** The guest's secret, once there was a join: later joins of this connection are the same participant. */
  participantToken?: string;
  membership?: Membership;
}

/** API Gateway closes after 2 h: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const LIFETIME_MS = 130 * 60_000;
/** Time to live is only garbage collection: a row that nobody cleaned up first would end without a `userLeft`. */
export const GARBAGE_MS = 24 * 3_600_000;

export async function putConnection(
  table: Table,
  { connectionId, wire, connectedAt }: { connectionId: string; wire: Wire; connectedAt: number },
): Promise<void> {
  const expiresAt = connectedAt + LIFETIME_MS;
  const { index } = tableKeys;
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: {
        ...connectionKey(connectionId),
        connectionId,
        wire,
        expiresAt,
        ttl: epochSeconds(expiresAt + GARBAGE_MS),
        [index.partition]: slotGroup(Math.floor(Math.random() * SLOTS)),
        [index.sort]: expiryRank(expiresAt),
      } satisfies Connection & Record<string, unknown>,
    }),
  );
}

/** Strongly consistent: the first message follows the handshake at once. */
export async function getConnection(table: Table, connectionId: string): Promise<Connection | undefined> {
  return getItem<Connection>(table, connectionKey(connectionId));
}

/** Removes a connection that is in no event. False: it has joined one meanwhile. */
export async function deleteUnjoined(table: Table, connectionId: string): Promise<boolean> {
  const command = new DeleteCommand({
    TableName: table.name,
    Key: connectionKey(connectionId),
    // A join that came in between needs a leave first.
    ConditionExpression: 'attribute_not_exists(membership)',
  });
  return (await ifCondition(() => table.client.send(command))) !== undefined;
}

/** Ids of the connections whose time has passed, slot by slot. */
export async function* listExpired(table: Table, now: number): AsyncGenerator<string> {
  const { index } = tableKeys;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const pages = queryPages(table, {
      IndexName: index.name,
      KeyConditionExpression: '#group = :slot AND #rank < :now',
      ExpressionAttributeNames: { '#group': index.partition, '#rank': index.sort },
      ExpressionAttributeValues: { ':slot': slotGroup(slot), ':now': expiryRank(now) },
    });
    for await (const page of pages) yield* page.map((item) => idOf(String(item.pk)));
  }
}
