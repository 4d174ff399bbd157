import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Chat } from '../../shared/chat/chat.ts';
import { joinEvent } from '../../shared/chat/join-event.ts';
import { sendMessage } from '../../shared/chat/send-message.ts';
import type { Message } from '../../shared/protocol/entities.ts';
import type { Wire } from '../../shared/protocol/wire.ts';
import { chatSettings } from '../../shared/settings.ts';
import { type Connection, getConnection, putConnection } from '../../shared/store/connections.ts';
import { createEvent } from '../../shared/store/events.ts';
import { type LogEntry, logItem } from '../../shared/store/log.ts';
import { listMembers } from '../../shared/store/members.ts';
import { readLog } from '../../shared/store/read-log.ts';
import type { Table } from '../../shared/store/table.ts';
import { newTable } from '../support/database.ts';

export type ChatOnTable = Awaited<ReturnType<typeof chatOnTable>>;

/** DynamoDB takes no more at once. */
const BATCH = 25;

type When = 'before' | 'after';
type Matches = (command: object) => boolean;
type Act = (command: object) => unknown;

/** The operations on a real table, with the event `e`; whatever is posted arrives. */
export async function chatOnTable() {
  const { name, client } = await newTable();
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  /** What the operations have asked of DynamoDB. */
  const commands: object[] = [];
  let interruption: { when: When; matches: Matches; act: Act } | undefined;
  async function interrupt(when: When, command: object): Promise<void> {
    if (interruption?.when !== when || !interruption.matches(command)) return;
    const { act } = interruption;
    // First: what it does may need the same command.
    interruption = undefined;
    await act(command);
  }
  const interrupted = {
    async send(command: object) {
      commands.push(command);
      await interrupt('before', command);
      const result = await send(command);
      await interrupt('after', command);
      return result;
    },
  };
  const table: Table = { name, client: Object.assign(Object.create(client), interrupted) };
  const room = { canClose: true, closed: [] as string[] };
  const chat: Chat = {
    table,
    settings: chatSettings.parse({ directAudienceMax: 0, sendsPerSecond: 1_000, sendBurst: 1_000 }),
    poster: {
      post: async () => 'delivered',
      postAll: async () => ({ connections: 0, frames: 0, gone: [], lagging: [], failed: [], throttled: [] }),
      async close(connectionId) {
        if (room.canClose) room.closed.push(connectionId);
        return room.canClose;
      },
    },
    send: async () => 'delivered',
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    metrics: { count: () => {} },
  };
  await createEvent(table, 'e', { name: 'E' }, Date.now());

  async function find(connectionId: string): Promise<Connection> {
    const connection = await getConnection(table, connectionId);
    if (!connection) throw new Error(`There is no connection ${connectionId}`);
    return connection;
  }
  async function connect(connectionId: string, wire: Wire = 'json'): Promise<Connection> {
    await putConnection(table, { connectionId, wire, connectedAt: Date.now() });
    return find(connectionId);
  }
  /** Joins under the name of the connection. */
  async function join(connectionId: string, eventId = 'e'): Promise<Connection> {
    const reply = await joinEvent(chat, await find(connectionId), { eventId, username: connectionId });
    await reply.afterwards?.();
    return find(connectionId);
  }
  return Object.assign(room, {
    ...{ chat, table, commands, find, connect, join },
    /** Does something once, before the next command that matches. What throws is the answer to it. */
    before(matches: Matches, act: Act): void {
      interruption = { when: 'before', matches, act };
    },
    /** The same, after it was carried out and before anybody knows. */
    after(matches: Matches, act: Act): void {
      interruption = { when: 'after', matches, act };
    },
    async enter(connectionId: string): Promise<Connection> {
      await connect(connectionId);
      return join(connectionId);
    },
    async say(connection: Connection, text: string, clientMessageId?: string): Promise<Message> {
      return (await sendMessage(chat, connection, { text, clientMessageId })).data.message;
    },
    async log(): Promise<LogEntry[]> {
      const entries: LogEntry[] = [];
      for await (const entry of readLog(table, 'e', { pageSize: 100 })) entries.push(entry);
      return entries;
    },
    /** Puts entries into the log, whatever the head says. */
    async fill(entries: LogEntry[]): Promise<void> {
      const items = entries.map((entry) => logItem('e', entry, Date.now() + 3_600_000));
      for (let from = 0; from < items.length; from += BATCH) {
        const requests = items.slice(from, from + BATCH).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteCommand({ RequestItems: { [name]: requests } }));
      }
    },
    async members(eventId = 'e'): Promise<string[]> {
      const ids: string[] = [];
      for await (const page of listMembers(table, eventId)) ids.push(...page.map((m) => m.connectionId));
      return ids;
    },
  });
}

/** Whose connection it is, in its event. */
export function participantIdOf({ membership }: Connection): string {
  if (!membership) throw new Error('It is in no event');
  return membership.participant.id;
}
