import type { Server, Socket } from 'socket.io';
import type { moderation } from '../../shared/chat/moderation/operations.ts';
import type { Action, ActionData } from '../../shared/protocol/client-to-server.ts';
import type { Message, Participant } from '../../shared/protocol/entities.ts';
import { ChatError } from '../../shared/protocol/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { badRequest } from '../../shared/protocol/parse.ts';
import type { ServerToClient } from '../../shared/protocol/server-to-client.ts';
import {
  eventIn,
  missingIn,
  newId,
  newToken,
  pageOf,
  peopleIn,
  quoteIn,
  type Room,
  timestamp,
  viewersIn,
} from './reference-rooms.ts';

type Emits = { [Name in keyof ServerToClient]: (data: ServerToClient[Name]) => void };
type Takes = Record<string, (...args: unknown[]) => void>;
interface Identity {
  eventId?: string;
  token?: string;
}
export type Io = Server<Takes, Emits, Record<string, never>, Identity>;
export type Guest = Socket<Takes, Emits, Record<string, never>, Identity>;

interface Reply {
  data: object;
  afterwards?: () => void;
}
/** The reference has no moderators. */
type Actions = {
  [A in Exclude<Action, keyof typeof moderation>]: (socket: Guest, data: ActionData<A>) => Reply;
};

/** What clients can do to the rooms (docs/protocol.md, "Actions"); `leave` is also what a departure does. */
export function referenceActions(io: Io, rooms: Map<string, Room>): Actions & { leave(socket: Guest): void } {
  const participantIds = new Map<string, string>();

  function joined(socket: Guest): { room: Room; participant: Participant } {
    const room = rooms.get(socket.data.eventId ?? '');
    const tab = room?.tabs.get(socket.id);
    if (!room || !tab) throw new ChatError('NOT_JOINED');
    return { room, participant: { ...tab } };
  }

  /** Changes who is there, and tells everybody but the socket that did it. */
  function changePresence(room: Room, socket: Guest, change: () => void): void {
    const before = peopleIn(room);
    change();
    const now = peopleIn(room);
    const news = { eventId: room.event.id, participantCount: now.size, ...viewersIn(room) };
    const others = io.to(news.eventId).except(socket.id);
    for (const participant of missingIn(now, before)) others.emit('userLeft', { ...news, participant });
    for (const participant of missingIn(before, now)) others.emit('userJoined', { ...news, participant });
  }

  function leave(socket: Guest): void {
    const room = rooms.get(socket.data.eventId ?? '');
    if (!room) return;
    delete socket.data.eventId;
    socket.leave(room.event.id);
    if (!room.viewers.delete(socket.id)) changePresence(room, socket, () => room.tabs.delete(socket.id));
  }

  function enter(
    room: Room,
    socket: Guest,
    token: string,
    { username, metadata }: Pick<Participant, 'username' | 'metadata'>,
  ): void {
    const id = participantIds.get(token) ?? newId();
    participantIds.set(token, id);
    Object.assign(socket.data, { eventId: room.event.id, token });
    socket.join(room.event.id);
    room.viewers.delete(socket.id);
    changePresence(room, socket, () => {
      const known = room.tabs.get(socket.id);
      const joinedAt = known?.id === id ? known.joinedAt : timestamp();
      room.tabs.set(socket.id, { id, username, ...(metadata && { metadata }), joinedAt });
      for (const tab of room.tabs.values()) if (tab.id === id) tab.username = username;
    });
  }

  function tellHistory(room: Room, socket: Guest, after: number | undefined): void {
    const people = [...peopleIn(room).values()];
    const limit = after === undefined ? limits.historyLength : Number.POSITIVE_INFINITY;
    socket.emit('eventHistory', {
      eventId: room.event.id,
      participants: people.slice(0, limits.participantsInHistory),
      participantCount: people.length,
      ...viewersIn(room),
      ...pageOf(room.messages, { after, limit }),
    });
  }

  return {
    leave,
    joinEvent(socket, { eventId, username, after, participantToken, metadata }) {
      const room = rooms.get(eventId);
      if (!room) throw new ChatError('EVENT_NOT_FOUND');
      if (room.event.status !== 'active') throw new ChatError('EVENT_ENDED');
      const token = participantToken ?? socket.data.token ?? newToken();
      if (socket.data.eventId !== eventId) leave(socket);
      enter(room, socket, token, { username, metadata });
      return {
        data: {
          event: eventIn(room),
          participant: joined(socket).participant,
          latestSeq: room.messages.length,
          participantToken: token,
          can: { send: true, moderate: false, operate: false },
        },
        afterwards: () => tellHistory(room, socket, after),
      };
    },

    watchEvent(socket, { eventId, after }) {
      const room = rooms.get(eventId);
      if (!room) throw new ChatError('EVENT_NOT_FOUND');
      if (room.event.status !== 'active') throw new ChatError('EVENT_ENDED');
      const takesPart = room.tabs.has(socket.id);
      if (!takesPart) leave(socket);
      socket.data.eventId = eventId;
      socket.join(eventId);
      room.viewers.add(socket.id);
      if (takesPart) changePresence(room, socket, () => room.tabs.delete(socket.id));
      return {
        data: { event: eventIn(room), latestSeq: room.messages.length, viewerCount: room.viewers.size },
        afterwards: () => tellHistory(room, socket, after),
      };
    },

    sendMessage(socket, { text, clientMessageId, replyTo, metadata }) {
      const { room, participant } = joined(socket);
      const { joinedAt: _joinedAt, ...author } = participant;
      const isRepeated = (message: Message) =>
        message.participant.id === author.id && message.clientMessageId === clientMessageId;
      const first = clientMessageId !== undefined && room.messages.find(isRepeated);
      if (first) return { data: { message: first } };
      if (room.event.status !== 'active') throw new ChatError('EVENT_ENDED');
      const message: Message = {
        id: newId(),
        eventId: room.event.id,
        seq: room.messages.length + 1,
        participant: author,
        text,
        sentAt: timestamp(),
        ...(clientMessageId !== undefined && { clientMessageId }),
        ...(metadata && { metadata }),
        ...(replyTo !== undefined && { replyTo: quoteIn(room, replyTo) }),
      };
      room.messages.push(message);
      io.to(room.event.id).emit('newMessage', message);
      return { data: { message } };
    },

    typing(socket, { isTyping }) {
      const { room, participant } = joined(socket);
      const eventId = room.event.id;
      const ownTabs = [...room.tabs].filter(([, tab]) => tab.id === participant.id).map(([sid]) => sid);
      // Volatile: typing from before a recovery is worth nothing after it.
      io.to(eventId).except(ownTabs).volatile.emit('userTyping', { eventId, participant, isTyping });
      return { data: {} };
    },

    react(socket, { reaction, count = 1 }) {
      const { room } = joined(socket);
      const { id: eventId, status, reactions, reactionTotals = {} } = room.event;
      if (status !== 'active') throw new ChatError('EVENT_ENDED');
      if (!reactions.includes(reaction))
        throw badRequest('reaction', `must be one of the event's reactions: ${reactions.join(' ')}`);
      const total = (reactionTotals[reaction] ?? 0) + count;
      room.event.reactionTotals = { ...reactionTotals, [reaction]: total };
      const told = { eventId, counts: { [reaction]: count }, totals: { [reaction]: total } };
      return { data: {}, afterwards: () => void io.to(eventId).emit('reactions', told) };
    },

    leaveEvent(socket) {
      leave(socket);
      return { data: {} };
    },

    getActiveEvents(_socket, { limit = limits.historyLength, cursor }) {
      const active = [...rooms.values()].filter(({ event }) => event.status === 'active').reverse();
      const from = cursor === undefined ? 0 : active.findIndex(({ event }) => event.id === cursor) + 1;
      if (cursor !== undefined && from === 0)
        throw badRequest('cursor', 'must be the nextCursor of an earlier answer');
      const page = active.slice(from, from + limit).map(eventIn);
      const isLast = from + limit >= active.length;
      return { data: isLast ? { events: page } : { events: page, nextCursor: page.at(-1)?.id } };
    },

    getHistory(socket, query) {
      const room = rooms.get(socket.data.eventId ?? '');
      if (!room) throw new ChatError('NOT_JOINED');
      return { data: pageOf(room.messages, query) };
    },

    ping: () => ({ data: {} }),
  };
}
