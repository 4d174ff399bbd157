import { AsyncLocalStorage } from 'node:async_hooks';
import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Chat, Reply } from '../../shared/chat/chat.ts';
import { connect } from '../../shared/chat/connect.ts';
import { connectionClosed } from '../../shared/chat/disconnect.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { sweep } from '../../shared/chat/sweep.ts';
import { chatSettings } from '../../shared/config.ts';
import { catchUp } from '../../shared/delivery/deliver.ts';
import type { Poster } from '../../shared/delivery/poster.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ServerEvent } from '../../shared/protocol/server-to-client.ts';
import { sleep } from '../../shared/sleep.ts';
import { getBell } from '../../shared/store/bell.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { bellKey } from '../../shared/store/keys.ts';
import type { Table } from '../../shared/store/table.ts';

export interface Client {
  connectionId: string;
  isOpen: boolean;
  /** Posts to it fail, and it cannot be closed. */
  isSick: boolean;
  /** It awaits the answer to a join or a leave, or is to join first. */
  isBusy: boolean;
  eventId?: string | undefined;
  /** Every join it asked for; `left` is when it knew that it was out again. All times are ticks of one counter. */
  stays: { eventId: string; asked: number; left: number }[];
  heard: { tick: number; event: ServerEvent }[];
}

export type World = ReturnType<typeof newWorld>;

/** One Lambda invocation. Once it has no steps left it does nothing any more. */
const invocation = new AsyncLocalStorage<{ steps: number; die: () => void }>();

/** Clients, the real operations and the stream on a table: every read, write and post takes a while, by chance. */
export function newWorld(table: Table, eventIds: readonly string[], random: () => number) {
  const clients: Client[] = [];
  /** When each text was sent, and the messages that were acknowledged. */
  const sent = new Map<string, number>();
  const stored: Message[] = [];
  const running = new Set<Promise<unknown>>();
  const [rung, reading] = [new Set<string>(), new Set<string>()];
  /** How likely an invocation is to die half-way. */
  const dangers = { deathRate: 0 };
  let ticks = 0;
  const tick = () => ++ticks;
  const pause = async () => {
    const current = invocation.getStore();
    if (current && --current.steps <= 0) {
      current.die();
      await new Promise(() => {});
    }
    if (random() < 0.5) await sleep(random() < 0.9 ? random() * 10 : random() * 60);
  };
  const findOpen = (id: string) => clients.find((one) => one.isOpen && one.connectionId === id);
  const track = (work: Promise<unknown>) => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  const poster: Poster = {
    async post(connectionId, frames) {
      for (const frame of frames) {
        await pause();
        const client = findOpen(connectionId);
        if (!client) return 'gone';
        // Some posts that fail have arrived.
        const fails = client.isSick && random() < 0.8;
        const events = fails && random() < 0.8 ? [] : [JSON.parse(frame)].flat();
        for (const event of events) client.heard.push({ tick: tick(), event });
        await pause();
        if (fails) return random() < 0.5 ? 'lagging' : 'failed';
      }
      return 'delivered';
    },
    async close(connectionId) {
      await pause();
      const client = findOpen(connectionId);
      if (client && !client.isSick) hangUp(client);
      return !client?.isSick;
    },
  };
  // Sometimes the stream does everything.
  const directAudienceMax = random() < 0.25 ? 0 : 50;
  const chat: Chat = {
    table: { name: table.name, client: slowed(table.client) },
    poster,
    settings: chatSettings.parse({ joinBurst: 1_000, sendBurst: 1_000, directAudienceMax }),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {} },
    send: ({ connectionId }, ...events) =>
      poster.post(
        connectionId,
        events.map(({ event, data }) => JSON.stringify({ event, data })),
      ),
  };

  function slowed(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    return Object.assign(Object.create(client), {
      async send(command: unknown) {
        await pause();
        const result = await send(command).finally(() => {
          const key = command instanceof UpdateCommand && command.input.Key;
          const eventId = eventIds.find((id) => isDeepStrictEqual(key, bellKey(id)));
          if (eventId !== undefined) track(readStream(eventId));
        });
        await pause();
        return result;
      },
    });
  }

  /** A Lambda invocation: undefined if it dies or throws. */
  const invoke = <T>(work: () => Promise<T>) =>
    new Promise<T | undefined>((resolve) => {
      const dies = random() < dangers.deathRate;
      const steps = dies ? 1 + random() * 60 : Number.POSITIVE_INFINITY;
      invocation.run({ steps, die: () => resolve(undefined) }, work).then(resolve, () => resolve(undefined));
    });

  async function readStream(eventId: string): Promise<void> {
    rung.add(eventId);
    if (reading.has(eventId)) return;
    reading.add(eventId);
    while (rung.delete(eventId)) {
      await sleep(random() * 150);
      const isRead = await invoke(() => catchUp(chat, eventId, Date.now() + 30_000).then(() => true));
      if (!isRead) rung.add(eventId);
    }
    reading.delete(eventId);
  }

  /** Resolves with the acknowledgement, or undefined without one; what comes afterwards goes on. */
  const request = <Data extends object>(operation: () => Promise<Reply<Data>>) =>
    new Promise<Data | undefined>((answer) => {
      const work = async () => {
        const { data, afterwards } = await operation();
        await pause();
        answer(data);
        await afterwards?.();
      };
      track(invoke(work).then(() => answer(undefined)));
    });

  async function open(): Promise<Client> {
    const connectionId = `c${clients.length}`;
    const client: Client = { connectionId, isOpen: true, isSick: false, isBusy: true, stays: [], heard: [] };
    clients.push(client);
    await connect(chat, { connectionId, wire: 'json', connectedAt: Date.now() });
    return client;
  }

  /** What a Lambda knows of a client whose message has come. */
  async function known({ connectionId }: Client) {
    const connection = await getConnection(chat.table, connectionId);
    if (connection) return connection;
    await poster.close(connectionId);
    throw new Error('The connection is unknown');
  }

  async function move(client: Client, eventId: string | undefined, operation: () => Promise<Reply>) {
    client.isBusy = true;
    const answer = await request(operation);
    const left = client.stays.filter((stay) => answer && stay.eventId !== eventId);
    for (const stay of left) stay.left = Math.min(stay.left, tick());
    client.eventId = answer && eventId;
    client.isBusy = false;
  }

  function join(client: Client, input: { eventId: string; username: string; participantToken: string }) {
    client.stays.push({ eventId: input.eventId, asked: tick(), left: Number.POSITIVE_INFINITY });
    return move(client, input.eventId, async () => joinEvent(chat, await known(client), input));
  }
  const leave = (client: Client) =>
    move(client, undefined, async () => leaveEvent(chat, await known(client)));

  async function send(client: Client, clientMessageId?: string): Promise<void> {
    const text = `text ${sent.size}`;
    sent.set(text, tick());
    const answer = await request(async () =>
      sendMessage(chat, await known(client), { text, clientMessageId }),
    );
    if (answer) stored.push(answer.message);
  }

  /** The connection closes. Usually API Gateway says so. */
  function hangUp(client: Client): void {
    client.isOpen = false;
    const tell = () => invoke(() => connectionClosed(chat, client.connectionId));
    if (random() < 0.7) track(sleep(50).then(tell));
  }

  /** Lets all faults end and what is under way finish; sweeps until that changes nothing more. */
  async function calm(): Promise<void> {
    dangers.deathRate = 0;
    for (const client of clients) client.isSick = false;
    for (let before = ''; ; ) {
      while (running.size > 0) await Promise.all(running);
      const states = eventIds.flatMap((id) => [getBell(table, id), getCursor(table, id)]);
      const now = JSON.stringify(await Promise.all(states));
      if (now === before) return;
      before = now;
      await tidy();
    }
  }
  const tidy = () => invoke(() => sweep(chat, Date.now() + 20_000));
  return { table, dangers, clients, sent, stored, open, join, leave, send, hangUp, tidy, calm };
}
