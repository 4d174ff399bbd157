import type { Reply } from '../../shared/chat/chat.ts';
import { connect } from '../../shared/chat/connect.ts';
import { connectSocket } from '../../shared/chat/connect-socket.ts';
import { disconnect } from '../../shared/chat/disconnect.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { leaveEvent } from '../../shared/chat/leave-event.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import { watchEvent } from '../../shared/chat/watch-event.ts';
import { sleep } from '../../shared/concurrency.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import { encodeConnected } from '../../shared/protocol/socketio.ts';
import { isSocketIo, type Wire } from '../../shared/protocol/wire.ts';
import { getConnection } from '../../shared/store/connections.ts';
import { getCursor } from '../../shared/store/cursor.ts';
import { getEventHead } from '../../shared/store/event-head.ts';
import type { Table } from '../../shared/store/table.ts';
import { newBackend } from './simulated-backend.ts';
import { awaited, type Client, type JoinInput, lost, moved, newClient } from './simulated-client.ts';

export type World = ReturnType<typeof newWorld>;

/** After this a client without an answer to CONNECT tries again, milliseconds. */
const PATIENCE_MS = 3_000;

/** Clients, the real operations and the stream on a table: every read, write and post takes a while, by chance. */
export function newWorld(table: Table, eventIds: readonly string[], random: () => number) {
  const clients: Client[] = [];
  /** When each text was sent, and the messages that were acknowledged. */
  const sent = new Map<string, number>();
  const stored: Message[] = [];
  let ticks = 0;
  const tick = () => ++ticks;
  let connections = 0;
  const backend = newBackend(table, eventIds, { random, tick, hangUp });
  const { chat, gateway, dangers, pause, invoke, outside, track, tidy, beat, settle } = backend;

  async function open(wire: Wire = 'json'): Promise<Client> {
    const client = newClient(wire);
    clients.push(client);
    if (isSocketIo(wire)) await comeBack(client);
    else await dial(client);
    client.isBusy = true;
    return client;
  }

  async function dial(client: Client): Promise<void> {
    const connectionId = `c${connections++}`;
    await connect(chat, { connectionId, wire: client.wire, connectedAt: Date.now() });
    gateway.connections.set(connectionId, client);
    Object.assign(client, { connectionId, isOpen: true, isConnected: !isSocketIo(client.wire) });
  }

  /** Connects, as often as it takes, until its app has it in the event where it is to be, or in none. */
  async function comeBack(client: Client): Promise<void> {
    client.isReturning = true;
    client.isBusy = true;
    while (!client.isOver && !(client.isConnected && client.isGranted)) {
      if (!client.isConnected) await reconnect(client);
      else await (client.wish ? join(client, client.wish) : leave(client));
    }
    client.isReturning = false;
    client.isBusy = false;
  }

  async function reconnect(client: Client): Promise<void> {
    if (client.cuts.length > 0) {
      // Most are back soon; some are taken for gone.
      await sleep(random() * (random() < 0.8 ? 200 : 2_500));
      if (random() < 0.1) await tidy();
    }
    await dial(client);
    const { connectionId } = client;
    track(invoke(() => answerConnect(client), whenDead(client)));
    // Sometimes it is cut off again at once, in the middle of what it missed.
    if (client.offset && random() < 0.3)
      track(sleep(random() * 200).then(() => hangUp(client, connectionId)));
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (client.isOpen && !client.isConnected && performance.now() < giveUpAt) await sleep(5);
    if (!client.isConnected) hangUp(client);
  }

  /** As the function does that gets the packet. */
  async function answerConnect({ connectionId, pid, offset }: Client): Promise<void> {
    try {
      const connected = await connectSocket(chat, await known(connectionId), { pid, offset });
      const frames = connected ? [encodeConnected(connected.answer)] : [];
      const outcome = connected && (await gateway.poster.post(connectionId, frames));
      if (outcome !== 'delivered') await gateway.poster.close(connectionId);
      await connected?.afterwards?.();
    } catch {
      await gateway.poster.close(connectionId);
    }
  }

  /** What a Lambda knows of a connection that a message has come from. */
  async function known(connectionId: string) {
    const connection = await getConnection(chat.table, connectionId);
    if (connection) return connection;
    await gateway.poster.close(connectionId);
    throw new Error('The connection is unknown');
  }

  /** API Gateway tells of a dead Lambda in a frame that is no packet: it ends a Socket.IO connection. */
  const whenDead = (client: Client) => {
    const { connectionId } = client;
    return () => void (isSocketIo(client.wire) && hangUp(client, connectionId));
  };

  /** Resolves with the acknowledgement, or undefined without one; what comes afterwards goes on. */
  const request = <Data extends object>(client: Client, operation: () => Promise<Reply<Data>>) =>
    new Promise<Data | undefined>((answer) => {
      const work = async () => {
        const { data, afterwards } = await operation();
        await pause();
        answer(data);
        await afterwards?.();
      };
      track(invoke(work, whenDead(client)).then(() => answer(undefined)));
    });

  async function move(client: Client, eventId: string | undefined, operation: () => Promise<Reply>) {
    const { connectionId } = client;
    Object.assign(client, { isBusy: true, isGranted: false });
    const answer = await awaited(client, request(client, operation));
    if (answer) moved(client, eventId, tick());
    client.isGranted = answer !== undefined;
    client.isBusy = client.isReturning;
    if (answer) return;
    // It cannot know where it is. An app on Socket.IO connects again.
    if (isSocketIo(client.wire)) hangUp(client, connectionId);
    else client.eventId = undefined;
  }

  function join(client: Client, input: JoinInput): Promise<void> {
    client.wish = input;
    client.stays.push({ eventId: input.eventId, asked: tick(), left: Number.POSITIVE_INFINITY });
    const { connectionId } = client;
    return move(client, input.eventId, async (): Promise<Reply> => {
      const connection = await known(connectionId);
      return input.watches ? watchEvent(chat, connection, input) : joinEvent(chat, connection, input);
    });
  }

  function leave(client: Client): Promise<void> {
    client.wish = undefined;
    const { connectionId } = client;
    return move(client, undefined, async () => leaveEvent(chat, await known(connectionId)));
  }

  async function send(client: Client, clientMessageId?: string): Promise<void> {
    const { connectionId } = client;
    const text = `text ${sent.size}`;
    sent.set(text, tick());
    const answer = await request(client, async () =>
      sendMessage(chat, await known(connectionId), { text, clientMessageId }),
    );
    if (answer) stored.push(answer.message);
  }

  /** The connection is lost. Sometimes API Gateway learns of that later. One of Socket.IO comes back, usually. */
  function hangUp(client: Client | undefined, connectionId = client?.connectionId): void {
    if (!client?.isOpen || client.connectionId !== connectionId) return;
    lost(client, tick());
    const isSilent = isSocketIo(client.wire) && random() < 0.25;
    if (!isSilent) gateway.close(connectionId);
    else if (random() < 0.5) track(sleep(random() * 1_000).then(() => gateway.close(connectionId)));
    if (client.wire === 'json' || client.isReturning || client.isOver) return;
    if (!client.isFaithful && random() < 0.1) client.isOver = true;
    else track(outside(() => comeBack(client)));
  }

  /** Its user closes it: it says so, and does not come back. */
  function quit(client: Client): void {
    const { connectionId } = client;
    client.isOver = true;
    moved(client, undefined, tick());
    if (isSocketIo(client.wire)) track(invoke(() => disconnect(chat, connectionId)));
    lost(client, tick());
    gateway.close(connectionId);
  }

  /** Lets all faults end and what is under way finish; sweeps until that changes nothing more. */
  async function calm(): Promise<void> {
    dangers.deathRate = 0;
    for (const client of clients) client.isSick = false;
    for (let before = ''; ; ) {
      await settle();
      const states = eventIds.flatMap((id) => [getEventHead(table, id), getCursor(table, id)]);
      const now = JSON.stringify(await Promise.all(states));
      if (now === before) return;
      before = now;
      await beat();
      await tidy();
    }
  }
  return { table, dangers, clients, sent, stored, open, join, leave, send, hangUp, quit, tidy, calm };
}
