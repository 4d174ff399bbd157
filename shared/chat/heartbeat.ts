import { forEachConcurrently } from '../concurrency.ts';
import { POST_CONCURRENCY } from '../delivery/post-to-all.ts';
import { NOOP } from '../protocol/socketio.ts';
import { listOpen } from '../store/connections.ts';
import { SLOTS } from '../store/keys.ts';
import type { Chat } from './chat.ts';
import { connectionClosed } from './disconnect.ts';

const BATCH = 1_000;

/** The slot whose turn it is: one a minute, so that every connection hears from us every 8 of its 10 idle minutes. */
export const slotAt = (now: number): number => Math.floor(now / 60_000) % SLOTS;

/**
 * Keeps the Socket.IO connections of one slot awake, and finds those that are gone. API Gateway ends a connection after
 * 10 minutes in which nothing was sent: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * Works until `deadline`.
 */
export async function heartbeat(chat: Chat, slot: number, deadline: number): Promise<void> {
  let batch: string[] = [];
  for await (const connectionId of listOpen(chat.table, slot)) {
    batch.push(connectionId);
    if (batch.length < BATCH) continue;
    await beat(chat, batch, deadline);
    batch = [];
  }
  await beat(chat, batch, deadline);
}

async function beat(chat: Chat, connectionIds: readonly string[], deadline: number): Promise<void> {
  const { poster, metrics, log } = chat;
  let [alive, gone] = [0, 0];
  await forEachConcurrently(connectionIds, POST_CONCURRENCY, async (connectionId) => {
    if (Date.now() > deadline) return;
    const outcome = await poster.post(connectionId, [NOOP]);
    if (outcome === 'delivered') alive += 1;
    if (outcome !== 'gone') return;
    gone += 1;
    await connectionClosed(chat, connectionId).catch((error) =>
      log.warn('a lost connection could not be looked after', { error }),
    );
  });
  metrics.count('Heartbeats', alive);
  metrics.count('ConnectionsGone', gone);
}
