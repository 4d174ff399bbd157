import type { Event, Mute } from '../protocol/entities.ts';
import type { Replies, Rights } from '../protocol/replies.ts';
import type { Connection } from '../store/connections.ts';
import type { Chat, Reply } from './chat.ts';
import { getEvent } from './get-event.ts';
import { readableEnd } from './history.ts';
import { becomeMember, type JoinInput } from './joining/become-member.ts';
import { countOf, readRoster } from './joining/roster.ts';
import { sendHistory } from './joining/send-history.ts';
import { muteOf, toldOf } from './muted.ts';
import { stopTyping } from './typing.ts';

/**
 * Makes the connection a member of the event, and of no other. Until its history is on the way the member is held:
 * windows pass it by and remember from where; then it goes live and gets what it missed from the next window.
 */
export async function joinEvent(
  chat: Chat,
  connection: Connection,
  input: JoinInput,
): Promise<Reply<Replies['joinEvent']>> {
  const { table } = chat;
  const { eventId, after } = input;
  const member = await becomeMember(chat, connection, input);
  const { attendance, participantToken, joinId, leftEventId } = member;
  const { participant } = attendance;
  const [event, end, roster, mute] = await Promise.all([
    getEvent(chat, eventId),
    readableEnd(table, eventId),
    readRoster(chat, eventId, { connectionId: connection.connectionId, participant }),
    muteOf(table, eventId, participant),
  ]);
  const now: Event = { ...event, participantCount: countOf(roster, event) };
  return {
    data: {
      event: now,
      participant,
      latestSeq: end,
      can: rightsIn(now, connection, { participantId: participant.id, mute }),
      ...(participantToken !== undefined && { participantToken }),
    },
    afterwards: async () => {
      const to = connection;
      await sendHistory(chat, { to, joinId, attendance, event: now, roster, end, after });
      if (mute) await chat.send(to, toldOf(eventId, mute));
      if (leftEventId !== undefined) await stopTyping(chat, connection)?.();
    },
  };
}

/** Whoever is banned cannot join, so a host is one. */
function rightsIn(
  { hosts = [], paused }: Event,
  { identity }: Connection,
  { participantId, mute }: { participantId: string; mute: Mute | undefined },
): Rights {
  const rights = identity?.rights ?? [];
  const moderate = rights.length > 0 || hosts.includes(participantId);
  return { send: (!paused && !mute) || moderate, moderate, operate: rights.includes('operate') };
}
