import { CHANGED, lookAgain } from '../../concurrency.ts';
import { recoverableUntil } from '../../delivery/departures.ts';
import { newId, newSecret, participantIdOf, sessionIdOf } from '../../ids.ts';
import { limits } from '../../protocol/limits.ts';
import { decodeOffset, type Offset, type Place } from '../../protocol/offset.ts';
import { type Attendance, attendanceOf, idIn, isWatching } from '../../store/attendance.ts';
import { isBanned } from '../../store/bans.ts';
import { type Connection, getConnection, type Socket } from '../../store/connections.ts';
import { getEventHead, signalPresence } from '../../store/event-head.ts';
import { getHosts } from '../../store/events.ts';
import { getAttendant } from '../../store/members.ts';
import { readPresenceHistory } from '../../store/presence-history.ts';
import { getSession } from '../../store/sessions.ts';
import { takeOver } from '../../store/take-over.ts';
import type { Chat } from '../chat.ts';
import { readableEnd } from '../history.ts';
import { muteOf, toldOf } from '../muted.ts';
import { takeAllowance } from '../rate-limit.ts';
import { roleOf, withRole } from '../role-of.ts';
import { replay } from './replay.ts';

export interface Recovered {
  socket: Socket;
  afterwards?: () => Promise<void>;
}

/** A lost connection's stay in an event, and where its client had come to in it. */
interface Stay {
  attendance: Attendance;
  start: Place;
  offset: Offset;
  /** To where it is about to be taken. */
  served: Offset;
}

/**
 * Gives a connection the place of the one that the client had before: its id, its identity, its event, with what it
 * missed. The old one need not be known to be lost. Undefined if that cannot be: the session is unknown or too old, the
 * client was cut off before it had its history, has missed too much, asks for the same again and again, or is banned.
 */
export async function recover(
  chat: Chat,
  connection: Connection,
  { pid, offset }: { pid: string; offset: string | undefined },
): Promise<Recovered | undefined> {
  const { table } = chat;
  const sessionId = sessionIdOf(pid);
  let waitMs: number | undefined;
  let repeatMs: number | undefined;
  // Changed: the old connection did something, or another reconnect was faster.
  return lookAgain(async () => {
    const session = await getSession(table, sessionId);
    const from = session && (await getConnection(table, session.connectionId));
    if (!from || !isRecoverable(chat, from, connection, sessionId)) return undefined;
    // It costs as much as a join. Whoever comes back too often has to join.
    waitMs ??= (await takeAllowance(chat, ownerOf(from), 'joinEvent')).waitMs;
    if (waitMs > 0) return undefined;
    const found = await findStay(chat, from, { offset, to: connection });
    if (found === 'lost') return undefined;
    repeatMs ??= await takeRepeats(chat, from, found, session.served);
    if (repeatMs > 0) return undefined;
    const joinId = newId();
    const { socket, participantToken = newSecret() } = from;
    const stay = found && { ...found, joinId };
    if (await takeOver(table, { from, to: connection, socket, participantToken, stay })) {
      return { socket, afterwards: () => followUp(chat, { from, to: connection, stay }) };
    }
    // Only the new connection's own CONNECT, or its end, makes that fail for good.
    const to = await getConnection(table, connection.connectionId);
    return !to || to.socket ? undefined : CHANGED;
  });
}

/** Whether a connection is the one whose session was shown, on the same wire, of the same person, and not for too long lost. */
function isRecoverable(
  chat: Chat,
  from: Connection,
  to: Connection,
  sessionId: string,
): from is Connection & { socket: Socket } {
  const isItsSession = from.socket?.sessionId === sessionId && from.connectionId !== to.connectionId;
  // Not so: somebody else's, or one from before there was an issuer.
  const isItsOwn = from.identity?.participantId === to.identity?.participantId;
  const isInTime = (recoverableUntil(chat, from) ?? 0) >= Date.now();
  return from.wire === to.wire && isItsSession && isItsOwn && isInTime;
}

/** Whose allowance it is. */
const ownerOf = ({ connectionId, identity, participantToken }: Connection): string[] => {
  const guest = participantToken === undefined ? connectionId : participantIdOf(participantToken);
  return [identity?.participantId ?? guest];
};

/** Undefined: it was in no event. `lost`: it was in one, and cannot go on there where it was. */
async function findStay(
  { table, settings }: Chat,
  from: Connection,
  { offset: shown = '', to: { wire, identity } }: { offset: string | undefined; to: Connection },
): Promise<Stay | 'lost' | undefined> {
  const { connectionId, expiredStay } = from;
  const now = attendanceOf(from);
  const was = now ?? (expiredStay && attendanceOf(expiredStay));
  if (!was) return undefined;
  // Without a token one can only watch: it was in the event from before there was an issuer.
  if (!isWatching(was) && settings['auth.issuer'] !== undefined && !identity) return 'lost';
  const { eventId } = was;
  const start = now ? (await getAttendant(table, now, connectionId))?.start : expiredStay?.start;
  const offset = decodeOffset(shown);
  if (!start || offset?.eventId !== eventId) return 'lost';
  // An older one is from before the history: from another stay, of which it knows other people.
  const isOfThisStay = offset.seq >= start.seq && offset.presence >= start.presence;
  if (!isOfThisStay) return 'lost';
  const id = idIn(was);
  if (id !== undefined && (await isBanned(table, eventId, id))) return 'lost';
  // Whoever is in an event that is deleted is taken out of it.
  const status = (await getEventHead(table, eventId))?.status ?? 'deleted';
  if (status === 'deleted') return 'lost';
  const end = await readableEnd(table, eventId);
  const missed = end - offset.seq;
  const most = limits.replayedEvents[wire] - missed;
  if (missed < 0 || most < 0) return 'lost';
  const history = await readPresenceHistory(table, eventId, offset.presence, most);
  if (history.length > most) return 'lost';
  const served = { eventId, seq: end, presence: history.at(-1)?.number ?? offset.presence };
  const stay = { start, offset, served };
  if (isWatching(was)) return { attendance: was, ...stay };
  const role = roleOf(was.participant.id, identity, await getHosts(table, eventId, { consistent: true }));
  return { attendance: { ...was, participant: withRole(was.participant, role) }, ...stay };
}

/**
 * What was brought before and is asked for again counts by its size: a client may be cut off in the middle of it, but not
 * without end. 0, or the milliseconds until there is so much again: it has to join, then.
 */
async function takeRepeats(
  chat: Chat,
  from: Connection,
  stay: Stay | undefined,
  served: Offset | undefined,
): Promise<number> {
  if (!stay || served?.eventId !== stay.offset.eventId) return 0;
  const behind = (what: keyof Place) => Math.max(0, served[what] - stay.offset[what]);
  const repeats = Math.min(behind('seq') + behind('presence'), limits.repeatedEvents.burst);
  return repeats > 0 ? (await takeAllowance(chat, ownerOf(from), 'repeat', repeats)).waitMs : 0;
}

async function followUp(
  chat: Chat,
  { from, to, stay }: { from: Connection; to: Connection; stay: (Stay & { joinId: string }) | undefined },
): Promise<void> {
  // A half-open connection would stay for up to two hours.
  if (from.lostAt === undefined) await chat.poster.close(from.connectionId);
  if (!stay) return;
  const { offset, joinId, attendance } = stay;
  await signalPresence(chat.table, offset.eventId);
  await replay(chat, { to, joinId, offset, attendance });
  if (isWatching(attendance)) return;
  // It may have been muted meanwhile.
  const mute = await muteOf(chat.table, offset.eventId, attendance.participant);
  if (mute) await chat.send(to, toldOf(offset.eventId, mute));
}
