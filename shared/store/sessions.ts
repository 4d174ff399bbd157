import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Offset } from '../protocol/offset.ts';
import { GARBAGE_MS } from './connections.ts';
import { sessionKey } from './keys.ts';
import { epochSeconds, getItem, type Table } from './table.ts';

/** A Socket.IO session: leads from the secret that a client shows when it reconnects to the connection it had. */
export interface Session {
  connectionId: string;
  /** How far recoveries have served it: what is before that, it asks for again. */
  served?: Offset;
}

/** It lives as long as its connection's row; time to live is only garbage collection. `expiresAt`: milliseconds. */
export async function putSession(
  table: Table,
  sessionId: string,
  { connectionId, expiresAt }: { connectionId: string; expiresAt: number },
): Promise<void> {
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: { ...sessionKey(sessionId), connectionId, ttl: epochSeconds(expiresAt + GARBAGE_MS) },
    }),
  );
}

export async function getSession(table: Table, sessionId: string): Promise<Session | undefined> {
  return getItem<Session>(table, sessionKey(sessionId));
}
