import { isDeepStrictEqual } from 'node:util';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Chat } from '../../shared/chat/chat.ts';
import { connectionClosed } from '../../shared/chat/disconnect.ts';
import { heartbeat } from '../../shared/chat/heartbeat.ts';
import { sweep } from '../../shared/chat/sweep.ts';
import { sleep } from '../../shared/concurrency.ts';
import { catchUp } from '../../shared/delivery/deliver.ts';
import type { Batch, Served } from '../../shared/delivery/posting/poster.ts';
import { chatSettings } from '../../shared/settings.ts';
import { eventHeadKey, SLOTS } from '../../shared/store/keys.ts';
import type { Table } from '../../shared/store/table.ts';
import type { Client } from './simulated-client.ts';
import { newGateway } from './simulated-gateway.ts';
import { newLambda } from './simulated-lambda.ts';

/** The real operations on a table, with the stream, the schedules and a gateway. `hangUp` closes a client's end. */
export function newBackend(
  table: Table,
  eventIds: readonly string[],
  { random, tick, hangUp }: { random: () => number; tick: () => number; hangUp: (client: Client) => void },
) {
  const running = new Set<Promise<unknown>>();
  const [changed, reading] = [new Set<string>(), new Set<string>()];
  const { dangers, pause, invoke, outside, slowed } = newLambda(random);
  const gateway = newGateway({ random, pause, tick, hangUp, closed });
  const chat: Chat = {
    table: { name: table.name, client: slowed(table.client, wake) },
    poster: gateway.poster,
    postElsewhere,
    send: gateway.send,
    settings: chatSettings.parse({
      joinBurst: 1_000,
      sendBurst: 1_000,
      // Sometimes the stream does everything.
      directAudienceMax: random() < 0.25 ? 0 : 50,
      // Sometimes even a small audience is more than one Lambda serves.
      chunkConnections: random() < 0.5 ? 2 : 1_000,
      // Sometimes nobody is away for long.
      presenceGraceSeconds: Math.floor(random() * 3),
      recoverySeconds: random() < 0.5 ? 3 : 30,
      // Sometimes windows pass viewers by.
      viewerPaceSeconds: random() < 0.6 ? 0.4 : 0,
    }),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {} },
  };

  /** Another Lambda, which may die while this one lives, and the other way round. */
  async function postElsewhere(batches: readonly Batch[], stopAt: number): Promise<Served> {
    const served = await invoke(() => gateway.poster.postAll(batches, () => stopAt));
    if (!served) throw new Error('It died');
    return served;
  }

  /** What is to have ended before all is calm. */
  function track(work: Promise<unknown>): void {
    running.add(work);
    void work.finally(() => running.delete(work));
  }

  /** Usually API Gateway says that a connection has closed. */
  function closed(connectionId: string): void {
    const tell = () => invoke(() => connectionClosed(chat, connectionId));
    if (random() < 0.7) track(sleep(random() * 150).then(tell));
  }

  /** The stream has a record of every change of a head. */
  function wake(command: unknown): void {
    const key = command instanceof UpdateCommand && command.input.Key;
    const eventId = eventIds.find((id) => isDeepStrictEqual(key, eventHeadKey(id)));
    if (eventId !== undefined) track(readStream(eventId));
  }

  async function readStream(eventId: string): Promise<void> {
    changed.add(eventId);
    if (reading.has(eventId)) return;
    reading.add(eventId);
    while (changed.delete(eventId)) {
      await sleep(random() * 150);
      const isRead = await invoke(() => catchUp(chat, eventId, Date.now() + 30_000).then(() => true));
      if (!isRead) changed.add(eventId);
    }
    reading.delete(eventId);
  }

  const tidy = () => invoke(() => sweep(chat, Date.now() + 20_000));
  const beat = () =>
    Promise.all(
      Array.from({ length: SLOTS }, (_, slot) => invoke(() => heartbeat(chat, slot, Date.now() + 20_000))),
    );

  /** Waits for all that is under way, also on the part of those who find their connection closed now. */
  async function settle(): Promise<void> {
    while (gateway.closeDead() || running.size > 0) await Promise.all(running);
  }
  return { chat, gateway, dangers, pause, invoke, outside, track, tidy, beat, settle };
}
