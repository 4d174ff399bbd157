import { forEachConcurrently } from '../../concurrency.ts';
import { deliverNow } from '../../delivery/deliver.ts';
import { participantIdOfSubject } from '../../ids.ts';
import type { Person } from '../../protocol/client-to-server.ts';
import { badRequest } from '../../protocol/parse.ts';
import type { ServerToClient } from '../../protocol/server-to-client.ts';
import { encodeDisconnect } from '../../protocol/socketio.ts';
import { isSocketIo } from '../../protocol/wire.ts';
import { attendanceOf, idIn } from '../../store/attendance.ts';
import { getConnection } from '../../store/connections.ts';
import { signalPresence } from '../../store/event-head.ts';
import { leave } from '../../store/leave.ts';
import { type ListedViewer, listTabs, listViewers } from '../../store/members.ts';
import { readOutbox } from '../../store/presence-outbox.ts';
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
  if (issuer === undefined || subject === undefined)
    throw badRequest(path, 'can only be used where an issuer is set');
  return participantIdOfSubject(issuer, subject);
}

/**
 * Tells a participant why, disconnects them and removes them from the event for good: they cannot recover their session.
 * Resolves to the name they had, if they were there. Throws if a connection could not be closed.
 */
export async function expel(
  chat: Chat,
  eventId: string,
  participantId: string,
  told: Omit<ServerToClient['kicked'], 'eventId'>,
): Promise<string | undefined> {
  const { table, poster } = chat;
  let username: string | undefined;
  let stillOpen = 0;
  let watched = 0;
  const sendAway = async ({ connectionId, wire }: ListedViewer) => {
    const connection = await getConnection(table, connectionId);
    const attendance = connection && attendanceOf(connection);
    // It has gone to another event, or is somebody else.
    if (attendance?.eventId !== eventId || idIn(attendance) !== participantId) return;
    await chat.send({ connectionId, wire }, { event: 'kicked', data: { eventId, ...told } });
    // A client of Socket.IO that the server sends away does not come back by itself.
    if (isSocketIo(wire)) await poster.post(connectionId, [encodeDisconnect()]);
    // Removed but open, it would hear nothing and know nothing.
    if (!(await poster.close(connectionId))) stillOpen += 1;
    // Last: until then whoever repeats this finds it.
    else await leave(table, connectionId, attendance, 'goes');
  };
  // Again: meanwhile a connection may have been recovered, as another one.
  for (let round = 0; round < ROUNDS && stillOpen === 0; round += 1) {
    let found = 0;
    for await (const tabs of listTabs(table, eventId, participantId)) {
      found += tabs.length;
      username ??= tabs[0]?.participant.username;
      await forEachConcurrently(tabs, CONCURRENCY, sendAway);
    }
    for await (const viewers of listViewers(table, eventId, { participantId })) {
      found += viewers.length;
      watched += viewers.length;
      await forEachConcurrently(viewers, CONCURRENCY, sendAway);
    }
    if (found === 0) break;
  }
  // Once for all, and for what one that died before it could signal it has left. Viewers are in no outbox.
  if (watched > 0 || (await readOutbox(table, eventId)).length > 0) await signalPresence(table, eventId);
  await deliverNow(chat, eventId);
  if (stillOpen > 0) throw new Error('Not all connections of the participant could be closed');
  return username;
}
