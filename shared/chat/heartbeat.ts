import { forEachConcurrently } from '../concurrency.ts';
import { FrameQuota } from '../delivery/posting/frame-quota.ts';
import { PING } from '../protocol/socketio.ts';
import { listOpen } from '../store/connections.ts';
import type { Chat } from './chat.ts';
import { connectionClosed } from './disconnect.ts';

const BATCH = 1_000;
const CONCURRENCY = 10;
/** One that cannot be reached must not keep the others waiting, milliseconds. */
const PATIENCE_MS = 4_000;

/**
 * Keeps the Socket.IO connections of one slot awake, and finds those that are gone. API Gateway ends a connection after
 * 10 minutes in which nothing was sent: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * Works until `deadline`.
 */
export async function heartbeat(chat: Chat, slot: number, deadline: number): Promise<void> {
  const quota = new FrameQuota(chat, deadline);
  let batch: string[] = [];
  for await (const connectionId of listOpen(chat.table, slot)) {
    batch.push(connectionId);
    if (batch.length < Math.min(BATCH, quota.most)) continue;
    await beat(chat, quota, batch, deadline);
    batch = [];
  }
  await beat(chat, quota, batch, deadline);
}

async function beat(
  chat: Chat,
  quota: FrameQuota,
  connectionIds: readonly string[],
  deadline: number,
): Promise<void> {
  const { poster, metrics } = chat;
  if (!(await quota.take(connectionIds.length))) return;
  const until = Math.min(deadline, Date.now() + PATIENCE_MS);
  const { connections, gone } = await poster.postAll([{ frames: [PING], connectionIds }], () => until);
  await forEachConcurrently(gone, CONCURRENCY, (connectionId) =>
    connectionClosed(chat, connectionId).catch((error) =>
      chat.log.warn('a lost connection could not be marked as lost', { error }),
    ),
  );
  metrics.count('Heartbeats', connections);
  metrics.count('ConnectionsGone', gone.length);
}
