import { inject, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Chat, ChatOptions, Message, Room, RoomSnapshot } from '../../client/index.ts';
import * as patientClient from '../../client/index.ts';
import { enter as enterDirectly } from '../support/chat.ts';
import { withPatience } from '../support/transcript.ts';

/** What a browser keeps for a site; `undefined` for what was never set. */
export function memoryStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & {
  readonly items: Map<string, string>;
} {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

type Options = Partial<ChatOptions> & { client?: typeof patientClient };

/** A client of the suite's chat, with an identity of its own; left after the test. */
export function openChat({ client = patientClient, ...options }: Options = {}): Chat {
  const url = options.url ?? inject('chatUrl');
  const chat = client.createChat({
    url,
    storage: memoryStorage(),
    // Node 20 has none.
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    ...options,
  });
  onTestFinished(() => chat.close());
  return chat;
}

/** Waits until a room looks like this. */
export function until(
  room: Room,
  what: string,
  condition: (snapshot: RoomSnapshot) => boolean,
): Promise<RoomSnapshot> {
  const shown = () => JSON.stringify({ ...room.snapshot, event: undefined });
  return withPatience<RoomSnapshot>(
    () => `${what}; the room is ${shown()}`,
    (resolve) => {
      const look = () => {
        if (!condition(room.snapshot)) return;
        unsubscribe();
        resolve(room.snapshot);
      };
      const unsubscribe = room.subscribe(look);
      look();
    },
  );
}

export const isLive = (room: Room) => until(room, 'a live room', ({ status }) => status === 'live');

/** A room that is live. */
export async function enter(eventId: string, username: string, options: Options = {}): Promise<Room> {
  const room = openChat(options).join(eventId, { username });
  await isLive(room);
  return room;
}

export const textsIn = ({ snapshot }: Room): string[] => snapshot.messages.map(({ text }) => text);
export const namesIn = ({ snapshot }: Room): string[] =>
  snapshot.participants.map(({ username }) => username).sort();
export const shows = (room: Room, ...texts: string[]) =>
  until(room, `the messages ${texts}`, () => `${textsIn(room)}` === `${texts}`);

/** Many say something; resolves to it in the order of the log. */
export async function sayAtOnce(
  eventId: string,
  count: number,
  textOf: (i: number) => string,
): Promise<string[]> {
  const speaker = await enterDirectly(eventId, 'crowd');
  const sent = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      speaker.request<{ message: Message }>('sendMessage', { text: textOf(i) }),
    ),
  );
  await speaker.close();
  return sent.sort((a, b) => a.message.seq - b.message.seq).map(({ message }) => message.text);
}
