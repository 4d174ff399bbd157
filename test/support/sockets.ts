import { inject } from 'vitest';
import type { Message } from '../../shared/protocol/entities.ts';
import type { ChatClient } from './chat-client.ts';
import { type Options, SocketClient } from './socket-client.ts';

const clients: SocketClient[] = [];
/** After each test: test/setup/clients.ts. */
export function disconnectSockets(): void {
  for (const { socket } of clients.splice(0)) socket.disconnect();
}

type Io = ConstructorParameters<typeof SocketClient>[2];

/** A Socket.IO client at the stage of a stack, the suite's unless told otherwise; disconnected after the test. */
export function socketClient(
  options: Options = {},
  url: string = inject('chatUrl'),
  io?: Io,
  namespace = '',
): SocketClient {
  const { origin, pathname } = new URL(url.replace(/^ws/, 'http'));
  const client = new SocketClient(`${origin}${namespace}`, { path: pathname, ...options }, io);
  clients.push(client);
  return client;
}

/** The same, connected. */
export async function connectSocket(options?: Options, url?: string, io?: Io): Promise<SocketClient> {
  const client = socketClient(options, url, io);
  await client.hears('connect');
  return client;
}

/** The same, with an event joined and its history heard. */
export async function enterSocket(
  eventId: string,
  username: string,
  { url, ...options }: Options & { url?: string } = {},
): Promise<SocketClient> {
  const client = await connectSocket(options, url);
  await client.ask('joinEvent', { eventId, username });
  await client.hears('eventHistory');
  return client;
}

/** Says so many things, one after the other; resolves to them. */
export async function sayMany(speaker: ChatClient, count: number, what = 'words'): Promise<string[]> {
  const texts = Array.from({ length: count }, (_, i) => `${what} ${i}`);
  for (const text of texts) await speaker.say(text);
  return texts;
}

/** What a client has heard said, in order, each message once: a repeated `seq` is one message. */
export function textsOf({ entries }: SocketClient): string[] {
  const messages = entries.filter(({ name }) => name === 'newMessage').map(({ data }) => data as Message);
  return [...new Map(messages.map(({ seq, text }) => [seq, text])).values()];
}

/** Who was heard to have come (`userJoined`) or left (`userLeft`), by name. */
export const namesIn = (
  events: readonly { name: string; data: unknown }[],
  name: 'userJoined' | 'userLeft',
): string[] =>
  events
    .filter((event) => event.name === name)
    .map(({ data }) => (data as { participant: { username: string } }).participant.username);
