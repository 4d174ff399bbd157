import { forEachConcurrently } from '../../concurrency.ts';
import { deliverNow } from '../../delivery/deliver.ts';
import { forget } from '../../delivery/forget.ts';
import { participantIdOfSubject } from '../../ids.ts';
import type { Person } from '../../protocol/client-to-server.ts';
import { badRequest } from '../../protocol/parse.ts';
import type { ServerToClient } from '../../protocol/server-to-client.ts';
import { encodeDisconnect } from '../../protocol/socketio.ts';
import { isSocketIo } from '../../protocol/wire.ts';
import { ringForPresence } from '../../store/bell.ts';
import { type ListedMember, listMembers } from '../../store/members.ts';
import { readNotes } from '../../store/presence.ts';
import type { Chat } from '../chat.ts';

const CONCURRENCY = 10;
const ROUNDS = 3;

/** The id of a participant that moderation is about. Throws `BAD_REQUEST` for a subject where there is no issuer. */
export function participantIdOf(
  { settings }: Pick<Chat, 'settings'>,
  { participantId, subject }: Person,
  path = 'subject',
): string {
  if (participantId !== undefined) return participantId;
  const issuer = settings['auth.issuer'];
  if (issuer === undefined || subject === undefined) throw badRequest(path, 'means nobody without an issuer');
  return participantIdOfSubject(issuer, subject);
}

/** The connections of a participant in an event. */
export async function tabsOf(
  { table }: Chat,
  eventId: string,
  participantId: string,
): Promise<ListedMember[]> {
  const tabs: ListedMember[] = [];
  for await (const page of listMembers(table, eventId)) {
    tabs.push(...page.filter(({ participant }) => participant.id === participantId));
  }
  return tabs;
}

/** Tells a participant why, disconnects it and removes it from the event, for good: it cannot recover its session. */
export async function expel(
  chat: Chat,
  eventId: string,
  participantId: string,
  told: Omit<ServerToClient['kicked'], 'eventId'>,
): Promise<void> {
  // Again: meanwhile a connection may have been recovered, as another one.
  for (let round = 0; round < ROUNDS; round += 1) {
    const tabs = await tabsOf(chat, eventId, participantId);
    if (tabs.length === 0) break;
    await forEachConcurrently(tabs, CONCURRENCY, async ({ connectionId, wire }) => {
      await chat.send({ connectionId, wire }, { event: 'kicked', data: { eventId, ...told } });
      // A client of Socket.IO that the server sends away does not come back by itself.
      if (isSocketIo(wire)) await chat.poster.post(connectionId, [encodeDisconnect()]);
      await chat.poster.close(connectionId);
      // Last: until then whoever repeats this finds it.
      await forget(chat, connectionId);
    });
  }
  // Also what one that died before it could ring has left.
  if ((await readNotes(chat.table, eventId)).length > 0) await ringForPresence(chat.table, eventId);
  await deliverNow(chat, eventId);
}
