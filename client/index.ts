import { createEvents } from './events.ts';
import { createHttp } from './http.ts';
import { createIdentity } from './identity.ts';
import { createRoom, type OwnRoom } from './room.ts';
import type { Chat, ChatOptions, JoinOptions } from './types.ts';

export { ChatError } from './chat-error.ts';
export type * from './types.ts';

/**
 * The chat at an address. Nothing is connected before the first `join`, which throws a `TypeError` where there is no `WebSocket`.
 * Throws a `TypeError` if `url` is none.
 */
export function createChat(options: ChatOptions): Chat {
  const { token, storage, onFrame, WebSocket: Socket = globalThis.WebSocket } = options;
  const url = new URL(options.url, globalThis.location?.href);
  if (url.protocol.startsWith('http')) {
    url.protocol = url.protocol.replace('http', 'ws');
    if (url.pathname === '/') url.pathname = '/prod';
  }
  const getToken = async () => (typeof token === 'function' ? token() : token);
  const http = createHttp({
    url: options.eventsUrl ?? `${url.origin.replace('ws', 'http')}/api/events`,
    fetch: options.fetch,
    token: getToken,
  });
  const identity = createIdentity(`live-event-chat ${url}`, storage);
  const context = { url: `${url}`, WebSocket: Socket, http, identity, getToken, token, onFrame };
  const rooms = new Map<string, OwnRoom>();
  const open = (eventId: string, joining?: JoinOptions) => {
    // Else it would try for ever.
    if (!Socket) throw new TypeError('There is no global WebSocket: give createChat one, such as that of ws');
    const room = createRoom(context, eventId, joining);
    const { leave } = room;
    room.leave = () => {
      if (rooms.get(eventId) === room) rooms.delete(eventId);
      return leave();
    };
    rooms.set(eventId, room);
    return room;
  };
  return {
    join(eventId, { username, metadata } = {}) {
      const joining = { username, metadata };
      const known = rooms.get(eventId);
      // A name that was refused is no reason to refuse another.
      return known?.as(joining) ? known : open(eventId, joining);
    },
    watch: (eventId) => rooms.get(eventId) ?? open(eventId),
    events: createEvents(http),
    async close() {
      await Promise.all([...rooms.values()].map((room) => room.leave()));
    },
  };
}
